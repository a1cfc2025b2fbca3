"""What checks are tried with: real servers on this machine, some of them badly behaved."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import Select, func, select

from bot.clock import Clock
from bot.config import Config, Settings, load
from bot.config.checks import Check, wrong_checks
from bot.db import Base, Database
from bot.outbox.enqueue import Enqueuer
from bot.workflows.checks import running
from bot.workflows.checks.connecting import Connector, Deadline, Guard
from bot.workflows.checks.model import CheckRow, CheckRun
from bot.workflows.checks.runner import Runner
from bot.workflows.checks.running import Outcome
from bot.workflows.counts.model import CountMinute, WorkflowSignal
from bot.workflows.problems.model import Problem
from tests.processes import CONFIG

Row = TypeVar("Row", bound=Base)

HERE = ("127.0.0.0/8", "::1")
EVERY = timedelta(seconds=10)
PATIENCE = 20.0
"""Seconds until what is begun is over at the latest."""


def check(**settings: Any) -> Check:
    """A check as it stands in the settings, and nothing is wrong with it."""
    made = Check.model_validate(
        {
            "key": "order",
            "name": "Place an order",
            "every": "10s",
            "timeout": "2s",
            "confirm": {"retries": 0},
            **settings,
        }
    )
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


class MovedClock(Clock):
    """A clock that is put forward, all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def machine(self) -> datetime:
        return super().machine() + self.ahead


class Loop:
    """A replica that runs checks, and what it finds."""

    def __init__(self, database_url: str, *, clock: MovedClock | None = None, **secrets: str) -> None:
        self.clock = clock or MovedClock()
        self.database = Database(database_url)
        self.database.before_commit.append(Enqueuer(self.clock).flush)
        self.settings = Settings(CONFIG)
        self.runner = Runner(self.database, self.clock, self.settings, secrets)

    def are(self, *checks: Check, quorum: int = 1, **rules: Any) -> None:
        """These are configured."""
        self.settings.current = config_with(*checks, quorum=quorum, **rules)
        self.runner.tick()

    def looks(self, *, after: timedelta = EVERY, times: int = 1) -> None:
        """It is later, what is due is run, and what came of it is written down. So many times."""
        for _ in range(times):
            self.clock.ahead += after
            self.runner.tick()
            self.waits()
            self.runner.tick()

    def waits(self) -> None:
        """What was begun comes to its end."""
        until = time.monotonic() + PATIENCE
        while self.runner.unfinished and time.monotonic() < until:
            time.sleep(0.002)
        assert not self.runner.unfinished

    def rows(self) -> list[CheckRow]:
        """The checks, by their keys."""
        return self._all(select(CheckRow).order_by(CheckRow.key))

    def row(self) -> CheckRow:
        """The one check."""
        (found,) = self.rows()
        return found

    def runs(self) -> list[CheckRun]:
        """How all runs went, in order."""
        return self._all(select(CheckRun).order_by(CheckRun.id))

    def problems(self) -> list[Problem]:
        """What was told, in order."""
        return self._all(select(Problem).order_by(Problem.id))

    def counted(self) -> list[tuple[str, int, int]]:
        """What was counted: by which signal, good ones and all."""
        summed = (func.sum(CountMinute.good), func.sum(CountMinute.total))
        query = select(WorkflowSignal.signal, *summed).join(CountMinute, CountMinute.signal_id == WorkflowSignal.id)
        with self.database.read() as session:
            found = session.execute(query.group_by(WorkflowSignal.signal).order_by(WorkflowSignal.signal))
            return [(signal, int(good), int(total)) for signal, good, total in found]

    def close(self) -> None:
        """It stops, as a bot does."""
        self.runner.stop()
        self.database.close()

    def _all(self, query: Select[Row]) -> list[Row]:
        with self.database.read() as session:
            found = list(session.scalars(query))
            session.expunge_all()
            return found


class Target:
    """A server that says raw bytes, as badly as it wants. Every connection it gets is counted."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self._behave = behave
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked = 0
        self.over = threading.Event()
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
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


Targets = Callable[[Callable[[socket.socket], None]], Target]


@pytest.fixture
def target() -> Iterator[Targets]:
    """Makes servers that behave in some way, until the test is over."""
    made: list[Target] = []

    def make(behave: Callable[[socket.socket], None]) -> Target:
        made.append(Target(behave))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def hanging(target: Targets) -> Target:
    """A server that takes what it is asked, and answers nothing."""

    def hang(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    return target(hang)


@pytest.fixture
def loop(database_url: str) -> Iterator[Loop]:
    """One replica."""
    made = Loop(database_url)
    yield made
    made.close()
