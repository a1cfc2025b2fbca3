"""The promise about promises, tried by chance: one message a day, never on a day off or while away, and nobody is forgotten.

As in `test_nobody_forgotten.py` two deciders share one database and do everything at the wrong time; and here the ladders are
those of action items: they are done and opened again, due dates move, people go away and come back, other settings come into
force. In the end all goes well for some weeks, and only what the engine itself finds due is looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import CalendarRules, Config, Nudges, Settings, Team
from bot.directory.channels import KnownChannel
from bot.directory.people import Person
from bot.nudges import service
from bot.nudges.daily import gather_day
from bot.nudges.daily_deliveries import DailyDeliveries, DayMessage
from bot.nudges.deciding import NUDGES
from bot.nudges.deliveries import NudgeDeliveries
from bot.nudges.looking_again import look_again
from bot.nudges.model import Nudge, NudgePause, Progress
from bot.nudges.places import company_hours
from bot.nudges.subjects import Act, AllSubjects, Situation
from bot.outbox.kinds import Kinds
from bot.outbox.model import OutboxMessage, State
from bot.remediation.ladders import OVERDUE, Ladders, Promise
from bot.slack.client import Slack
from tests.databases import PostgresServer, new_sqlite
from tests.nudges.test_nobody_forgotten import SAMPLE, TORTURE, Reminders
from tests.nudges.worlds import Things
from tests.outbox.test_promise import CONFIG

SUBJECTS = ("thing:1", "thing:2")
MONDAY = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)
"""Ten o'clock in New York, where the clocks are changed on Sunday."""
ADA, BOSS, LEAD = "U0ADA", "U0BOSS", "U0LEAD"
TEAM = Team(
    key="payments", name="Payments", members=(ADA,), channel="#payments", manager=BOSS, time_zone="America/New_York"
)
DAYS_OFF = (date(2026, 10, 28), date(2026, 11, 5))
OVERDUE_STEPS = (
    {"tell": "owner", "every": "2d", "times": 2},
    {"tell": "team", "after": "1d", "every": "2d", "times": 2},
    {"tell": "manager", "after": "3d", "every": "3d", "times": 1},
)
WHICH = st.integers(0, 1)
ACTS = ("touch", "snooze", "mute", "resume", "done", "reopen", "move", "leave", "return")
STEP = st.one_of(
    st.tuples(st.just("a_decider_works"), WHICH, st.booleans()),
    st.tuples(st.just("a_decider_works"), WHICH, st.booleans()),
    st.tuples(st.just("a_decider_reads_its_clock"), WHICH),
    st.tuples(st.just("a_decider_gathers"), WHICH, st.booleans()),
    st.tuples(st.just("something_is_delivered"), st.sampled_from(["well", "well", "well", "never"])),
    st.tuples(st.just("time_passes"), st.sampled_from([60, 300, 600, 900, 1440, 1440, 4320, -120])),
    st.tuples(st.just("time_passes"), st.sampled_from([60, 300, 600, 900, 1440, 1440, 4320, -120])),
    st.tuples(st.just("somebody_acts"), WHICH, st.sampled_from(ACTS)),
    st.tuples(st.just("settings_change"), st.sampled_from(["09:00", "11:00"])),
)


def by_settings(daily_at: str) -> Config:
    nudges = {
        "time_zone": "America/New_York", "daily_at": daily_at,
        "items": {"leave_in_peace": "20h", "overdue": {"steps": OVERDUE_STEPS}},
    }  # fmt: skip
    return Config(
        severities=CONFIG.severities, statuses=CONFIG.statuses, teams=(TEAM,),
        calendar=CalendarRules(days_off=DAYS_OFF), nudges=Nudges.model_validate(nudges),
    )  # fmt: skip


@dataclass
class Item:
    """An action item of ada's."""

    opened_at: datetime
    due_on: date
    is_done: bool = False
    touched_at: datetime | None = None


