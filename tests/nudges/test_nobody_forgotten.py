"""The reminder engine's promise, tried by chance: nobody is reminded twice, nobody is forgotten, nobody is woken.

Two deciders share one database. Each step is chosen at random: they look, decide with a time they read long ago, die in the
middle, gather late; what they asked for is delivered late, or is given up; clocks jump, also over the night in which they are
changed; people touch things, put reminders off, mend things and break them again. In the end all goes well for a while.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.config import Config, Nudges, Settings
from bot.db import Database
from bot.nudges import service
from bot.nudges.deciding import NUDGES
from bot.nudges.deliveries import NudgeDeliveries, Reminder
from bot.nudges.model import Nudge, NudgePause, Progress
from bot.nudges.subjects import AllSubjects
from bot.outbox.enqueue import Enqueuer
from bot.outbox.kinds import Kinds, Skip
from bot.outbox.model import OutboxMessage, State
from bot.slack.client import Slack
from tests.databases import PostgresServer, new_sqlite
from tests.nudges.worlds import MINUTE, STEPS, JumpingClock, Thing, Things
from tests.outbox.test_promise import CONFIG, _without_waiting_for_the_disk

SUBJECTS = ("thing:1", "thing:2")
WHICH = st.integers(0, 1)
JUMP = st.sampled_from([1, 1, 6, 15, 31, 61, 240, 900, -20])
"""Minutes."""
STEP = st.one_of(
    st.tuples(st.just("a_decider_works"), WHICH, st.booleans()),
    st.tuples(st.just("a_decider_works"), WHICH, st.booleans()),
    st.tuples(st.just("a_decider_reads_its_clock"), WHICH),
    st.tuples(st.just("a_decider_gathers"), WHICH, st.booleans()),
    st.tuples(st.just("something_is_delivered"), st.sampled_from(["well", "well", "well", "never"])),
    st.tuples(st.just("time_passes"), JUMP),
    st.tuples(st.just("time_passes"), JUMP),
    st.tuples(st.just("somebody_acts"), WHICH, st.sampled_from(["touch", "snooze", "mute", "resume", "mend", "break"])),
)
SAMPLE = settings(
    max_examples=3,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
TORTURE = settings(SAMPLE, max_examples=80, stateful_step_count=60, derandomize=False)


class Killed(Exception):  # noqa: N818 - it is what happens to a process
    """A decider died: what it had not committed is gone."""


class Reminders(RuleBasedStateMachine):
    def __init__(self, new_database: Callable[[], str]) -> None:
        super().__init__()
        self.clock = JumpingClock()
        self.database = Database(new_database())
        if self.database.is_sqlite:
            event.listen(self.database.engine, "connect", _without_waiting_for_the_disk)
        self.database.before_commit.append(Enqueuer(self.clock).flush)
        self.world = Things({each: Thing(self.clock.now() + MINUTE) for each in SUBJECTS})
        self.subjects = AllSubjects({"thing": self.world})
        self.nudges = Nudges.model_validate({"leave_in_peace": "5m"})
        kinds = Kinds()
        config = Config(severities=CONFIG.severities, statuses=CONFIG.statuses, nudges=self.nudges)
        slack = Slack("", "http://127.0.0.1:9", self.clock)
        NudgeDeliveries(slack, self.clock, Settings(Path(), config=config), self.subjects).register(kinds)
        self.kinds = kinds
        self.read_at = [self.clock.now(), self.clock.now()]
        self.posts = 0
        self.said: list[tuple[int, datetime]] = []
        """Which rows of the ledger were said, and when."""
        for subject in SUBJECTS:
            self._run(lambda session, subject=subject: service.watch(session, subject))  # type: ignore[misc]

    @rule(step=STEP)
    def takes(self, step: tuple[Any, ...]) -> None:
        """One rule with every step: hypothesis leaves some rules out of each run, and here all are needed."""
        name, *arguments = step
        getattr(self, name)(*arguments)

    def a_decider_reads_its_clock(self, who: int) -> None:
        self.read_at[who] = self.clock.now()

    def a_decider_works(self, who: int, dies: bool) -> None:
        """It decides with the time it read last, however long ago. The claim only spares work, so it is left out."""
        for subject in SUBJECTS:
            self._run(lambda session, subject=subject: self._consider(session, subject, self.read_at[who]), dies=dies)  # type: ignore[misc]
        if not dies:
            self.read_at[who] = self.clock.now()

    def _consider(self, session: Session, subject: str, now: datetime) -> None:
        service.consider(session, subject, subjects=self.subjects, config=self.nudges, now=now)

    def a_decider_gathers(self, who: int, dies: bool) -> None:
        with self.database.read() as session:
            people = service.agenda(session, now=self.clock.now(), limit=1).people
        for person in people:
            self._run(lambda session, person=person: self._gather(session, person), dies=dies)  # type: ignore[misc]

    def _gather(self, session: Session, person: str) -> None:
        service.gather(session, person, subjects=self.subjects, config=self.nudges, now=self.clock.now())

    def something_is_delivered(self, how: str) -> bool:
        """The outbox, which keeps its own promise, does what it does with its first row, if there is one."""
        with self.database.read() as session:
            pending = select(OutboxMessage).where(OutboxMessage.state == State.PENDING).order_by(OutboxMessage.id)
            message = session.scalars(pending.limit(1)).first()
            if message is None:
                return False
            loaded = self.kinds[message.kind].load(session, message)
            session.expunge_all()
        state = State.SKIPPED if isinstance(loaded, Skip) else State.DEAD if how == "never" else State.SENT
        if isinstance(loaded, Reminder) and state is State.SENT:
            self._reads(loaded)
        self._run(lambda session: self._settle(session, message, loaded, state))
        return True

    def _reads(self, reminder: Reminder) -> None:
        """What people read just now had to be true, and allowed, just now."""
        now = self.clock.now()
        with self.database.read() as session:
            for row in (session.get_one(Nudge, each) for each in reminder.rows):
                thing = self.world.things[row.subject]
                step = STEPS[row.step]
                assert thing.is_wrong
                assert row.case_key == f"{thing.occurrence}"
                assert step.hours is None or not step.hours.are_quiet(now)
                pause = session.get(NudgePause, (row.subject, ""))
                assert pause is None or (pause.until is not None and pause.until <= now)
                self.said.append((row.id, now))

    def _settle(self, session: Session, message: OutboxMessage, loaded: Any, state: State) -> None:
        kind = self.kinds[message.kind]
        if state is State.SENT and kind.record is not None:
            self.posts += 1
            result = {"channel": "C1", "ts": f"{self.posts}.0", "rows": loaded.rows}
            kind.record(session, message, result, self.clock.now())
        session.get_one(OutboxMessage, message.id).state = state

    def time_passes(self, minutes: int) -> None:
        self.clock.time += timedelta(minutes=minutes)

    def somebody_acts(self, which: int, what: str) -> None:
        subject, now = SUBJECTS[which], self.clock.now()
        thing = self.world.things[subject]
        if what == "mend":
            thing.is_wrong, thing.touched_at = False, now
        elif what == "break" and not thing.is_wrong:
            self.world.things[subject] = Thing(now, thing.occurrence + 1)
        elif what == "touch":
            thing.touched_at = now
        self._run(lambda session: self._asks(session, subject, what, now))

    def _asks(self, session: Session, subject: str, what: str, now: datetime) -> None:
        if what in ("snooze", "mute"):
            until = now + 45 * MINUTE if what == "snooze" else None
            service.pause(session, subject, "", until=until, by="U9", now=now)
        elif what == "resume":
            service.resume(session, subject)
        service.watch(session, subject)

    def _run(self, work: Callable[[Session], object], *, dies: bool = False) -> None:
        def run(session: Session) -> None:
            work(session)
            if dies:
                session.flush()
                raise Killed

        try:
            self.database.run(run)
        except Killed:
            assert dies

    @invariant()
    def nobody_is_reminded_twice(self) -> None:
        rows = [row for row, _ in self.said]
        assert len(rows) == len(set(rows))

    def teardown(self) -> None:
        try:
            self._all_goes_well()
            self.nobody_is_reminded_twice()
            self._none_too_often_nor_too_soon()
            self._none_forgotten()
        finally:
            self.database.close()

    def _all_goes_well(self) -> None:
        """Two days, in which nothing is in the way any more, and somebody looks whenever it is due."""
        for which in range(len(SUBJECTS)):
            self.somebody_acts(which, "resume")
        for _ in range(2 * 48):
            self.time_passes(30)
            for who in (0, 1):
                self.a_decider_reads_its_clock(who)
            with self.database.read() as session:
                due = service.agenda(session, now=self.clock.now(), limit=10).subjects
            for subject, _look_at in due:
                self._run(lambda session, subject=subject: self._consider(session, subject, self.clock.now()))  # type: ignore[misc]
            self.a_decider_gathers(0, dies=False)
            while self.something_is_delivered("well"):
                pass

    def _none_too_often_nor_too_soon(self) -> None:
        for rows in self._by_step().values():
            step = STEPS[rows[0].step]
            assert len(rows) <= step.times
            for one, next_one in pairwise(rows):
                assert next_one.decided_at >= (one.delivered_at or one.decided_at) + step.every

    def _none_forgotten(self) -> None:
        """Of whatever is still wrong, everybody was told as often as it is to be."""
        told = self._by_step()
        for subject in SUBJECTS:
            thing = self.world.things[subject]
            for index, step in enumerate(STEPS):
                said = told.get((subject, f"{thing.occurrence}", index), [])
                assert not thing.is_wrong or len(said) == step.times, f"{subject} step {index}: {len(said)}"

    def _by_step(self) -> dict[tuple[str, str, int], list[Nudge]]:
        """What was said, or given up by the outbox, by subject, occurrence and step."""
        found: dict[tuple[str, str, int], list[Nudge]] = {}
        with self.database.read() as session:
            counted = Nudge.progress.in_((Progress.DELIVERED, Progress.FAILED))
            for row in session.scalars(select(Nudge).where(counted, Nudge.reason.in_(NUDGES)).order_by(Nudge.id)):
                found.setdefault((row.subject, row.case_key, row.step), []).append(row)
            session.expunge_all()
        return found


def reminders_on(new_database: Callable[[], str]) -> type[Reminders]:
    """The state machine, each run on a database of its own."""

    class RemindersHere(Reminders):
        def __init__(self) -> None:
            super().__init__(new_database)

    return RemindersHere


def test_nobody_is_reminded_twice_forgotten_or_woken(tmp_path: Path) -> None:
    run_state_machine_as_test(reminders_on(lambda: new_sqlite(tmp_path)), settings=SAMPLE)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_nobody_is_reminded_twice_forgotten_or_woken_over_many_more_runs(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    new_database = server.one_at_a_time() if server else lambda: new_sqlite(tmp_path)
    fewer = settings(TORTURE, max_examples=TORTURE.max_examples // 3)  # a run takes three times as long there
    run_state_machine_as_test(reminders_on(new_database), settings=fewer if server else TORTURE)
