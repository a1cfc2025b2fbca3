"""SLOs are looked at once a minute: a burn is one problem, silence is neither good nor bad, and being away alarms nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.app import Bot
from bot.config import Config, Objective, Settings, Workflow, load
from bot.workflows.counts import counting, rolling
from bot.workflows.counts.counting import Counted, Sender
from bot.workflows.counts.minutes import HOUR, minute_of
from bot.workflows.counts.model import CountHour, CountMinute, SloState, TouchedHour
from bot.workflows.problems.model import Problem
from tests.environments import without_slack
from tests.processes import CONFIG

BEGIN = datetime(2026, 11, 27, 10, 0, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def config_of(*slos: Objective) -> Config:
    workflow = Workflow(key="place-order", name="Place order", owner="payments", slos=slos)
    return load(CONFIG).model_copy(update={"workflows": (workflow,)})


AVAILABILITY = Objective(key="availability", name="Orders are placed", target=0.999)
SLICED = Objective(
    key="minutes", name="Most minutes are fine", target=0.99, method="timeslices",
    slice="5m", slice_target=0.9,
)  # fmt: skip


class Loop:
    """The loop of a bot, minute by minute; nothing is sent."""

    def __init__(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bot = bot
        self.now = BEGIN
        monkeypatch.setattr(bot.clock, "now", lambda: self.now)

    def counts(self, bad: int, *, total: int = 100, over: timedelta = MINUTE, signal: str = "counts") -> None:
        """So many of each minute's were bad, in the time up to now."""
        now = minute_of(self.now)
        some = [Counted(minute, total - bad, total) for minute in range(now - over // MINUTE, now)]
        sender = Sender("place-order", signal, "")
        self.bot.database.run(lambda session: counting.take(session, sender, some, now=self.now))

    def looks(self, *, after: timedelta = timedelta()) -> str | None:
        """Time passes, and the SLOs are looked at. Returns the state of the first."""
        self.now += after
        self.bot.house.workflows.health.evaluating.evaluate()
        state = self.state()
        return state.state if state else None

    def state(self, slo: str = "availability") -> SloState | None:
        with self.bot.database.read() as session:
            found = session.get(SloState, ("place-order", slo))
            session.expunge_all()
        return found

    def problems(self) -> list[Problem]:
        with self.bot.database.read() as session:
            found = [*session.scalars(select(Problem).order_by(Problem.id))]
            session.expunge_all()
        return found

    def reconfigured(self, *slos: Objective) -> None:
        self.bot.settings.current = config_of(*slos)


@pytest.fixture
def loop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    bot = Bot(without_slack(database_url), settings=Settings(CONFIG, config=config_of(AVAILABILITY)))
    yield Loop(bot, monkeypatch)
    bot.stop()


def test_a_burn_is_one_problem_until_it_recovers_and_the_next_is_another_episode(loop: Loop) -> None:
    loop.counts(0, over=timedelta(hours=30))
    assert loop.looks() == "ok"
    assert loop.problems() == []
    loop.counts(50, over=timedelta(minutes=20))
    assert loop.looks(after=MINUTE) == "page"
    loop.counts(50)
    assert loop.looks(after=MINUTE) == "page"
    (problem,) = loop.problems()
    assert (problem.source, problem.key, problem.urgency) == ("burn", "place-order/availability", "critical")
    assert (problem.title, problem.seen_count) == ("“Orders are placed” burns its error budget", 2)
    assert problem.detail.startswith("Out of budget, and burning ")
    loop.now += timedelta(hours=7)
    loop.counts(0, over=timedelta(hours=7))
    assert loop.looks() in {"ok", "spent"}
    assert loop.problems()[0].recovered_at == loop.now
    loop.now += timedelta(hours=1)
    loop.counts(80, over=timedelta(hours=1))
    assert loop.looks() == "page"
    assert [each.episode for each in loop.problems()] == [1, 2]


@sqlite_only
def test_each_minute_is_looked_at_once_whoever_comes(loop: Loop) -> None:
    loop.counts(50, over=timedelta(hours=2))
    for _ in range(3):
        loop.looks(after=timedelta(seconds=10))
    assert [each.seen_count for each in loop.problems()] == [1]
    loop.looks(after=MINUTE)
    assert [each.seen_count for each in loop.problems()] == [2]


@sqlite_only
def test_after_a_day_away_nobody_is_alarmed_and_silence_is_said(loop: Loop) -> None:
    """The bot was away, or the senders: either way nothing was counted for a day, at the end of which all was bad."""
    loop.counts(0, over=timedelta(hours=20))
    loop.looks()
    loop.counts(60, over=timedelta(minutes=4))
    assert loop.looks(after=timedelta(days=1)) == "no_data"
    state = loop.state()
    assert state is not None
    assert (state.sentence, state.newest_at) == ("No counts come any more.", BEGIN.replace(second=0) - MINUTE)
    assert state.budget_left is not None
    assert state.sli_today is None
    loop.counts(0, over=timedelta(minutes=3))
    assert loop.looks(after=MINUTE) in {"ok", "spent"}
    assert loop.problems() == []


@sqlite_only
def test_what_falls_silent_while_it_burns_has_not_recovered(loop: Loop) -> None:
    loop.counts(50, over=timedelta(hours=2))
    assert loop.looks() == "page"
    assert loop.looks(after=timedelta(hours=5)) == "no_data"
    assert loop.problems()[0].recovered_at is None
    loop.counts(0, over=timedelta(minutes=10))
    loop.looks(after=MINUTE)
    state = loop.state()
    assert state is not None
    assert (state.burns_since is None) == (loop.problems()[0].recovered_at is not None)
    loop.now += timedelta(hours=8)
    loop.counts(0, over=timedelta(hours=8))
    loop.looks()
    assert loop.problems()[0].recovered_at is not None


@sqlite_only
def test_a_few_minutes_without_counts_are_no_recovery(loop: Loop) -> None:
    """The short window is empty then, so that no pair burns: but nobody counted that anything went well."""
    loop.counts(0, over=timedelta(hours=8))
    loop.counts(50, over=timedelta(minutes=4))
    assert loop.looks() == "page"
    assert loop.looks(after=timedelta(minutes=8)) != "page"
    assert loop.problems()[0].recovered_at is None


@sqlite_only
def test_counts_of_nothing_are_neither_good_nor_bad(loop: Loop) -> None:
    loop.counts(0, total=0, over=timedelta(hours=2))
    assert loop.looks() == "no_data"
    state = loop.state()
    assert state is not None
    assert (state.sli, state.sli_today, state.budget_left) == (None, None, None)


@sqlite_only
def test_an_slo_that_was_taken_out_while_it_burned_is_forgotten_and_its_burn_is_over(loop: Loop) -> None:
    loop.counts(50, over=timedelta(hours=1))
    assert loop.looks() == "page"
    loop.reconfigured(SLICED)
    loop.looks(after=MINUTE)
    assert loop.state() is None
    assert loop.state("minutes") is not None
    assert [each.key for each in loop.problems() if each.recovered_at] == ["place-order/availability"]


def test_a_new_slo_of_time_slices_knows_what_the_minutes_still_tell(loop: Loop) -> None:
    """Two hours of twelve slices each, of which one is bad: it counts as one, however little came in it."""
    loop.counts(0, over=timedelta(hours=2))
    sender = Sender("place-order", "counts", "late")
    bad = [Counted(minute_of(BEGIN) - HOUR - 30, 0, 60)]
    loop.bot.database.run(lambda session: counting.take(session, sender, bad, now=BEGIN))
    loop.looks()
    loop.reconfigured(AVAILABILITY, SLICED)
    loop.looks(after=MINUTE)
    state = loop.state("minutes")
    assert state is not None
    assert state.sli == pytest.approx(23 / 24)


@sqlite_only
def test_old_minutes_go_and_their_hours_stay_and_what_was_not_rolled_up_waits(loop: Loop) -> None:
    loop.counts(1, over=timedelta(days=2))
    evaluating = loop.bot.house.workflows.health.evaluating
    loop.now += timedelta(days=6)
    evaluating.forget()
    assert _number(loop, CountMinute) == 2 * 24 * HOUR
    loop.looks()
    evaluating.forget()
    assert (_number(loop, CountMinute), _number(loop, CountHour), _number(loop, TouchedHour)) == (0, 48, 0)
    state = loop.state()
    assert state is not None
    assert (state.state, state.sli) == ("no_data", 0.99)
    loop.now += timedelta(days=40)
    evaluating.forget()
    assert _number(loop, CountHour) == 0
    loop.now += loop.bot.settings.current.retention.counts
    evaluating.forget()
    with loop.bot.database.read() as session:
        assert rolling.signals(session) == []


def _number(loop: Loop, table: type[CountMinute] | type[CountHour] | type[TouchedHour]) -> int:
    with loop.bot.database.read() as session:
        return len(session.execute(select(table.signal_id)).all())


@sqlite_only
def test_rolling_up_twice_changes_nothing(loop: Loop) -> None:
    loop.counts(1, over=timedelta(hours=5))
    loop.looks()
    before = _hours(loop)
    loop.bot.database.run(lambda session: rolling._touch_all(session, 1))
    loop.looks(after=MINUTE)
    assert _hours(loop) == before
    assert len(before) == 5


def _hours(loop: Loop) -> list[tuple[int, int, int]]:
    with loop.bot.database.read() as session:
        return [(each.hour, each.good, each.total) for each in session.scalars(select(CountHour))]


def test_slices_longer_than_a_short_window_do_not_come_and_go(loop: Loop) -> None:
    slices = Objective(
        key="slices", name="Orders are placed", target=0.99, method="timeslices", slice="10m", slice_target=0.9
    )
    loop.reconfigured(slices)
    loop.counts(0, over=timedelta(hours=40))
    seen = []
    for _ in range(45):
        loop.now += MINUTE
        loop.counts(100)
        loop.looks()
        state = loop.state("slices")
        seen.append(state.state if state else "")
    assert "page" in seen
    assert set(seen[seen.index("page") :]) == {"page"}
