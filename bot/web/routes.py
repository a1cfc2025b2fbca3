"""The routes: health, metrics, and Slack's deliveries where they come by HTTP."""

import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import generate_latest
from slack_bolt import App, BoltRequest

from bot.slack import contract
from bot.web import heartbeats as pings
from bot.web.api import Api, attach
from bot.web.bodies import body_of
from bot.web.heartbeats import TakePing
from bot.web.server import HERE

log = logging.getLogger(__name__)

Take = Callable[[Mapping[str, str], bytes], int]
"""What takes a delivery from outside: its headers, named in lower case, and its very bytes. It gives the status."""
LONGEST_DELIVERY = 4_000_000
"""Bytes that a delivery from outside may have."""
RETRY_AFTER = "5"
"""Seconds after which what could not be taken now is best sent again."""


@dataclass(frozen=True)
class Health:
    """Whether the bot can do its work: a question per part, each answered with None, or with what is wrong."""

    checks: Mapping[str, Callable[[], str | None]]

    def ask(self) -> dict[str, str]:
        """What is wrong, by part. Empty: all is well."""
        answers = {name: check() for name, check in self.checks.items()}
        return {name: answer for name, answer in answers.items() if answer}


def build(
    health: Health,
    *,
    slack: App | None,
    metrics_token: str,
    hooks: Mapping[str, Take],
    services: Api | None = None,
    heartbeats: TakePing | None = None,
) -> FastAPI:
    """The routes. `slack` is given where Slack delivers by HTTP; `hooks` take what other services send, by their name.

    `services` is what other services may ask and do, `heartbeats` takes what jobs say of themselves.
    """
    api = FastAPI(title="Sevbot", docs_url=None, redoc_url=None, openapi_url=None)

    @api.get("/healthz")
    def healthz() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @api.get("/readyz")
    def readyz() -> JSONResponse:
        """The process can do its work; if not, the answer says what is missing."""
        faults = health.ask()
        status = HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK
        return JSONResponse({"status": "not ready" if faults else "ok", "faults": faults}, status_code=status)

    @api.get("/metrics")
    def metrics(request: Request) -> Response:
        """Prometheus metrics: for this machine, or with the token."""
        if not _may_read_metrics(request, metrics_token):
            return Response("metrics need the token\n", status_code=HTTPStatus.UNAUTHORIZED)
        return Response(generate_latest(), media_type="text/plain; version=0.0.4")

    @api.post("/hooks/{source}")
    async def hook(source: str, request: Request) -> Response:
        """What another service sends by itself; whoever takes it checks who sent it."""
        status = await _taken(hooks.get(source), request)
        headers = {"Retry-After": RETRY_AFTER} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return Response(status_code=status, headers=headers)

    if services is not None:
        attach(api, services)
    if heartbeats is not None:
        pings.attach(api, heartbeats)

    if slack is not None:
        _listen_to_slack(api, slack)
    return api


def _listen_to_slack(api: FastAPI, bolt: App) -> None:
    """Where Slack delivers by HTTP."""

    @api.post("/slack/events")
    async def slack_events(request: Request) -> Response:
        """Slack's signed deliveries: commands, clicks, forms and events, over one address."""
        raw = await body_of(request, LONGEST_DELIVERY)
        if raw is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return await run_in_threadpool(_of_slack, bolt, request, raw.decode("utf-8", "replace"))


def _of_slack(bolt: App, request: Request, body: str) -> Response:
    """Answer a delivery. Also looking at it takes a second where it is as large as can be: the server waits for none."""
    wrong = contract.fault(contract.content_of(body, request.headers.get("content-type", "")))
    if wrong is not None:  # Slack would but send the same again
        log.warning("slack.not_understood", extra={"at": wrong})
        return Response(status_code=HTTPStatus.OK)
    headers: dict[str, str | Sequence[str]] = dict(request.headers)
    answer = bolt.dispatch(BoltRequest(body=body, query=dict(request.query_params), headers=headers))
    return Response(answer.body, status_code=answer.status, headers=answer.first_headers_without_set_cookie())


def _may_read_metrics(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return request.client is not None and request.client.host in HERE


async def _taken(take: Take | None, request: Request) -> int:
    if take is None:
        return HTTPStatus.NOT_FOUND
    body = await body_of(request, LONGEST_DELIVERY)
    if body is None:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return await run_in_threadpool(take, dict(request.headers), body)
