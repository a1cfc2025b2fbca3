"""Who is measured against whom: each bot as a process of its own, on a local Slack of its own, taking turns."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground import Playground
from tests.bench.figures import Times
from tests.bench.plain_bot import DATABASE, RECIPES
from tests.bench.visits import Makes, acked
from tests.processes import BotProcess

PLAIN = str(Path(__file__).with_name("plain_bot.py"))
LISTS = frozenset({"users.list", "conversations.list", "usergroups.list"})
"""Calls that list a whole workspace: in a big one they take minutes."""
FOLLOW_UP = 0.05
"""Seconds after an ack in which the work it leads to has begun."""


@dataclass(frozen=True)
class Contestant:
    """A bot and its Slack."""

    slack: Playground
    process: BotProcess

    def rest(self) -> None:
        """Wait until what it was told is done."""
        time.sleep(FOLLOW_UP)
        self.slack.wait_quiet(quiet=0.1, within=30)


@contextmanager
def sevbot(database_url: str, log: Path) -> Iterator[Contestant]:
    """Sevbot itself. Whatever it is put through, it never lists the workspace."""
    with Playground() as slack, BotProcess(slack, database_url, log=log) as process:
        yield Contestant(slack, process)
        assert not LISTS & {call.method for call in slack.calls}


@contextmanager
def bolt(mode: str, **environment: str) -> Iterator[Contestant]:
    """A plain Bolt bot: `defaults` or `quick`, see plain_bot.py."""
    with Playground() as slack:
        process = BotProcess(slack, "", program=(PLAIN, mode))
        process.environment |= environment
        with process:
            yield Contestant(slack, process)


@contextmanager
def bolt_with_sql(mode: str, database_url: str, recipes: Path) -> Iterator[Contestant]:
    """A plain Bolt bot that commits the recorded rows."""
    with bolt(mode, **{DATABASE: database_url, RECIPES: str(recipes)}) as contestant:
        yield contestant


def race(contestants: Mapping[str, Contestant], makes: Makes, *, times: int, first: int) -> dict[str, Times]:
    """Send each contestant the same, one after the other, `times` times. Returns how long each took to acknowledge.

    `first` is the number of the first visit; numbers make visits unique, so races must not share them.
    """
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(first, first + times):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            taken[name].append(acked(contestants[name].slack, makes(number)))
            contestants[name].rest()
    return {name: Times(tuple(each)) for name, each in taken.items()}
