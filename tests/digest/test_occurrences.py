"""A digest is due once on each of its days, whatever the clock does."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.nudges import DAYS
from bot.digest.occurrences import Occurrence, Timing
from bot.directory.calendars import Calendar

ZONES = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
    "Asia/Kathmandu",
)
timings = st.builds(
    Timing, at=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(tuple), zone=st.sampled_from(ZONES),
)  # fmt: skip
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "at", "zone", "due"),
    [
        (date(2026, 11, 26), time(8, 30), "Europe/London", "2026-11-26 08:30"),
        (date(2026, 7, 1), time(8, 30), "Europe/London", "2026-07-01 07:30"),
        (date(2026, 3, 29), time(1, 30), "Europe/London", "2026-03-29 01:30"),  # the clock shows no 01:30 that day
        (date(2026, 10, 25), time(1, 30), "Europe/London", "2026-10-25 00:30"),  # and twice on this one
        (date(2026, 3, 8), time(2, 30), "America/New_York", "2026-03-08 07:30"),
    ],
)
def test_the_clock_on_the_wall_counts(day: date, at: time, zone: str, due: str) -> None:
    moment = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert Timing(at, DAYS, zone).on(day) == Occurrence(day, moment)


ENGLAND = Calendar(country="GB", subdivision="ENG", days_off=frozenset({date(2026, 12, 29)}))


@pytest.mark.parametrize(
    ("after", "day"),
    [
        (date(2026, 12, 14), date(2026, 12, 21)),
        (date(2026, 12, 21), date(2026, 12, 30)),  # the 28th is Boxing Day, observed, and the 29th a day off
        (date(2026, 12, 28), date(2026, 12, 30)),
        (date(2026, 12, 30), date(2027, 1, 4)),
        (date(2026, 4, 3), date(2026, 4, 7)),
    ],
)
def test_after_a_holiday_it_comes_on_the_next_working_day(after: date, day: date) -> None:
    weekly = Timing(time(8, 30), ("mon",), "Europe/London", ENGLAND)
    assert weekly.after(weekly.on(after).due_at).day == day


def test_one_that_is_wanted_on_a_sunday_comes_on_a_sunday() -> None:
    weekly = Timing(time(8, 30), ("sun",), "Europe/London", ENGLAND)
    assert weekly.after(weekly.on(date(2026, 12, 20)).due_at).day == date(2026, 12, 27)


def test_holidays_of_weeks_lose_none_and_double_none() -> None:
    shut = Calendar(days_off=frozenset(date(2026, 8, 1) + timedelta(days=ahead) for ahead in range(23)))
    weekly = Timing(time(8, 30), ("mon",), "Europe/London", shut)
    begins = datetime(2026, 7, 20, 12, tzinfo=UTC)
    assert [each.day.isoformat() for each in weekly.through(begins, begins + timedelta(days=48))] == [
        "2026-07-27", "2026-08-24", "2026-08-31",
    ]  # fmt: skip


@settings(max_examples=100)
@given(timings, moments)
def test_the_next_one_is_later_and_there_is_none_between(timing: Timing, now: datetime) -> None:
    found = timing.after(now)
    assert found.due_at > now
    assert DAYS[found.day.weekday()] in timing.days
    assert list(timing.through(now, found.due_at)) in ([found], [timing.after(now - timedelta(minutes=1)), found])


@settings(max_examples=100)
@given(timings, moments, st.integers(1, 40))
def test_what_was_missed_is_one_on_each_of_its_days(timing: Timing, since: datetime, days: int) -> None:
    missed = list(timing.through(since, since + timedelta(days=days)))
    assert len({each.day for each in missed}) == len(missed)
    assert missed == sorted(missed, key=lambda each: each.due_at)
    in_week = len(timing.days)
    assert days // 7 * in_week - 1 <= len(missed) <= (days // 7 + 1) * in_week + 1
