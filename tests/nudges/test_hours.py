"""Working hours where people live, also on the days on which clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.nudges import DAYS, WorkingHours
from bot.nudges.hours import Hours, known_zone
from tests.slack.samples import SAMPLE

NEW_YORK = "America/New_York"
ZONES = (NEW_YORK, "Europe/London", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    start = draw(TIMES)
    end = draw(st.just(time.min) | TIMES.filter(lambda each: each > start))
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
    return Hours(draw(st.sampled_from(ZONES)), WorkingHours.model_validate({"days": days, "start": start, "end": end}))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_quiet"),
    [
        ("2026-03-06 13:59", True),  # Friday, winter: New York is five hours behind
        ("2026-03-06 14:00", False),
        ("2026-03-07 15:00", True),  # Saturday
        ("2026-03-09 12:59", True),  # Monday after the change: four hours behind
        ("2026-03-09 13:00", False),
        ("2026-03-09 21:59", False),
        ("2026-03-09 22:00", True),
        ("2026-11-02 13:59", True),  # Monday after it was changed back
        ("2026-11-02 14:00", False),
    ],
)
def test_what_counts_is_the_clock_on_the_wall(now: str, is_quiet: bool) -> None:
    assert Hours(NEW_YORK, WorkingHours()).are_quiet(moment(now)) is is_quiet


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-06 22:00", "2026-03-09 13:00"),  # over the weekend on which the clocks go forward
        ("2026-10-30 22:00", "2026-11-02 14:00"),  # and back
        ("2026-03-09 12:00", "2026-03-09 13:00"),
        ("2026-03-09 13:00", "2026-03-10 13:00"),
    ],
)
def test_when_they_begin_next(now: str, opens: str) -> None:
    assert Hours(NEW_YORK, WorkingHours()).open_after(moment(now)) == moment(opens)


@SAMPLE
@given(hours(), st.integers(0, 10 * 365 * 24 * 60))
def test_they_begin_when_the_clock_on_the_wall_says_so(some: Hours, minutes: int) -> None:
    """Where that hour is left out because the clocks go forward, they begin when it would have been over."""
    now = moment("2017-01-01 00:00") + timedelta(minutes=minutes)
    opens = some.open_after(now)
    local = opens.astimezone(ZoneInfo(some.zone))
    start = local.replace(hour=some.working.start.hour, minute=some.working.start.minute)
    assert now < opens <= now + timedelta(days=8)
    assert DAYS[local.weekday()] in some.working.days
    assert timedelta() <= local - start <= timedelta(hours=1)
    if local == start and some.zone not in (NEW_YORK, "Europe/London", "Australia/Lord_Howe"):
        assert not some.are_quiet(opens)


def test_a_zone_nobody_knows_is_replaced() -> None:
    assert known_zone("Europe/London", otherwise="UTC") == "Europe/London"
    assert known_zone("Mars/Olympus", otherwise="UTC") == "UTC"
    assert known_zone("", otherwise="UTC") == "UTC"
    assert known_zone("../etc/passwd", otherwise="UTC") == "UTC"