@dataclass
class Promises(Things):
    """Items, with the ladders they have in earnest."""

    settings: Settings = field(default_factory=lambda: Settings(Path(), config=by_settings("09:00")))
    items: dict[str, Item] = field(default_factory=dict)
    ada: Person = field(default_factory=lambda: somebody(ADA))

    def ladders(self, subject: str) -> Ladders:
        item = self.items[subject]
        people = {ADA: self.ada, BOSS: somebody(BOSS), LEAD: somebody(LEAD)}
        promise = Promise(
            opened_at=item.opened_at,
            due_on=item.due_on,
            owner=ADA,
            lead=LEAD,
            people=people,
            touched_at=item.touched_at,
        )
        return Ladders(self.settings.current, promise)

    def situation(self, session: Session, subject: str, *, now: datetime) -> Situation:
        item, ladders = self.items[subject], self.ladders(subject)
        act = Act("U9", item.touched_at, "item.changed") if item.touched_at else None
        if item.is_done:
            return Situation((), is_over=True, last_act=act)
        return Situation(
            ladders.cases(now), is_over=False, last_act=act, is_steady=True, changes_at=ladders.changes_at(now)
        )


def somebody(user_id: str) -> Person:
    return Person(
        user_id=user_id, name=user_id, time_zone="America/New_York", is_guest=False, is_bot=False, is_deactivated=False,
        status_emoji="", status_until=None, learned_at=datetime(2100, 1, 1, tzinfo=UTC),
    )  # fmt: skip


