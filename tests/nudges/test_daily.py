"""What is said once a day: at the hour at which people's days begin, on days on which they work, up a ladder, never twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.nudges import DAYS, WorkingHours
from bot.directory.calendars import Calendar
from bot.nudges.climbing import climb
from bot.nudges.deciding import Case, Decision, Pause, Reason, Said, Step, climbed, decide
from bot.nudges.hours import Away, Hours, Quiet

A_DAY = timedelta(days=1)
WORKING = WorkingHours()
CHRISTMAS = Calendar(country="GB")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in December 2026, in London: the 7th and the 14th are Mondays."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def hours(*, away: Away | None = None, zone: str = "Europe/London") -> Hours:
    return Hours(zone, WORKING, CHRISTMAS, away)


def step(to: str = "U1", *, away: Away | None = None, **changes: object) -> Step:
    return Step(**({"to": to, "every": 7 * A_DAY, "times": 3, "hours": hours(away=away), "is_daily": True} | changes))  # type: ignore[arg-type]


def case(*steps: Step, climbs: bool = True, touched: datetime | None = None) -> Case:
    """Something that began on a Monday, as the day did."""
    return Case(
        rule="late",
        key="1",
        began_at=at(7, 0),
        steps=steps,
        climbs=climbs,
        touched_at=touched,
        peace=timedelta(hours=20),
    )


def decided(
    now: datetime,
    the_step: Step,
    *,
    said: tuple[Said, ...] = (),
    pause: Pause | None = None,
    touched: datetime | None = None,
) -> Decision:
    return decide(case(the_step, touched=touched), the_step, said=said, pause=pause, peace=A_DAY, now=now)


def arrived(*moments: datetime) -> tuple[Said, ...]:
    return tuple(Said(each, each) for each in moments)


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        (at(7, 8, 59), (), Decision(Reason.NOT_YET, at(7, 9))),
        (at(7, 9), (), Decision(Reason.FIRST)),
        (at(7, 17, 59), (), Decision(Reason.FIRST)),  # who was late to start says it late
        (at(7, 18), (), Decision(Reason.QUIET_HOURS, at(8, 9))),
        (at(14, 8, 59), arrived(at(7, 9, 1)), Decision(Reason.NOT_YET, at(14, 9))),  # not a minute later each week
        (at(14, 9), arrived(at(7, 9, 1)), Decision(Reason.REPEAT_DUE)),
        (at(14, 9), arrived(at(7, 17)), Decision(Reason.REPEAT_DUE)),
        (at(25, 9), arrived(at(18, 9)), Decision(Reason.HOLIDAY, at(29, 9))),  # the 28th stands for Boxing Day
    ],
)
def test_it_is_said_as_the_day_begins(now: datetime, said: tuple[Said, ...], expected: Decision) -> None:
    assert decided(now, step(), said=said) == expected


@pytest.mark.parametrize(
    ("now", "until", "expected"),
    [
        (at(7, 9), None, Decision(Reason.AWAY, at(8, 9))),
        (at(7, 9), at(10, 12), Decision(Reason.AWAY, at(10, 12))),
        (at(7, 9), at(10, 20), Decision(Reason.AWAY, at(11, 9))),
        (at(7, 9), at(12, 12), Decision(Reason.AWAY, at(14, 9))),  # back on a Saturday
        (at(10, 12), at(10, 12), Decision(Reason.FIRST)),
    ],
)
def test_who_is_away_is_told_when_they_are_back(now: datetime, until: datetime | None, expected: Decision) -> None:
    assert decided(now, step(away=Away(until))) == expected


def test_what_was_touched_is_left_in_peace_until_a_day_begins() -> None:
    assert decided(at(7, 9), step(), touched=at(7, 7)) == Decision(Reason.RECENTLY_TOUCHED, at(8, 9))
    assert decided(at(8, 9), step(), touched=at(7, 7)) == Decision(Reason.FIRST)


def test_a_snooze_ends_with_a_reminder_also_of_what_was_said_often_enough() -> None:
    thrice = arrived(at(7, 9), at(8, 9), at(9, 9))
    assert decided(at(10, 9), step(), said=thrice) == Decision(Reason.NOTHING_NEW)
    assert decided(at(10, 9), step(), said=thrice, pause=Pause(at(11, 9))) == Decision(Reason.NOT_YET, at(11, 9))
    assert decided(at(11, 9), step(), said=thrice, pause=Pause(at(11, 9))) == Decision(Reason.REPEAT_DUE)
    again = (*thrice, *arrived(at(11, 9)))
    assert decided(at(11, 10), step(), said=again, pause=Pause(at(11, 9))) == Decision(Reason.NOTHING_NEW)


def test_a_step_that_a_later_one_overtakes_is_said_no_more() -> None:
    half, day = step(times=1, before=2 * A_DAY), step(times=1, after=2 * A_DAY)
    both = case(half, day, climbs=False)
    assert decide(both, half, said=(), pause=None, peace=A_DAY, now=at(8, 9)).is_nudge
    assert decide(both, half, said=(), pause=None, peace=A_DAY, now=at(9, 9)) == Decision(Reason.OVERTAKEN)
    assert decide(both, day, said=(), pause=None, peace=A_DAY, now=at(9, 9)) == Decision(Reason.REPEAT_DUE)


def decisions(
    the_case: Case, now: datetime, said: dict[int, tuple[Said, ...]], *, told: frozenset[str] = frozenset()
) -> dict[int, Decision]:
    found = climb(
        the_case, said=lambda index, _step: said.get(index, ()), is_told_today=lambda each: each.to in told, pause=None,
        peace=A_DAY, now=now,
    )  # fmt: skip
    return {index: decision for index, _, decision in found}


OWNER, MANAGER = step("U1"), step("U2", after=7 * A_DAY)


def test_nobody_else_is_told_before_the_first_one_could_act() -> None:
    """It came into the database a week after it began: the manager waits for a week from now."""
    assert decisions(case(OWNER, MANAGER), at(21, 9), {}) == {
        0: Decision(Reason.FIRST),
        1: Decision(Reason.NOT_YET, at(28, 9)),  # a holiday, as is found out then
    }
    assert decisions(case(OWNER, MANAGER), at(29, 9), {0: arrived(at(21, 9, 1))})[1] == Decision(Reason.ESCALATED)


def test_of_one_who_is_away_others_hear_in_time() -> None:
    ladder = case(step("U1", away=Away(None)), MANAGER)
    assert decisions(ladder, at(14, 9), {}) == {
        0: Decision(Reason.AWAY, at(15, 9)),
        1: Decision(Reason.ESCALATED),
    }


def test_who_had_todays_message_gets_the_rest_tomorrow() -> None:
    found = decisions(case(OWNER, MANAGER), at(7, 11), {}, told=frozenset({"U1"}))
    assert found[0] == Decision(Reason.TOLD_TODAY, at(8, 9))
    assert climbed((), found[0], now=at(7, 11)) == at(8, 9)


moments = st.builds(lambda minutes: at(1, 0) + timedelta(minutes=minutes), st.integers(0, 2 * 365 * 24 * 60))
absences = st.none() | st.builds(Away, st.none() | moments)
some_hours = st.builds(
    lambda zone, country, away: Hours(zone, WORKING, Calendar(DAYS[:5], country), away),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
    st.sampled_from([None, "GB", "US", "JP"]),
    absences,
)


@given(some_hours, moments)
def test_when_it_opens_next_nobody_is_disturbed(some: Hours, now: datetime) -> None:
    opens = some.open_after(now)
    assert opens > now
    assert some.quiet_because(opens) in (None, Quiet.AWAY)
    if some.quiet_because(opens) is Quiet.AWAY:
        assert some.away is not None
        assert some.away.until is None  # nobody knows: it is asked again each day


@given(some_hours, moments, st.integers(1, 30))
def test_a_slot_begins_a_day_of_work_and_is_the_first_one(some: Hours, now: datetime, later: int) -> None:
    slot = some.slot_from(now)
    assert now <= slot <= now + timedelta(days=4)
    assert some.slot_from(slot) == slot
    day: date = some.day(now) + timedelta(days=later)
    assert some.day(some.slot_on(day)) >= day
