"""The routes for heartbeats: made for one line of a crontab."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from bot.web.bodies import end_of

KEPT = 8_000
"""Bytes of a text, its last ones: what went wrong stands at the end."""
READ_AT_MOST = 4_000_000
RETRY_AFTER = "5"
WORDS = {
    HTTPStatus.OK: "OK\n",
    HTTPStatus.NOT_FOUND: "There is no such heartbeat: `sevbot heartbeat-url` prints the address of each.\n",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now: send it again.\n",
}
TakePing = Callable[[str, str, str], HTTPStatus]
"""What takes a ping: its token, what is said (empty: it succeeded), and the text that came with it."""


def attach(api: FastAPI, take: TakePing) -> None:
    """Add the routes."""

    async def answer(token: str, action: str, request: Request) -> Response:
        said = (await end_of(request, KEPT, read=READ_AT_MOST)).decode("utf-8", "replace")
        status = await run_in_threadpool(take, token, action, said)
        headers = {"Retry-After": RETRY_AFTER} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return Response(WORDS[status], status_code=status, headers=headers, media_type="text/plain")

    @api.api_route("/hooks/heartbeat/{token}", methods=["GET", "POST"])
    async def succeeded(token: str, request: Request) -> Response:
        """A job ran, and went well."""
        return await answer(token, "", request)

    @api.api_route("/hooks/heartbeat/{token}/{action}", methods=["GET", "POST"])
    async def said(token: str, action: str, request: Request) -> Response:
        """A job began, failed, has something to say, or ended with an exit code."""
        return await answer(token, action, request)
