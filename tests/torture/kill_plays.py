"""Performs the stories: each with a Slack, a database and bots of its own, several side by side, and compares how they end."""

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.incidents import surfaces
from bot.playground import Playground
from tests.databases import PostgresServer, new_sqlite
from tests.torture.kill_deaths import Death
from tests.torture.kill_dumps import difference, dump
from tests.torture.kill_story import STORIES, Ledger, Stage
from tests.torture.killing import Bots, Nursery, running

AT_ONCE = 2
"""How many stories are told side by side. Most of a story is waiting."""
TRIES = 3
"""How often a story is told until its points are passed: which replica does what is a matter of chance."""
SECOND_LOOK_WITHIN = 30.0
LONGEST_TEXT = 3000
SECOND_LOOK = "second look"
TAKES_BACK = (f"{surfaces.CARD} chat.delete", f"{surfaces.ANNOUNCEMENT} chat.delete", f"{surfaces.LINE} chat.delete")
"""What the second look does to copies that plain deaths never leave. (Where only a channel's name is known one may be left:
nobody can look there before.)"""
START = "commit of other"
"""What a bot commits when it starts."""


@dataclass(frozen=True)
class Ending:
    """How a story ended: the points that were passed, those at which a bot was struck, and what was left."""

    passed: list[str]
    struck: list[str]
    left: dict[str, Any]
    differs: str
    """In what it differs from the story in which nobody died."""

    def recovery_after(self, usual: "Ending") -> list[str]:
        """The points that this one passed because somebody died: starting again, looking back, catching up."""
        names = {_name(point) for point in usual.passed}
        unusual = [point for point in self.passed if point not in usual.passed and SECOND_LOOK not in point]
        return [point for point in unusual if _name(point) not in names or START in point]


class Theatre:
    """Performs stories on SQLite, or on a PostgreSQL server with one bot or more."""

    def __init__(self, nursery: Nursery, *, postgres: PostgresServer | None = None, replicas: int = 1) -> None:
        self._nursery = nursery
        self._postgres = postgres
        self._replicas = replicas
        self._undisturbed: dict[str, Ending] = {}

    def undisturbed(self, story: str) -> Ending:
        """How a story ends when nobody dies."""
        if story not in self._undisturbed:
            self._undisturbed[story] = self.perform(story)
        return self._undisturbed[story]

    def perform(self, story: str, death: Death | None = None, *, like: Ending | None = None) -> Ending:
        """Tell a story, and compare its ending with that of another one, if there is one."""
        with self._place() as (folder, url), Playground() as slack:
            bots = Bots(self._nursery, slack, url, folder, replicas=self._replicas)
            ledger = Ledger(url)
            try:
                if death:
                    death.prepare(bots, slack)
                with running(bots):
                    stage = Stage(slack, ledger)
                    stage.settles()
                    STORIES[story](stage)
                    bots.thaw()
                    differs = _compare(stage, like, death) if like and death else ""
                return Ending(bots.passed, bots.struck, dump(ledger, slack), differs)
            except AssertionError as failure:
                failure.add_note(bots.log[-LONGEST_TEXT:])
                raise
            finally:
                ledger.close()

    def faults(self, story: str, deaths: Iterable[Death]) -> list[str]:
        """Tell the story once for each death, and return what went wrong: a text for each at which something did."""
        like = self.undisturbed(story)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = {death: pool.submit(self._tell_until_struck, story, death, like) for death in deaths}
        found = {death: _fault(death, future) for death, future in told.items()}
        return [f"{death}: {fault}" for death, fault in found.items() if fault]

    def _tell_until_struck(self, story: str, death: Death, like: Ending) -> Ending:
        for _ in range(TRIES):
            ending = self.perform(story, death, like=like)
            if ending.differs or sorted(ending.struck) == sorted(death.points):
                break
        return ending

    @contextmanager
    def _place(self) -> Iterator[tuple[Path, str]]:
        """A folder and a new database, for one story."""
        folder = Path(tempfile.mkdtemp(prefix="sevbot-kill-"))
        url = self._postgres.new_database() if self._postgres else new_sqlite(folder)
        try:
            yield folder, url
        finally:
            if self._postgres:
                self._postgres.drop(url)
            shutil.rmtree(folder)


def _compare(stage: Stage, like: Ending, death: Death) -> str:
    """What differs once all is delivered; if anything does, or may yet, once all was looked at twice."""
    if not death.leaves_doubt and not difference(like.left, dump(stage.ledger, stage.slack)):
        return ""
    deadline = time.monotonic() + SECOND_LOOK_WITHIN
    while not stage.ledger.is_looked_at_twice() and time.monotonic() < deadline:
        time.sleep(0.05)
    stage.settles()
    return difference(like.left, dump(stage.ledger, stage.slack), with_notices=not death.leaves_doubt)


def _fault(death: Death, told: Future[Ending]) -> str:
    failure = told.exception()
    if failure is not None:
        return "\n".join((repr(failure), *getattr(failure, "__notes__", ())))
    ending = told.result()
    if ending.differs:
        return ending.differs[:LONGEST_TEXT]
    taken_back = [point for point in ending.passed if any(method in point for method in TAKES_BACK)]
    if taken_back and not death.leaves_doubt:
        return f"said twice, before the second look took it back: {taken_back}"
    missed = sorted(set(death.points) - set(ending.struck))
    return f"never passed {missed} in {TRIES} tries" if missed and death.is_certain else ""


def _name(point: str) -> str:
    return point.rpartition(" #")[0]
