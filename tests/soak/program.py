"""`python -m tests.soak.program`: `sevbot run` for a day that is over in minutes. Its clock stands until it is told the time,
and its loop runs when it is told to; all else is as operators run it. It takes orders from standard input, one a line, and
answers each with a line.
"""

import functools
import gc
import json
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

import bot.app
from bot import cli
from bot.app import Bot
from bot.clock import Clock
from bot.schedule import FAILURES

BEGINS_AT = "SOAK_BEGINS_AT"
"""The environment variable that says what time it is when the program starts, in seconds since 1970."""
SOON = timedelta(seconds=15)
"""What is done as often as this is done each time the loop runs."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
CONTAINERS = (dict, list, set, deque, OrderedDict)
ORDERS = "orders"
LARGE = 20
"""From so many things on it is told how many something holds."""
OURS = ("bot.", "tests.")


class ToldClock(Clock):
    """Business time as it was told last. Machine time runs on."""

    at = datetime.fromtimestamp(float(os.environ.get(BEGINS_AT, "0")), UTC)

    def now(self) -> datetime:
        return ToldClock.at

    def move_to(self, offset: timedelta) -> None:
        """Slack's answers tell how far ahead it is; here the time is told besides."""


class Orders:
    """What the program is told to do while the bot runs."""

    def __init__(self) -> None:
        self._bot: Bot | None = None
        self._ran: dict[str, datetime] = {}

    def begin(self, started: Bot) -> None:
        """The bot is there: from now on it can be told what to do."""
        self._bot = started
        threading.excepthook = _end_with
        threading.Thread(target=self._take, name=ORDERS, daemon=True).start()

    def time(self, at: float) -> None:
        """What time it is."""
        ToldClock.at = datetime.fromtimestamp(at, UTC)

    def loop(self) -> None:
        """The recurring jobs whose time has come run once, and those that always come soon again."""
        assert self._bot is not None
        now = ToldClock.at
        for job in self._bot.schedule.jobs:
            if job.every <= SOON or now - self._ran.get(job.name, LONG_AGO) >= job.every:
                self._ran[job.name] = now
                self._bot.schedule._run(job)

    def figures(self) -> dict[str, Any]:
        """How much the process holds, now that it holds no more than it must."""
        gc.collect()
        return {
            "kilobytes": _resident(),
            "blocks": sys.getallocatedblocks(),
            "threads": threading.active_count(),
            "files": sum(1 for _ in Path("/proc/self/fd").iterdir()),
            "held": dict(_held(self._bot)),
            "cached": dict(_cached()),
            "failed": {each.labels["job"]: each.value for each in _failures()},
            "names": sorted(each.name for each in threading.enumerate()),
        }

    def _take(self) -> None:
        for line in sys.stdin:
            order = json.loads(line)
            answer = getattr(self, order.pop("do"))(**order)
            sys.stdout.write(f"{json.dumps(answer)}\n")
            sys.stdout.flush()


def _end_with(fault: threading.ExceptHookArgs) -> None:
    """Whoever waits for the answer to an order would wait for ever."""
    threading.__excepthook__(fault)
    if fault.thread is not None and fault.thread.name == ORDERS:
        os._exit(1)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _failures() -> Iterator[Any]:
    for metric in FAILURES.collect():
        yield from (each for each in metric.samples if each.name.endswith("_total") and each.value)


def _held(root: object) -> Iterator[tuple[str, int]]:
    """How many things each of our containers holds, by where it is found: from the bot on, and in our modules."""
    waiting: deque[tuple[str, Any]] = deque([("bot", root)])
    waiting.extend((name, module) for name, module in list(sys.modules.items()) if name.startswith(OURS))
    seen: set[int] = set()
    while waiting:
        path, thing = waiting.popleft()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, CONTAINERS):
            if len(thing) >= LARGE:
                yield path, len(thing)
            if isinstance(thing, dict):
                waiting.extend((f"{path}[]", each) for each in list(thing.values()) if _may_hold(each))
            continue
        inner = getattr(thing, "__dict__", None) or {
            name: getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)
        }
        waiting.extend((f"{path}.{name}", each) for name, each in list(inner.items()) if _may_hold(each))


def _may_hold(thing: object) -> bool:
    ours = getattr(type(thing), "__module__", "").startswith(OURS)
    return isinstance(thing, CONTAINERS) or (ours and not isinstance(thing, type))


def _cached() -> Iterator[tuple[str, int]]:
    """How many answers each remembered function of ours remembers, of those that may remember any number of them."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and (each.__module__ or "").startswith(OURS):
            found = each.cache_info()
            if found.maxsize is None:
                yield f"{each.__module__}.{each.__qualname__}", found.currsize


def main() -> None:
    """Become the bot."""
    orders, start = Orders(), Bot.start

    def start_and_obey(started: Bot) -> None:
        start(started)
        orders.begin(started)

    setattr(Bot, "start", start_and_obey)  # noqa: B010 - it takes the place of a method
    setattr(BackgroundScheduler, "start", lambda _scheduler: None)  # noqa: B010
    setattr(bot.app, "Clock", ToldClock)  # noqa: B010
    cli.run()


if __name__ == "__main__":
    main()
