"""When heartbeats are expected, across the clocks' changes: held against a plain count of the minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.config.heartbeats import Heartbeat
from bot.workflows.heartbeats.model import HeartbeatRow
from bot.workflows.heartbeats.times import expected, outlook

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "UTC")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 24 * 3600).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
zones = st.sampled_from(ZONES)
times = st.tuples(st.integers(0, 23), st.integers(0, 59))


def at(hour: int, minute: int, zone: str) -> Heartbeat:
    return Heartbeat(key="nightly", name="Nightly", cron=f"{minute} {hour} * * *", time_zone=zone)


@given(moments, zones, times)
def test_a_daily_job_is_expected_once_each_day_of_its_zone(after: datetime, zone: str, time: tuple[int, int]) -> None:
    heartbeat, days = at(*time, zone), []
    for _ in range(5):
        after = expected(heartbeat, after, zone="UTC")
        days.append(after.astimezone(ZoneInfo(zone)).date())
    assert days == [days[0] + count * DAY for count in range(5)]


@given(moments, zones, times)
def test_nothing_is_skipped_between_a_moment_and_what_is_expected(
    after: datetime, zone: str, time: tuple[int, int]
) -> None:
    found = expected(at(*time, zone), after, zone="UTC")
    assert after < found
    each, local = after.replace(second=0, microsecond=0) + MINUTE, ZoneInfo(zone)
    seen: set[date] = set()
    while each < found:
        its = each.astimezone(local)
        is_second = its.fold == 1
        assert is_second or (its.hour, its.minute) != time
        seen.add(its.date())
        each += MINUTE
    assert len(seen) <= 2


@given(moments, zones, st.integers(1, 59))
def test_what_is_expected_later_never_comes_earlier(after: datetime, zone: str, minutes: int) -> None:
    heartbeat = Heartbeat(key="often", name="Often", cron="*/20 * * * *", time_zone=zone)
    first = expected(heartbeat, after, zone="UTC")
    assert first <= expected(heartbeat, after + minutes * MINUTE, zone="UTC")
    assert first - after <= 20 * MINUTE


@given(moments, st.timedeltas(-3 * DAY, 3 * DAY), st.timedeltas(timedelta(), 9 * DAY), zones)
def test_nothing_is_late_before_somebody_listened_for_the_grace_after_it_was_expected(
    good_at: datetime, away: timedelta, later: timedelta, zone: str
) -> None:
    up_since, now = good_at + away, good_at + later
    row = HeartbeatRow(good_at=good_at, started_at=good_at - MINUTE)
    for heartbeat in (at(3, 0, zone), Heartbeat(key="often", name="Often", every="1h")):
        found = outlook(row, heartbeat, zone="UTC", up_since=up_since, now=now)
        if found.trouble:
            assert found.since is not None
            assert found.since >= up_since
            assert now >= found.since + heartbeat.grace
        else:
            assert found.look_at is not None
            assert found.look_at > now
            assert outlook(row, heartbeat, zone="UTC", up_since=up_since, now=found.look_at).trouble


@pytest.mark.parametrize(
    ("cron", "zone", "after", "first", "second"),
    [
        ("30 1 * * *", "Europe/London", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"),
        ("30 1 * * *", "Europe/London", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
        ("0 9 * * 1", "America/New_York", "2026-10-30T12:00Z", "2026-11-02T14:00Z", "2026-11-09T14:00Z"),
        ("0 3 29 2 *", "UTC", "2026-11-27T00:00Z", "2028-02-29T03:00Z", "2032-02-29T03:00Z"),
    ],
)
def test_known_days(cron: str, zone: str, after: str, first: str, second: str) -> None:
    heartbeat = Heartbeat(key="nightly", name="Nightly", cron=cron)
    found = expected(heartbeat, datetime.fromisoformat(after), zone=zone)
    assert found == datetime.fromisoformat(first)
    assert expected(heartbeat, found, zone=zone) == datetime.fromisoformat(second)


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("0 3 * *", "write five fields"), ("* * * * * *", "write five fields"), ("61 3 * * *", "Bad minute"),
        ("0 0 30 2 *", "Bad day-of-month"), ("@daily", "write five fields"),
    ],
)  # fmt: skip
def test_what_cron_cannot_mean_is_refused(cron: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Heartbeat(key="nightly", name="Nightly", cron=cron)
