"""Killing the bot at a named point of a story, and keeping it running otherwise, as an operator's supervisor would."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import yaml

from bot.playground import Call, Playground
from tests.processes import CONFIG, ROOT
from tests.torture.killable import JOURNAL, NO_KIND, POINTS, STRUCK

Moment = Literal["before", "after"]
KILLABLE = Path(__file__).with_name("killable.py")
ENDS_WITHIN = 5.0
LOOK_AGAIN = 0.01
COMMIT = "commit of "
PATIENCE = {"call_timeout": "4s", "attempt_limit": "6400ms"}
"""Longer than in other tests: what times out because the machine is busy would be told to people as late."""


class Nursery:
    """Where bots come from: a program that has loaded everything, and forks a bot when asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._program = subprocess.Popen(
            [sys.executable, str(KILLABLE)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def bear(self, environment: dict[str, str], log: Path) -> int:
        """Start a bot, and return its process id."""
        return int(self._order(do="bear", environment=environment, log=str(log)))

    def send(self, pid: int, number: int) -> None:
        """Send a bot a signal, if it runs."""
        self._order(do="send", pid=pid, number=number)

    def is_over(self, pid: int) -> bool:
        """Whether a bot has ended."""
        return bool(self._order(do="is_over", pid=pid))

    def kill(self, pid: int) -> None:
        """End a bot as a power cut would, and see it gone."""
        self.send(pid, signal.SIGKILL)
        deadline = time.monotonic() + ENDS_WITHIN
        while not self.is_over(pid):
            assert time.monotonic() < deadline, f"process {pid} does not end"
            time.sleep(LOOK_AGAIN)

    def _order(self, **order: Any) -> Any:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        with self._lock:
            self._program.stdin.write(f"{json.dumps(order)}\n")
            self._program.stdin.flush()
            return json.loads(self._program.stdout.readline())

    def close(self) -> None:
        """End every bot that still runs, and the program."""
        self._program.communicate()


Act = Callable[[Call, int], None]
"""What happens to the process of that id when it makes a call at which something is to happen."""


@dataclass
class Calls:
    """Watches the Web API of one local Slack: writes down the points that are passed, and acts where it is told to.

    Every call says which process makes it, and for which outbox kind. What happens, happens once.
    """

    acts: dict[str, Act] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    acted: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def hook(self, call: Call, moment: Moment) -> None:
        """See one call pass."""
        kind, _, pid = call.delivery_kind.partition(" ")
        if not pid:
            return
        what = f"{moment} {call.method}" if kind == NO_KIND else f"{moment} {kind} {call.method}"
        with self._changed:
            self._counts[what] += 1
            if kind == NO_KIND and self._counts[what] > 1:
                return  # who the bot is, and where to connect: how often it asks is a matter of chance
            point = f"{what} #{self._counts[what]}"
            self.passed.append(point)
            self._changed.notify_all()
            if point not in self.acts:
                return
            self.acted.append(point)
        self.acts[point](call, int(pid))

    def wait_for(self, point: str, *, within: float) -> bool:
        """Wait until a point was passed; return whether it was, within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: point in self.passed, within)


class Bots:
    """The running bots of one story: one that is started again whenever it died, or several of which nobody is."""

    def __init__(
        self, nursery: Nursery, slack: Playground, database_url: str, folder: Path, *, replicas: int = 1
    ) -> None:
        self.nursery = nursery
        self._slack = slack
        self._replicas = replicas
        self._journal = folder / "journal"
        self._log = folder / "log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "DATABASE_URL": database_url,
            "SEVBOT_CONFIG": str(_patient_config(folder / "config")),
            "SEVBOT_HTTP": "127.0.0.1:0",
            JOURNAL: str(self._journal),
        }
        self.calls = Calls()
        self.signals: dict[str, int] = {}
        """What a process sends itself at which commit, once."""
        self.pids: list[int] = []
        self._over = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def start(self) -> Self:
        """Start them, and go on starting the only one."""
        self._slack.hooks.append(self.calls.hook)
        self.pids = [self._bear() for _ in range(self._replicas)]
        if self._replicas == 1:
            self._supervisor.start()
        return self

    def thaw(self) -> None:
        """Let those go on that were frozen."""
        for pid in self.pids:
            self.nursery.send(pid, signal.SIGCONT)

    def stop(self) -> None:
        """End them all, and for good."""
        self._over.set()
        if self._supervisor.is_alive():
            self._supervisor.join()
        for pid in self.pids:
            self.nursery.kill(pid)

    @property
    def passed(self) -> list[str]:
        """Every point that was passed, in order of calls and order of commits."""
        return [*self.calls.passed, *(line.removeprefix(STRUCK) for line in self._lines())]

    @property
    def struck(self) -> list[str]:
        """The points at which one of them was struck."""
        return [*self.calls.acted, *(line.removeprefix(STRUCK) for line in self._lines() if line.startswith(STRUCK))]

    @property
    def log(self) -> str:
        """What they said, for the failure of a test."""
        return self._log.read_text() if self._log.exists() else ""

    def _lines(self) -> list[str]:
        return self._journal.read_text().splitlines() if self._journal.exists() else []

    def _bear(self) -> int:
        return self.nursery.bear({**self._environment, POINTS: json.dumps(self.signals)}, self._log)

    def _supervise(self) -> None:
        while not self._over.wait(LOOK_AGAIN):
            if self.nursery.is_over(self.pids[0]):
                self.pids[0] = self._bear()


def _patient_config(folder: Path) -> Path:
    """The configuration of the tests, with more patience."""
    shutil.copytree(CONFIG, folder)
    file = folder / "sevbot.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["delivery"] |= PATIENCE
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return folder


@contextmanager
def running(bots: Bots) -> Iterator[Bots]:
    """Have them run during the block."""
    try:
        yield bots.start()
    finally:
        bots.stop()
