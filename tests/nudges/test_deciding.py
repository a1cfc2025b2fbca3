"""The decision, as tables: the same case, ledger and time always give the same answer, with its reason."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.nudges import WorkingHours
from bot.nudges.deciding import CHANNEL, Case, Decision, Pause, Reason, Said, Step, decide
from bot.nudges.hours import Hours
from tests.slack.samples import SAMPLE

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
"""A Wednesday."""
MINUTE = timedelta(minutes=1)
PEACE = 2 * MINUTE
OWNER = Step(to="U01ADA", every=10 * MINUTE, times=2)
THEN_CHANNEL = Step(to=CHANNEL, after=15 * MINUTE, every=30 * MINUTE, times=1)
IN_TOKYO = Step(to="U06BARBARA", hours=Hours("Asia/Tokyo", WorkingHours()))


def decision(
    minutes: float,
    *,
    step: Step = OWNER,
    said: tuple[Said, ...] = (),
    pause: Pause | None = None,
    touched: float | None = None,
) -> Decision:
    """The decision so many minutes after the case began at noon."""
    touched_at = None if touched is None else at(touched)
    case = Case(rule="r", key="1", began_at=NOON, steps=(OWNER, THEN_CHANNEL, IN_TOKYO), touched_at=touched_at)
    return decide(case, step, said=said, pause=pause, peace=PEACE, now=at(minutes))


def at(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


def arrived(*minutes: float) -> tuple[Said, ...]:
    return tuple(Said(at(each), at(each)) for each in minutes)


@pytest.mark.parametrize(
    ("minutes", "said", "expected"),
    [
        (-1, (), Decision(Reason.NOT_YET, NOON)),
        (0, (), Decision(Reason.FIRST)),
        (9999, (), Decision(Reason.FIRST)),
        (9, arrived(0), Decision(Reason.NOT_YET, at(10))),
        (10, arrived(0), Decision(Reason.REPEAT_DUE)),
        (14, arrived(5), Decision(Reason.NOT_YET, at(15))),
        (-60, arrived(0), Decision(Reason.NOT_YET, at(10))),
        (9999, arrived(0, 10), Decision(Reason.NOTHING_NEW)),
        (9999, (Said(at(0)),), Decision(Reason.ON_ITS_WAY)),
        (9, (Said(at(0), has_failed=True),), Decision(Reason.NOT_YET, at(10))),
        (10, (Said(at(0), has_failed=True),), Decision(Reason.REPEAT_DUE)),
    ],
)
def test_when_it_is_said_and_said_again(minutes: float, said: tuple[Said, ...], expected: Decision) -> None:
    assert decision(minutes, said=said) == expected


@pytest.mark.parametrize(
    ("minutes", "said", "expected"),
    [
        (14, (), Decision(Reason.NOT_YET, at(15))),
        (15, (), Decision(Reason.ESCALATED)),
        (9999, arrived(15), Decision(Reason.NOTHING_NEW)),
    ],
)
def test_when_others_are_told(minutes: float, said: tuple[Said, ...], expected: Decision) -> None:
    assert decision(minutes, step=THEN_CHANNEL, said=said) == expected


@pytest.mark.parametrize(
    ("minutes", "step", "pause", "expected"),
    [
        (5, OWNER, Pause(None), Decision(Reason.MUTED)),
        (9999, THEN_CHANNEL, Pause(None), Decision(Reason.MUTED)),
        (5, OWNER, Pause(at(6)), Decision(Reason.SNOOZED, at(6))),
        (6, OWNER, Pause(at(6)), Decision(Reason.FIRST)),
        (100, THEN_CHANNEL, Pause(at(90)), Decision(Reason.NOT_YET, at(105))),
        (105, THEN_CHANNEL, Pause(at(90)), Decision(Reason.ESCALATED)),
        (-5, OWNER, Pause(None), Decision(Reason.NOT_YET, NOON)),
    ],
)
def test_silence_that_was_asked_for(minutes: float, step: Step, pause: Pause, expected: Decision) -> None:
    assert decision(minutes, step=step, pause=pause) == expected


@pytest.mark.parametrize(
    ("minutes", "touched", "expected"),
    [
        (1, 0.5, Decision(Reason.RECENTLY_TOUCHED, at(2.5))),
        (2.5, 0.5, Decision(Reason.FIRST)),
        (5.9, 5, Decision(Reason.RECENTLY_TOUCHED, at(7))),
        (6, 5, Decision(Reason.FIRST)),
        (1, 30, Decision(Reason.FIRST)),
    ],
)
def test_the_peace_a_touch_gives_and_its_end(minutes: float, touched: float, expected: Decision) -> None:
    assert decision(minutes, touched=touched) == expected


def test_a_person_is_told_in_their_own_working_hours() -> None:
    at_nine_in_tokyo = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
    assert decision(0, step=IN_TOKYO) == Decision(Reason.QUIET_HOURS, at_nine_in_tokyo)
    assert decision(12 * 60, step=IN_TOKYO) == Decision(Reason.FIRST)


def test_where_there_is_nobody_nobody_is_told() -> None:
    assert decision(5, step=Step(to=None)) == Decision(Reason.NOBODY)


MINUTES = st.floats(-100, 100)


@SAMPLE
@given(
    now=MINUTES,
    said=st.lists(MINUTES, max_size=3),
    until=st.none() | MINUTES,
    touched=st.none() | MINUTES,
    step=st.sampled_from([OWNER, THEN_CHANNEL, IN_TOKYO]),
)
def test_it_says_when_to_ask_again_and_not_before_now(
    now: float, said: list[float], until: float | None, touched: float | None, step: Step
) -> None:
    pause = None if until is None else Pause(at(until))
    found = decision(now, step=step, said=arrived(*sorted(said)), pause=pause, touched=touched)
    assert found.ask_again_at is None or found.ask_again_at > at(now)
    if found.is_nudge:
        assert len(said) < step.times
        assert all(at(now) >= at(each) + step.every for each in said)
