"""Health and metrics, as a load balancer and Prometheus ask for them."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httpx
import pytest
from fastapi import FastAPI
from slack_bolt import App

from bot.slack import contract
from bot.web.routes import Health, build
from bot.web.server import Server

Check = Callable[[], str | None]


@dataclass(frozen=True)
class Visitor:
    """Somebody at an address who asks, without a network in between."""

    api: FastAPI
    host: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.api, client=(self.host, 50000))
            raw = {name.encode(): value.encode() for name, value in headers.items()}
            async with httpx.AsyncClient(transport=transport, base_url="http://sevbot.test") as visitor:
                return await visitor.request(method, path, headers=raw)

        return asyncio.run(ask())


def client(checks: dict[str, Check] | None = None, *, token: str = "", host: str = "127.0.0.1") -> Visitor:
    """Somebody at `host` who asks a bot with these checks."""
    return Visitor(build(Health(checks or {}), slack=None, metrics_token=token, hooks={}), host)


def fine() -> None:
    return None


def test_a_living_process_says_so_whatever_it_lacks() -> None:
    answer = client({"database": lambda: "OperationalError"}).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_bot_that_can_work_is_ready() -> None:
    answer = client({"database": fine, "slack": fine, "queue": fine}).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "faults": {}})


@pytest.mark.parametrize("part", ["database", "slack", "queue"])
def test_each_fault_alone_makes_it_not_ready_and_is_named(part: str) -> None:
    checks: dict[str, Check] = {"database": fine, "slack": fine, "queue": fine, part: lambda: "it is gone"}
    answer = client(checks).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "faults": {part: "it is gone"}}


def test_all_faults_are_named_together() -> None:
    answer = client({"database": lambda: "down", "slack": lambda: "away", "queue": fine}).get("/readyz")
    assert answer.json()["faults"] == {"database": "down", "slack": "away"}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_metrics_are_open_to_this_machine(host: str) -> None:
    answer = client(host=host).get("/metrics")
    assert answer.status_code == 200
    assert "sevbot_" in answer.text


def test_metrics_are_closed_to_others_where_there_is_no_token() -> None:
    for host in ("192.0.2.7", "::ffff:192.0.2.7", "2002:7f00:1::", "somewhere"):
        assert client(host=host).get("/metrics").status_code == 401


def test_a_server_that_is_stopped_before_it_began_begins_no_more() -> None:
    def routes() -> FastAPI:
        time.sleep(0.3)
        return build(Health({}), slack=None, metrics_token="", hooks={})

    server = Server(routes, host="127.0.0.1", port=0)
    server.start()
    server.stop(within=0.01)
    server._thread.join(timeout=10)
    assert not server._thread.is_alive()  # and it left no exception, which would fail this test


def test_all_addresses_are_those_of_both_versions() -> None:
    server = Server(lambda: build(Health({}), slack=None, metrics_token="", hooks={}), host="::", port=0)
    server.start()
    try:
        for host in ("127.0.0.1", "[::1]"):
            url = f"http://{host}:{server.port}"
            assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
            assert httpx.get(f"{url}/metrics").status_code == 200
            through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
            assert httpx.get(f"{url}/metrics", headers=through_a_proxy).status_code == 401
    finally:
        server.stop(within=5)


@pytest.mark.parametrize("host", ["192.0.2.7", "127.0.0.1"])
@pytest.mark.parametrize(
    ("header", "status"),
    [("Bearer open sesame", 200), ("Bearer open", 401), ("Bearer ", 401), ("Bearer öffne", 401), (None, 401)],
)
def test_metrics_with_a_token_need_it_from_everywhere(host: str, header: str | None, status: int) -> None:
    headers = {"authorization": header} if header else {}
    answer = client(token="open sesame", host=host).get("/metrics", **headers)
    assert answer.status_code == status
    assert ("sevbot_" in answer.text) == (status == 200)


def test_slack_has_no_door_where_it_speaks_through_the_socket() -> None:
    assert client().ask("POST", "/slack/events").status_code == 404


def test_slacks_deliveries_are_looked_at_aside_so_that_others_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at_in: list[threading.Thread] = []

    def look(_body: object) -> str:
        looked_at_in.append(threading.current_thread())
        return "/"

    monkeypatch.setattr(contract, "fault", look)
    api = build(Health({}), slack=cast("App", object()), metrics_token="", hooks={})
    assert Visitor(api, "127.0.0.1").ask("POST", "/slack/events").status_code == 200
    assert len(looked_at_in) == 1
    assert looked_at_in != [threading.current_thread()]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_is_served_that_nobody_asked_for(path: str) -> None:
    assert client().get(path).status_code == 404
