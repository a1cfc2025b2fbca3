"""Reading what others send: never more than fits."""

from fastapi import Request


async def body_of(request: Request, longest: int) -> bytes | None:
    """The very bytes of a delivery; None where there are more than `longest`, of which none is waited for."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > longest:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > longest:
            return None
    return bytes(body)


async def end_of(request: Request, most: int, *, read: int) -> bytes:
    """The last bytes of what somebody sends, `most` of them. Nobody waits for more than `read`: the rest is left unread."""
    end, length = bytearray(), 0
    async for part in request.stream():
        end = (end + part)[-most:]
        length += len(part)
        if length > read:
            break
    return bytes(end)
