"""What checks are tried with: real servers on this machine, some of them badly behaved."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.config import Config, Settings, load
from bot.config.checks import Check, wrong_checks
from bot.workflows.checks import running
from bot.workflows.checks.connecting import Connector, Deadline, Guard
from bot.workflows.checks.running import Outcome
from tests.processes import CONFIG

HERE = ("127.0.0.0/8", "::1")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def check(**settings: Any) -> Check:
    """A check as it stands in the settings, and nothing is wrong with it."""
    made = Check.model_validate({"key": "order", "name": "Place an order", "timeout": "2s", **settings})
    assert list(wrong_checks([made])) == []
    return made


def step(name: str = "ask", **settings: Any) -> dict[str, Any]:
    """A step of one."""
    request = {
        key: settings.pop(key) for key in ("method", "url", "headers", "json", "form", "body") if key in settings
    }
    return {"name": name, "request": request, **settings}


def run(tried: Check, *, networks: tuple[str, ...] = HERE, context: Any = None, **secrets: str) -> Outcome:
    """Run it once."""
    connector = Connector(Guard(networks), Deadline(tried.patience.total_seconds()), context)
    return running.run(tried, connector, secrets, now=datetime.now(UTC))


def config_with(*checks: Check, quorum: int = 1, **rules: Any) -> Config:
    """The settings, with these checks of *place-order* and no other workflow."""
    config = load(CONFIG)
    first = config.workflows[0].model_copy(update={"checks": checks, "quorum": quorum})
    allowed = config.checks.model_copy(update={"allowed_networks": HERE, **rules})
    return config.model_copy(update={"workflows": (first,), "checks": allowed})


class Target:
    """A server that says raw bytes, as badly as it wants. Every connection it gets is counted."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self._behave = behave
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked = 0
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.asked += 1
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._behave(connection)

    def close(self) -> None:
        """Listen no more."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def target() -> Iterator[Callable[[Callable[[socket.socket], None]], Target]]:
    """Makes servers that behave in some way, until the test is over."""
    made: list[Target] = []

    def make(behave: Callable[[socket.socket], None]) -> Target:
        made.append(Target(behave))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def settings() -> Settings:
    """The settings, to be changed."""
    return Settings(CONFIG)


__all__ = ["HTTPServer"]
