"""The routes of the HTTP API for services. Whatever goes wrong under them is answered as a problem (RFC 9457)."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from bot.api import WORDS, Call, Rejected, Reply
from bot.db import log_failure
from bot.web.bodies import body_of
from bot.web.v1.asked import LONGEST_CALL
from bot.web.v1.incidents import IncidentsApi
from bot.web.v1.telling import TellingApi

log = logging.getLogger(__name__)

BEGINNING = "/api/"
TakeCounts = Callable[[str, Call], Reply]
"""What takes counts: of the workflow of that key."""
Answer = Callable[[str, Call], Reply]
"""What answers a call about what stands in its path: a SEV's number, a workflow's key, or nothing."""


@dataclass(frozen=True)
class Api:
    """What is behind the routes."""

    counts: TakeCounts
    incidents: IncidentsApi
    telling: TellingApi


def attach(api: FastAPI, behind: Api) -> None:
    """Add the routes, and how faults are answered under them."""
    sevs, telling = behind.incidents, behind.telling
    lines: Mapping[str, Mapping[str, Answer]] = {
        "/api/v1/incidents": {"GET": lambda _, call: sevs.listed(call), "POST": lambda _, call: sevs.declared(call)},
        "/api/v1/incidents/{subject}": {"GET": sevs.shown, "PATCH": sevs.changed},
        "/api/v1/incidents/{subject}/timeline": {"GET": telling.entries, "POST": telling.noted},
        "/api/v1/incidents/{subject}/updates": {"GET": telling.updates, "POST": telling.updated},
        "/api/v1/workflows/{subject}/counts": {"POST": behind.counts},
        "/api/v1/openapi.json": {"GET": lambda *_: _document()},
    }
    for path, methods in lines.items():
        api.add_api_route(path, _route(methods), methods=[*methods])
    api.add_exception_handler(HTTPException, _on_http_fault)
    api.add_exception_handler(Exception, _on_any_fault)


def _route(methods: Mapping[str, Answer]) -> Callable[[Request], Awaitable[Response]]:
    """One route for all methods of a path, so that it names them all where another one is tried."""

    async def answer(request: Request) -> Response:
        body = await body_of(request, LONGEST_CALL)
        if body is None:
            detail = f"Send {LONGEST_CALL} bytes at most."
            return _response(Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail).reply)
        line = f"{request.method} {request.url.path}"
        call = Call(dict(request.headers), body, line, request.query_params.multi_items())
        subject = request.path_params.get("subject", "")
        return _response(await run_in_threadpool(methods[request.method], subject, call))

    return answer


def _document() -> Reply:
    from bot.web.v1.document import document  # late: it is seldom asked for

    return Reply(HTTPStatus.OK, document())


async def _on_http_fault(request: Request, fault: Exception) -> Response:
    """No such path, or not this method."""
    assert isinstance(fault, HTTPException)  # noqa: S101 - it is registered for these
    if not request.url.path.startswith(BEGINNING):
        return await http_exception_handler(request, fault)
    status = HTTPStatus(fault.status_code)
    known = status if status in WORDS else HTTPStatus.BAD_REQUEST
    details = {
        HTTPStatus.NOT_FOUND: "There is nothing at this path: /api/v1/openapi.json says what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: "The header Allow says which methods there are.",
    }
    return _response(Rejected(known, details.get(known, WORDS[known]), headers=fault.headers or {}).reply)


async def _on_any_fault(request: Request, fault: Exception) -> Response:
    """The last resort for what nobody foresaw. Nothing was kept: it happened before the commit."""
    log_failure(log, "web.failed", fault, path=request.url.path)
    detail = "Nothing was changed. Please try again; if it stays, tell those who run Sevbot."
    return _response(Rejected(HTTPStatus.INTERNAL_SERVER_ERROR, detail).reply)


def _response(reply: Reply) -> Response:
    return Response(reply.body, status_code=reply.status, headers=dict(reply.headers), media_type=reply.media_type)
