"""Days as people write them, and as they read them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.remediation.days import day_text, lateness, parsed_day

THURSDAY = date(2026, 11, 26)
WRITTEN = {
    "2026-12-24": date(2026, 12, 24),
    "today": THURSDAY,
    "Tomorrow": date(2026, 11, 27),
    "friday": date(2026, 11, 27),
    "thu": date(2026, 12, 3),
    "next  Mon": date(2026, 11, 30),
    "3d": date(2026, 11, 29),
    "2 weeks": date(2026, 12, 10),
    "10 days": date(2026, 12, 6),
    "10 dec": date(2026, 12, 10),
    "24. December": date(2026, 12, 24),
    "dec 24": date(2026, 12, 24),
    "5 march": date(2027, 3, 5),
    "26 nov": THURSDAY,
    "29 feb": date(2028, 2, 29),
    "2026-02-30": None,
    "99 dec": None,
    "9999w9": None,
    "someday": None,
    "the 5th": None,
    "": None,
}


@pytest.mark.parametrize(("text", "day"), WRITTEN.items())
def test_a_day_is_understood_or_it_is_none(text: str, day: date | None) -> None:
    assert parsed_day(text, today=THURSDAY) == day


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_the_next_one_to_come(today: date, weekday: int) -> None:
    name = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[weekday]
    found = parsed_day(name, today=today)
    assert found
    assert found.weekday() == weekday
    assert timedelta() < found - today <= timedelta(days=7)


@given(st.text(max_size=20), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_any_text_is_a_day_or_none(text: str, today: date) -> None:
    assert parsed_day(text, today=today) is None or isinstance(parsed_day(text, today=today), date)


def test_days_are_read_the_same_by_everybody() -> None:
    assert day_text(date(2026, 12, 4)) == "Fri 4 Dec 2026"
    assert [lateness(THURSDAY - timedelta(days=late), THURSDAY) for late in (-1, 0, 1, 41)] == [
        "", "due today", "1 day late", "41 days late"
    ]  # fmt: skip
