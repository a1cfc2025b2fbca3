"""Maintenance that was announced: when it lasts, and that what is counted meanwhile counts as up."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from bot.config.maintenance import Maintenance
from bot.config.nudges import DAYS
from bot.workflows.counts.api import counted_as_up
from bot.workflows.counts.counting import Counted
from bot.workflows.counts.minutes import minute_of
from tests.workflows.test_promises import AVAILABILITY, told, with_slos

SUNDAYS = Maintenance(days=("sun",), start=time(2), end=time(4), time_zone="Europe/London")
LATE = Maintenance(days=("fri",), start=time(23), end=time(1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "moment", "lasts"),
    [
        (SUNDAYS, "2026-11-29T02:00", True),
        (SUNDAYS, "2026-11-29T03:59", True),
        (SUNDAYS, "2026-11-29T04:00", False),
        (SUNDAYS, "2026-11-28T03:00", False),
        (SUNDAYS, "2026-07-05T02:59", True),  # 03:59 in summer
        (SUNDAYS, "2026-07-05T03:00", False),
        (LATE, "2026-11-27T23:30", True),
        (LATE, "2026-11-28T00:59", True),
        (LATE, "2026-11-28T01:00", False),
        (LATE, "2026-11-28T23:30", False),
        (LATE, "2026-11-27T00:30", False),
    ],
)
def test_it_lasts_every_week_by_the_clock_of_its_place(window: Maintenance, moment: str, lasts: bool) -> None:
    assert window.covers(at(moment), zone="UTC") is lasts


@pytest.mark.parametrize(("zone", "lasts"), [("UTC", False), ("Asia/Tokyo", True)])
def test_once_is_by_that_clock_too(zone: str, lasts: bool) -> None:
    once = Maintenance(begins=datetime(2026, 12, 5, 22), ends=datetime(2026, 12, 6, 2))  # noqa: DTZ001 - as YAML gives it
    assert once.covers(at("2026-12-05T14:00"), zone=zone) is lasts
    exact = Maintenance(begins=at("2026-12-05T13:00"), ends=at("2026-12-05T15:00"))
    assert exact.covers(at("2026-12-05T14:00"), zone=zone)


@given(
    st.integers(0, 7 * 1440 - 1),
    st.sampled_from(DAYS),
    st.times().map(lambda each: each.replace(microsecond=0)),
    st.times(),
)
def test_a_week_holds_each_window_once(minutes: int, day: Any, start: time, end: time) -> None:
    moment = datetime.combine(date(2026, 11, 23), time(), UTC) + timedelta(minutes=minutes)
    window = Maintenance(days=(day,), start=start, end=end)
    begins = datetime.combine(date(2026, 11, 23) + timedelta(days=DAYS.index(day)), start, UTC)
    length = (datetime.combine(date.min, end) - datetime.combine(date.min, start)) % timedelta(days=1) or timedelta(
        days=1
    )
    lasts = any(each <= moment < each + length for each in (begins, begins - timedelta(days=7)))
    assert window.covers(moment, zone="UTC") is lasts


def test_what_is_counted_meanwhile_counts_as_up(tmp_path: Path) -> None:
    window = {"begins": "2026-11-29 02:00", "ends": "2026-11-29 03:00"}
    workflow = load(with_slos(tmp_path, AVAILABILITY, maintenance=[window])).workflows[0]
    during, after = (minute_of(at(f"2026-11-29T{each}")) for each in ("02:59", "03:00"))
    counted = [Counted(during, 0, 10), Counted(after, 0, 10)]
    assert counted_as_up(counted, workflow, zone="UTC") == [Counted(during, 10, 10), Counted(after, 0, 10)]


@pytest.mark.parametrize(
    ("window", "fault"),
    [
        ({}, ": give days, start and end for every week, or begins and ends for once"),
        ({"days": ["sun"], "start": "02:00"}, ": give days, start and end for every week, or begins and ends for once"),
        (
            {"days": ["sun"], "begins": "2026-11-29 02:00", "ends": "2026-11-29 03:00"},
            ": give days, start and end for every week, or begins and ends for once",
        ),
        (
            {"begins": "2026-11-29 02:00", "ends": "2026-11-29 02:00"},
            ".ends: must be after begins, and 14 days later at most",
        ),
        (
            {"begins": "2026-11-29 02:00", "ends": "2027-11-29 02:00"},
            ".ends: must be after begins, and 14 days later at most",
        ),
    ],
)
def test_what_is_no_window_is_refused(tmp_path: Path, window: dict[str, Any], fault: str) -> None:
    made = with_slos(tmp_path, AVAILABILITY, maintenance=[window])
    assert told(made) == [f"config/workflows.yaml: workflows.place-order.maintenance.0{fault}"]
