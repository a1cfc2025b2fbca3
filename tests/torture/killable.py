"""The bot as a process that can be killed at a named point: the ordinary command line, watched from outside.

Run as a program this is a nursery. It loads the bot once, and then forks a process whenever it is asked to, so that a bot
starts within a moment. Nothing in the bot knows of it: commits are watched where SQLAlchemy hands them to the driver, and
every client of Slack's Web API says which process it belongs to.
"""

import fcntl
import gc
import importlib
import json
import os
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

JOURNAL = "KILL_JOURNAL"
"""The file in which every process of one story writes down the commits it passes."""
POINTS = "KILL_POINTS"
"""The commits at which a process sends itself a signal, each once: the signals' numbers by point, as JSON."""
STRUCK = "struck at "
COMMAND = "KILL_COMMAND"
"""What it does if not `run`: another command of `sevbot`."""
FREEZES = "KILL_FREEZES"
"""The calls before which a process freezes itself, as JSON: see `freeze_before`."""
NEXT_VERSION = "KILL_NEXT_VERSION"
"""The migrations of the version it is, where that is the one after this: see `versions.py`."""
PRELOADED = (
    "bot.app",
    "bot.cli",
    "bot.web.routes",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.auto",
)
"""What each bot would otherwise load for itself."""
ON_A_TIMER = "timer"
"""Who commits after so many seconds, whatever the story has come to by then: that is no point to die at again."""
NO_KIND = "-"
"""For calls that no outbox row asks for: a header must not begin with a blank."""


class Journal:
    """The commits passed so far by all processes of a story, one a line; so occurrences are counted over all of them."""

    def __init__(self, file: Path, signals: dict[str, int]) -> None:
        self._file = file
        self._signals = signals

    def reach(self, what: str) -> None:
        """Write down that a point is reached, and die or freeze there if that is to be."""
        with self._file.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            passed = [line.removeprefix(STRUCK).rpartition(" #")[0] for line in file.read().splitlines()]
            point = f"{what} #{passed.count(what) + 1}"
            file.write(f"{STRUCK if point in self._signals else ''}{point}\n")
        if point in self._signals:
            os.kill(os.getpid(), self._signals[point])