class DailyReminders(Reminders):
    """The same, once a day."""

    def __init__(self, new_database: Callable[[], str]) -> None:
        super().__init__(new_database)
        self.clock.time = MONDAY
        self.read_at = [MONDAY, MONDAY]
        self.promises = Promises(items={each: Item(MONDAY, date(2026, 10, 29)) for each in SUBJECTS})
        self.subjects = AllSubjects({"thing": self.promises})
        self.kinds = Kinds()
        slack = Slack("", "http://127.0.0.1:9", self.clock)
        for room in (NudgeDeliveries, DailyDeliveries):
            room(slack, self.clock, self.promises.settings, self.subjects).register(self.kinds)
        self.days: list[tuple[str, date]] = []
        """Who was told, on which day."""
        self._run(self._settle_down)

    def _settle_down(self, session: Session) -> None:
        session.add_all(somebody(each) for each in (ADA, BOSS, LEAD))
        session.add(KnownChannel(place="#payments", channel_id="C1", learned_at=MONDAY))

    @property
    def config(self) -> Config:
        return self.promises.settings.current

    def _consider(self, session: Session, subject: str, now: datetime) -> None:
        service.consider(session, subject, subjects=self.subjects, config=self.config.nudges, now=now)

    def a_decider_gathers(self, who: int, dies: bool) -> None:
        with self.database.read() as session:
            waiting = service.agenda(session, now=self.clock.now(), limit=1).daily
        for audience, _ in waiting:
            self._run(lambda session, audience=audience: self._gather(session, audience), dies=dies)  # type: ignore[misc]

    def _gather(self, session: Session, person: str) -> None:
        gather_day(session, person, subjects=self.subjects, config=self.config, now=self.clock.now())

    def something_is_delivered(self, how: str) -> bool:
        told = len(self.days)
        delivered = super().something_is_delivered(how)
        assert len(self.days) == len(set(self.days)), f"told twice on a day: {self.days[told:]}"
        return delivered

    def _settle(self, session: Session, message: OutboxMessage, loaded: Any, state: State) -> None:
        """What is read just now has to be true, and allowed, just now."""
        if isinstance(loaded, DayMessage) and state is State.SENT:
            self._is_read(message.audience, loaded)
            self.posts += 1
            result = {"channel": "C1", "ts": f"{self.posts}.0", "places": loaded.places}
            record = self.kinds[message.kind].record
            assert record is not None
            record(session, message, result, self.clock.now())
        session.get_one(OutboxMessage, message.id).state = state

    def _is_read(self, audience: str, loaded: DayMessage) -> None:
        now = self.clock.now()
        with self.database.read() as session:
            for row in (session.get_one(Nudge, each) for each in loaded.places):
                case = next(
                    each
                    for each in self.promises.ladders(row.subject).cases(now)
                    if (each.rule, each.key) == (row.rule, row.case_key)
                )
                step = case.steps[row.step]
                assert not self.promises.items[row.subject].is_done
                assert step.hours is not None
                assert not step.hours.are_quiet(now)
                assert step.hours.day(now) not in DAYS_OFF
                pause = session.get(NudgePause, (row.subject, ""))
                assert pause is None or (pause.until is not None and pause.until <= now)
                self.said.append((row.id, now))
        self.days.append((audience, company_hours(self.config).day(now)))

    @rule(step=STEP)
    def takes(self, step: tuple[Any, ...]) -> None:
        """One rule with every step, as in the other machine."""
        name, *arguments = step
        getattr(self, name)(*arguments)

    def settings_change(self, daily_at: str) -> None:
        """Every subject is looked at again, one at a time."""
        self.promises.settings.current = by_settings(daily_at)
        self._run(lambda session: look_again(session, daily_at, limit=1, now=self.clock.now()))

    def somebody_acts(self, which: int, what: str) -> None:
        subject, now = SUBJECTS[which], self.clock.now()
        item, ada = self.promises.items[subject], self.promises.ada
        if what == "done":
            item.is_done, item.touched_at = True, now
        elif what == "reopen" and item.is_done:
            self.promises.items[subject] = Item(now, item.due_on)
        elif what == "move":
            item.due_on, item.touched_at = item.due_on + timedelta(days=3), now
        elif what == "touch":
            item.touched_at = now
        elif what == "leave":
            ada.status_emoji, ada.status_until = "palm_tree", now + timedelta(days=2)
        elif what == "return":
            ada.status_emoji, ada.status_until = "", None
        self._run(lambda session: self._asks(session, subject, what, now))

    def _asks(self, session: Session, subject: str, what: str, now: datetime) -> None:
        if what in ("snooze", "mute"):
            until = now + timedelta(days=2) if what == "snooze" else None
            service.pause(session, subject, "", until=until, by="U9", now=now)
        elif what == "resume":
            service.resume(session, subject)
        for each in SUBJECTS if what in ("leave", "return") else (subject,):
            service.watch(session, each)

    def _all_goes_well(self) -> None:
        """Eight weeks, in which only what the engine foresaw is looked at, when it foresaw it."""
        for which in range(len(SUBJECTS)):
            for what in ("resume", "return"):
                self.somebody_acts(which, what)
        for _ in range(8 * 7 * 4):
            self.time_passes(6 * 60)
            self._run(lambda session: look_again(session, "the end", limit=1, now=self.clock.now()))
            for _ in range(2):
                with self.database.read() as session:
                    due = service.agenda(session, now=self.clock.now(), limit=10).subjects
                for subject, _look_at in due:
                    self._run(lambda session, subject=subject: self._consider(session, subject, self.clock.now()))  # type: ignore[misc]
                self.a_decider_gathers(0, dies=False)
                while self.something_is_delivered("well"):
                    pass

    def _none_too_often_nor_too_soon(self) -> None:
        """Of a snooze one is told at its end, so that only the days of what nobody put off are counted."""

    def _none_forgotten(self) -> None:
        """Of whatever is still late, everybody was told as often as it is to be, or more often if it was put off."""
        with self.database.read() as session:
            counted = Nudge.progress.in_((Progress.DELIVERED, Progress.FAILED))
            rows = session.scalars(select(Nudge).where(counted, Nudge.reason.in_(NUDGES))).all()
            session.expunge_all()
        for subject in SUBJECTS:
            late = [case for case in self.promises.ladders(subject).cases(self.clock.now()) if case.rule == OVERDUE]
            for case in late if not self.promises.items[subject].is_done else ():
                for index, step in enumerate(case.steps):
                    said = [
                        row
                        for row in rows
                        if (row.subject, row.case_key, row.step) == (subject, case.key, index) and row.rule == OVERDUE
                    ]
                    assert len(said) >= step.times, f"{subject} step {index}: {len(said)}"


def daily_on(new_database: Callable[[], str]) -> type[DailyReminders]:
    """The state machine, each run on a database of its own."""

    class DailyHere(DailyReminders):
        def __init__(self) -> None:
            super().__init__(new_database)

    return DailyHere


def test_one_message_a_day_and_nobody_forgotten(tmp_path: Path) -> None:
    run_state_machine_as_test(daily_on(lambda: new_sqlite(tmp_path)), settings=settings(SAMPLE, max_examples=2))


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_one_message_a_day_and_nobody_forgotten_over_many_more_runs(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    new_database = server.new_database if server else lambda: new_sqlite(tmp_path)
    run_state_machine_as_test(daily_on(new_database), settings=settings(TORTURE, max_examples=30))
