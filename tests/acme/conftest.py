"""What the company is tried with: a company that hurries, and a bot that only takes what it is told."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.acme import Company, Reports, customers, monitoring, reporting, services, settlement

KEY = "the key of those who try it from outside"


class Desk:
    """Where the company reports to. It keeps what it is told, or refuses it."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        """The path, the body, and the header by which the company is known."""
        self.status = 200
        desk = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                desk.told.append((self.path, body, self.headers.get("Authorization", "")))
                self.send_response(desk.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def counts(self, part: str) -> list[dict[str, Any]]:
        """The minutes told of a part, as often as they were."""
        path = f"/api/v1/workflows/{part}/counts"
        return [row for at, body, _ in [*self.told] if at == path for row in json.loads(body)["counts"]]

    def alerts(self) -> list[str]:
        """The states that monitoring told, in order."""
        return [json.loads(body)["state"] for at, body, _ in [*self.told] if at == "/hooks/generic"]

    def pings(self) -> list[str]:
        """What the job said, in order: `start`, or its exit code."""
        return [at.removeprefix("/beat/") for at, _, _ in [*self.told] if at.startswith("/beat/")]


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that takes seconds takes a part of one."""
    for module, name, seconds in (
        (reporting, "EVERY", 0.05),
        (customers, "PATIENCE", 0.15),
        (customers, "TICK", 0.02),
        (services, "SLOW", 0.5),
        (settlement, "EVERY", 0.1),
        (settlement, "TAKES", 0.01),
        (monitoring, "EVERY", 0.1),
    ):
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture
def reports(desk: Desk) -> Reports:
    return Reports(desk.url, "the company's token", f"{desk.url}/beat", "the secret of alerts")


@pytest.fixture
def company(reports: Reports, hurry: None) -> Iterator[Company]:  # noqa: ARG001 - it hurries
    with Company(reports, key=KEY) as running:
        yield running
