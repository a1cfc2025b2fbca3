"""The routes of the HTTP API for services."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from bot.api import Call, Rejected, Reply
from bot.web.bodies import body_of

LONGEST_CALL = 1_000_000
"""Bytes."""
TakeCounts = Callable[[str, Call], Reply]
"""What takes counts: of the workflow of that key."""


def attach(api: FastAPI, counts: TakeCounts) -> None:
    """Add the routes."""

    @api.post("/api/v1/workflows/{key}/counts")
    async def push_counts(key: str, request: Request) -> Response:
        """What a service counted of a workflow."""
        body = await body_of(request, LONGEST_CALL)
        if body is None:
            detail = f"Send {LONGEST_CALL} bytes at most."
            return _response(Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail).reply)
        return _response(await run_in_threadpool(counts, key, Call(dict(request.headers), body)))


def _response(reply: Reply) -> Response:
    return Response(reply.body, status_code=reply.status, headers=dict(reply.headers), media_type=reply.media_type)
