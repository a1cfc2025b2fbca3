"""Reading what others send: never more than fits."""

from fastapi import Request

LONGEST_DELIVERY = 1_000_000
"""Bytes that a delivery from outside may have."""


async def body_of(request: Request) -> bytes | None:
    """The very bytes of a delivery; None where there are too many."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_DELIVERY:
            return None
    return bytes(body)
