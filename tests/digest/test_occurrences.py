"""A digest is due once on each of its days, whatever the clock does."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.nudges import DAYS
from bot.digest.occurrences import Occurrence, Timing

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


@settings(max_examples=100, deadline=None)
@given(timings, moments)
def test_the_next_one_is_later_and_there_is_none_between(timing: Timing, now: datetime) -> None:
    found = timing.after(now)
    assert found.due_at > now
    assert DAYS[found.day.weekday()] in timing.days
    assert list(timing.through(now, found.due_at)) in ([found], [timing.after(now - timedelta(minutes=1)), found])


@settings(max_examples=100, deadline=None)
@given(timings, moments, st.integers(1, 40))
def test_what_was_missed_is_one_on_each_of_its_days(timing: Timing, since: datetime, days: int) -> None:
    missed = list(timing.through(since, since + timedelta(days=days)))
    assert len({each.day for each in missed}) == len(missed)
    assert missed == sorted(missed, key=lambda each: each.due_at)
    in_week = len(timing.days)
    assert days // 7 * in_week - 1 <= len(missed) <= (days // 7 + 1) * in_week + 1
