"""The outbox's promise, tried by chance: whatever fails, nothing is lost and nothing is said twice.

Two dispatchers share one database. Each step is chosen at random: wishes, claims, calls and how they go, the writing down of
their outcomes, crashes, time. In the end all goes well for a while, and then what was asked for must be there.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.config import Category, Config, Settings, Severity, Status
from bot.db import Database
from bot.outbox.dispatcher import Dispatcher, Try
from bot.outbox.enqueue import Enqueuer, Request, enqueue, retry_dead
from bot.outbox.kinds import Kinds, LeaseLost
from bot.outbox.model import OPEN, Mode, OutboxMessage, State
from tests.databases import PostgresServer, new_sqlite
from tests.outbox.clocks import MovableClock
from tests.outbox.worlds import ANSWER, BOARD, CARD, FATES, FINE, LINE, Fate, ProcessKilled, World

SUBJECT = "incident:1"
LANES = ("lane:a", "lane:b")
CONFIG = Config(
    severities=(Severity(key="SEV1", meaning="It is bad"),),
    statuses=(Status(key="open", category=Category.INVESTIGATING, label="Open"),),
)

WISH = st.tuples(st.sampled_from(["line", "two lines", "an old line", BOARD, CARD, ANSWER]), st.integers(0, 1))
REPLICA = st.integers(0, 1)
FATE = st.sampled_from((FINE, FINE, FINE, *FATES))
HAPPENING = st.sampled_from([3, 61, 61, 61, 700, 90_000, "retry", "revival", "crash"])
"""Seconds that pass, and what else may come."""
STEP = st.one_of(
    st.tuples(st.just("somebody_asks"), st.lists(WISH, min_size=1, max_size=3)),
    st.tuples(st.just("a_replica_works"), REPLICA, st.lists(FATE, min_size=1, max_size=5)),
    st.tuples(st.just("a_replica_is_held_up"), REPLICA, FATE, st.booleans()),
    st.tuples(st.just("something_happens"), REPLICA, HAPPENING),
)

SAMPLE = settings(
    max_examples=12,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a failure is told by its steps; shrinking it takes minutes
)
TORTURE = settings(SAMPLE, max_examples=120, stateful_step_count=50)


@dataclass(eq=False)
class Underway:
    """A claimed row on its way: `outcome` is None until the call came back."""

    dispatcher: Dispatcher
    attempt: Try
    outcome: tuple[Any, ...] | None = None


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    """What fails here are processes and networks, not the power; and there are thousands of commits."""
    connection.execute("PRAGMA synchronous=OFF")


class Outbox(RuleBasedStateMachine):
    def __init__(self, new_database: Callable[[], str]) -> None:
        super().__init__()
        self.clock = MovableClock()
        self.world = World(self.clock)
        self.database = Database(new_database())
        if self.database.is_sqlite:
            event.listen(self.database.engine, "connect", _without_waiting_for_the_disk)
        self.database.before_commit.append(Enqueuer(self.clock).flush)
        self.kinds = Kinds()
        self.kinds.add(*self.world.kinds())
        self.replicas = [self._replica(), self._replica()]
        self.underway: list[Underway] = []
        self.lines: dict[str, list[str]] = {lane: [] for lane in LANES}
        self.answers = 0
        self.has_died: set[str] = set()

    def _replica(self) -> Dispatcher:
        dispatcher = Dispatcher(self.database, self.clock, Settings(Path(), config=CONFIG), self.kinds)
        dispatcher._stopping.set()  # it is driven by hand, and waits for nothing
        return dispatcher

    @rule(step=STEP)
    def takes(self, step: tuple[Any, ...]) -> None:
        """One rule with every step: hypothesis leaves some rules out of each run, and here all are needed."""
        name, *arguments = step
        getattr(self, name)(*arguments)

    def somebody_asks(self, wishes: list[tuple[str, int]]) -> None:
        for what, which in wishes:
            if what in {BOARD, CARD}:
                self._ask_to_show(what, which)
            elif what == ANSWER:
                self.answers += 1
                self._ask(Request(kind=ANSWER, subject=SUBJECT, key=f"answer:{self.answers}", mode=Mode.ONCE))
            else:
                self._ask_for_lines(LANES[which], {"line": 1, "two lines": 2, "an old line": 0}[what])

    def _ask_for_lines(self, lane: str, count: int) -> None:
        first = len(self.lines[lane]) + 8  # so that 9 and 10 come next to each other
        self.lines[lane] += [f"{lane}:{number}" for number in range(first, first + count)]
        keys = self.lines[lane][-max(count, 1) :]
        self._ask(*(Request(kind=LINE, subject=SUBJECT, key=key, lane=lane, mode=Mode.ONCE) for key in keys))

    def _ask_to_show(self, kind: str, which: int) -> None:
        """A card waits for the board of its number, if there is one."""
        key, board = f"{kind}:{which}", f"{BOARD}:{which}"
        self.world.truth[key] = self.world.truth.get(key, 0) + 1
        after = board if kind == CARD and board in self.world.truth else None
        self._ask(Request(kind=kind, subject=SUBJECT, key=key, mode=Mode.LATEST, after=after, after_any_end=which == 1))

    def _ask(self, *requests: Request) -> None:
        def ask(session: Session) -> None:
            for request in requests:
                enqueue(session, request)

        self.database.run(ask)

    def a_replica_works(self, who: int, fates: list[Fate]) -> None:
        """Rows are claimed, called and written down, one after the other."""
        for underway, fate in zip(self._claim(who, limit=len(fates)), fates, strict=False):
            if underway in self.underway:  # else its process was killed before it came to this
                self._call(underway, fate)
            if underway in self.underway:
                self._write_down(underway)

    def a_replica_is_held_up(self, who: int, fate: Fate, calls: bool) -> None:
        """What was under way goes on by one step, and something new is begun: up to the claim, or up to the call."""
        if self.underway and self.underway[0].outcome is None:
            self._call(self.underway[0], fate)
        elif self.underway:
            self._write_down(self.underway[0])
        for underway in self._claim(who, limit=1):
            if calls:
                self._call(underway, fate)

    def something_happens(self, who: int, what: int | str) -> None:
        if isinstance(what, int):
            self.clock.passes(seconds=what)
        elif what == "retry":
            self._retry()
        elif what == "revival":
            self.replicas[who].revive()
        else:
            self._crash(self.replicas[who])

    def _claim(self, who: int, limit: int) -> list[Underway]:
        replica = self.replicas[who]
        started = self.clock.monotonic()
        claimed = [Underway(replica, replica._try(row, started=started)) for row in replica._claim(limit)]
        self.underway += claimed
        return claimed

    def _call(self, underway: Underway, fate: Fate) -> None:
        self.world.fate = fate
        attempt = underway.attempt
        try:
            underway.outcome = underway.dispatcher._attempt(self.kinds[attempt.message.kind], attempt)
        except LeaseLost:
            self.underway.remove(underway)
        except ProcessKilled:
            self._crash(underway.dispatcher)

    def _write_down(self, underway: Underway) -> None:
        self.underway.remove(underway)
        assert underway.outcome is not None
        kind = self.kinds[underway.attempt.message.kind]
        try:
            underway.dispatcher._settle_patiently(kind, underway.attempt, *underway.outcome)
        except LeaseLost:
            return
        with self.database.read() as session:
            dead = session.scalars(select(OutboxMessage.key).where(OutboxMessage.state == State.DEAD))
            self.has_died.update(dead)

    def _crash(self, dispatcher: Dispatcher) -> None:
        self.underway = [each for each in self.underway if each.dispatcher is not dispatcher]
        self.replicas[self.replicas.index(dispatcher)] = self._replica()

    def _retry(self) -> None:
        self.database.run(lambda session: retry_dead(session, SUBJECT, now=self.clock.machine()))

    @invariant()
    def nothing_is_said_twice(self) -> None:
        keys = [post.key for post in self.world.posted]
        assert len(keys) == len(set(keys))
        assert len(self.world.said) == len(set(self.world.said))

    @invariant()
    def a_lane_keeps_its_order(self) -> None:
        keys = [post.key for post in self.world.posted if post.key not in self.has_died]
        for asked in self.lines.values():
            there = [key for key in keys if key in asked]
            assert there == [key for key in asked if key in there]

    def teardown(self) -> None:
        try:
            self._all_goes_well()
            self.nothing_is_said_twice()
            self.a_lane_keeps_its_order()
            assert {post.key for post in self.world.posted} >= {key for keys in self.lines.values() for key in keys}
            boards = {post.key: post.text for post in self.world.posted if post.key in self.world.truth}
            assert boards | self.world.shown == self.world.truth
        finally:
            self.database.close()

    def _all_goes_well(self) -> None:
        for _ in range(200):
            for underway in list(self.underway):
                if underway.outcome is None:
                    self._call(underway, FINE)
                if underway in self.underway:
                    self._write_down(underway)
            if not self._left():
                return
            self.clock.passes(seconds=61)
            self._retry()
            self._claim(0, limit=50)
        raise AssertionError(f"never delivered: {self._left()}")

    def _left(self) -> list[str]:
        left = select(OutboxMessage).where(OutboxMessage.state.in_((*OPEN, State.DEAD)))
        with self.database.read() as session:
            return [
                f"{row.key} is {row.state}, due {row.due_at}, after {row.after}, lease {row.lease}: {row.last_error}"
                for row in session.scalars(left)
            ]


def outbox_on(new_database: Callable[[], str]) -> type[Outbox]:
    """The state machine, each run on a database of its own."""

    class OutboxHere(Outbox):
        def __init__(self) -> None:
            super().__init__(new_database)

    return OutboxHere


def test_nothing_is_lost_and_nothing_is_said_twice(tmp_path: Path) -> None:
    run_state_machine_as_test(outbox_on(lambda: new_sqlite(tmp_path)), settings=SAMPLE)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_nothing_is_lost_and_nothing_is_said_twice_over_many_more_runs(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    new_database = server.one_at_a_time() if server else lambda: new_sqlite(tmp_path)
    fewer = settings(TORTURE, max_examples=TORTURE.max_examples // 3)  # a run takes three times as long there
    run_state_machine_as_test(outbox_on(new_database), settings=fewer if server else TORTURE)