def watch(journal: Journal) -> None:
    """Report every commit that wrote something, before and after; and name this process in every call of the Web API."""
    from slack_sdk.web.base_client import BaseClient
    from sqlalchemy import Connection, event
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.default import DefaultDialect

    from bot.slack.client import KIND_HEADER

    commit, connect = DefaultDialect.do_commit, BaseClient.__init__
    committers = known_committers()

    @event.listens_for(Engine, "begin")
    def nothing_written_yet(connection: Connection) -> None:
        connection.info["wrote"] = False

    @event.listens_for(Engine, "after_cursor_execute")
    def remember_writing(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        if statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"} and cursor.rowcount != 0:
            connection.info["wrote"] = True

    def watched_commit(dialect: DefaultDialect, connection: Any) -> None:
        name = committer(committers) if connection.info.pop("wrote", False) else None
        if name:
            journal.reach(f"before commit of {name}")
        commit(dialect, connection)  # type: ignore[no-untyped-call]
        if name:
            journal.reach(f"after commit of {name}")

    def signed_client(client: BaseClient, *arguments: Any, **named: Any) -> None:
        headers = named.get("headers") or {}
        kind = str(headers.get(KIND_HEADER, "")).partition(" ")[0]
        named["headers"] = {**headers, KIND_HEADER: f"{kind or NO_KIND} {os.getpid()}"}
        connect(client, *arguments, **named)

    DefaultDialect.do_commit = watched_commit  # type: ignore[method-assign]
    BaseClient.__init__ = signed_client  # type: ignore[method-assign, assignment]


def freeze_before(marks: dict[str, str]) -> None:
    """Freeze in the moment between a call's last look at its lease and the call, by outbox kind and method; once each.

    `marks` names a file for each call: it happens once somebody has made that, and the process that freezes adds its id to
    the file's name.
    """
    from bot.slack.client import Slack

    call = Slack.call

    def interrupted(slack: Slack, method: str, /, *, kind: str = "", **arguments: Any) -> dict[str, Any]:
        mark = marks.get(f"{kind} {method}")
        if mark and _takes(Path(mark)):
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # or this very thread might go on for a moment
        return call(slack, method, kind=kind, **arguments)

    Slack.call = interrupted  # type: ignore[method-assign]


def _takes(mark: Path) -> bool:
    """Whether this process is the first to find the mark."""
    taken = mark.with_suffix(f".{os.getpid()}")
    try:
        mark.rename(taken)
    except FileNotFoundError:
        return False
    return True


def known_committers() -> dict[CodeType, str]:
    """Who commits, by the function that asks for it."""
    from bot.directory.people import Acquaintance
    from bot.nudges import jobs as reminders
    from bot.outbox.dispatcher import Dispatcher, Try
    from bot.slack.listeners import Listeners
    from bot.workflows.checks.runner import Runner
    from bot.workflows.evaluation.evaluating import Evaluating
    from bot.workflows.heartbeats.room import HeartbeatsRoom

    named: dict[str, tuple[Callable[..., Any], ...]] = {
        "claim": (Dispatcher._claim,),
        "settle": (Dispatcher._settle_patiently,),
        "keep": (Try.commit,),
        "second look": (Dispatcher.look_twice, Dispatcher._look_twice_at, Dispatcher._plan_second_look),
        "listener of commands": (Listeners._on_command,),
        "listener of forms": (Listeners._on_form,),
        "listener of clicks": (Listeners._on_click,),
        "listener of events": (Listeners._on_event,),
        "acquaintance": (Acquaintance._ask,),
        ON_A_TIMER: (reminders.Reminding.remind, Evaluating.evaluate, HeartbeatsRoom.look, Runner.tick),
    }
    return {function.__code__: name for name, functions in named.items() for function in functions}


def committer(known: dict[CodeType, str]) -> str:
    """Who commits just now, with the outbox kind that it concerns (a claim's first): `settle incident.card`."""
    frame: FrameType | None = sys._getframe(2)
    kind = ""
    while frame is not None and frame.f_code not in known:
        claimed = frame.f_locals.get("result")
        if frame.f_code.co_name == "_run_once" and isinstance(claimed, list) and claimed:
            first = claimed[0]
            kind = (first[0] if isinstance(first, tuple) else first).kind
        frame = frame.f_back
    if frame is None:
        return "other"
    if known[frame.f_code] == ON_A_TIMER:
        return ""
    if known[frame.f_code] in {"settle", "keep"}:
        owner = frame.f_locals.get("attempt") or frame.f_locals["self"]
        kind = owner.message.kind
    return f"{known[frame.f_code]} {kind}".strip()


def become_bot(environment: dict[str, str], log: str) -> None:
    """Turn this freshly forked process into `sevbot run`. Does not return."""
    random.seed()
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    from bot import cli

    if JOURNAL in environment:
        watch(Journal(Path(environment[JOURNAL]), json.loads(environment.get(POINTS, "{}"))))
    if FREEZES in environment:
        freeze_before(json.loads(environment[FREEZES]))
    if NEXT_VERSION in environment:
        from tests.torture import versions

        versions.become_the_next(Path(environment[NEXT_VERSION]))
    sys.argv = ["sevbot", environment.get(COMMAND, "run")]
    status = 1
    try:
        cli.main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        if sys.exception() is not None:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(status)


def nurse() -> None:
    """Take orders from standard input, one a line, and answer each with a line: see `ORDERS`.

    Who died keeps its process id until somebody asks for it here. So no signal ever meets a stranger who was given the id
    of a dead bot. When nobody gives orders any more, the bots that still run end with this process, as they are of its group.
    """
    os.setpgid(0, 0)
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()  # what is shared with the children stays shared: their collections leave it alone
    for line in sys.stdin:
        order = json.loads(line)
        answer = ORDERS[order.pop("do")](**order)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    os.killpg(0, signal.SIGKILL)


CHILDREN: set[int] = set()
"""The bots of this nursery that run, or were not asked for since they died."""


def bear(environment: dict[str, str], log: str) -> int:
    """Fork a bot, and answer with its process id."""
    pid = os.fork()
    if pid == 0:
        become_bot(environment, log)
    CHILDREN.add(pid)
    return pid


def send(pid: int, number: int) -> None:
    """Send a bot a signal, if it runs."""
    if pid in CHILDREN:
        os.kill(pid, number)


def is_over(pid: int) -> bool:
    """Whether a bot has ended. Its process id may then belong to anybody."""
    if pid in CHILDREN and os.waitpid(pid, os.WNOHANG) != (0, 0):
        CHILDREN.remove(pid)
    return pid not in CHILDREN


ORDERS: dict[str, Callable[..., Any]] = {"bear": bear, "send": send, "is_over": is_over}


if __name__ == "__main__":
    nurse()
