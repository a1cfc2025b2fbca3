"""Working days: what is counted comes out again, whatever the weekends, holidays and days off in between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import CalendarRules, Config, Team, load
from bot.config.nudges import DAYS
from bot.directory.calendars import Calendar, calendar_of
from tests.processes import CONFIG

day_of = st.dates(date(2020, 1, 1), date(2035, 12, 31))
PLACES = (
    (None, None),
    ("GB", None),
    ("GB", "SCT"),
    ("DE", "BY"),
    ("IN", None),
    ("US", "CA"),
    ("NO", None),
    ("JP", None),
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    country, subdivision = draw(st.sampled_from(PLACES))
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
    return Calendar(tuple(days), country, subdivision, draw(st.frozensets(day_of, max_size=5)))


@given(calendars(), day_of, st.integers(1, 120))
def test_days_that_are_added_are_counted_again(calendar: Calendar, day: date, count: int) -> None:
    later = calendar.add_working_days(day, count)
    assert calendar.is_working(later)
    assert calendar.working_days_between(day, later) == count
    assert calendar.working_days_between(later, day) == -count


@given(calendars(), day_of, st.integers(0, 40), st.integers(0, 40))
def test_adding_twice_is_adding_the_sum(calendar: Calendar, day: date, first: int, second: int) -> None:
    between = calendar.add_working_days(calendar.next_working(day), first)
    assert calendar.add_working_days(between, second) == calendar.add_working_days(
        calendar.next_working(day), first + second
    )


@given(calendars(), day_of)
def test_the_next_working_day_is_the_first_on_which_people_work(calendar: Calendar, day: date) -> None:
    found = calendar.next_working(day)
    assert calendar.is_working(found)
    assert not any(calendar.is_working(day + timedelta(days=ahead)) for ahead in range((found - day).days))
    assert calendar.add_working_days(day, 0) == found


@given(calendars(), day_of, day_of, day_of)
def test_days_between_add_up(calendar: Calendar, a: date, b: date, c: date) -> None:
    a, b, c = sorted([a, min(b, a + timedelta(days=400)), min(c, a + timedelta(days=800))])
    between = calendar.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@pytest.mark.parametrize(
    ("calendar", "day", "holiday"),
    [
        (Calendar(country="GB"), date(2026, 12, 25), "Christmas Day"),
        (Calendar(country="GB", subdivision="SCT"), date(2026, 11, 30), "Saint Andrew's Day"),
        (Calendar(country="GB", subdivision="ENG"), date(2026, 11, 30), None),
        (Calendar(country="DE", subdivision="BY"), date(2026, 11, 1), "All Saints' Day"),
        (Calendar(country="US"), date(2026, 11, 26), "Thanksgiving Day"),
        (Calendar(country="US"), date(2022, 1, 1), "New Year's Day"),
        (Calendar(), date(2026, 12, 25), None),
        (Calendar(days_off=frozenset({date(2026, 12, 24)})), date(2026, 12, 24), "a day off"),
    ],
)
def test_holidays_are_those_of_the_place(calendar: Calendar, day: date, holiday: str | None) -> None:
    assert calendar.holiday(day) == holiday
    if holiday:
        assert not calendar.is_working(day)


def test_a_new_year_that_is_observed_in_the_old_one_is_known() -> None:
    """1 January 2022 was a Saturday: the United States kept it on 31 December 2021."""
    assert not Calendar(country="US").is_working(date(2021, 12, 31))


def with_teams(*teams: Team, calendar: CalendarRules | None = None) -> Config:
    return load(CONFIG).model_copy(update={"teams": teams, "calendar": calendar or CalendarRules()})


def test_a_team_is_where_it_says_and_otherwise_where_the_company_is() -> None:
    config = with_teams(
        Team(key="delhi", name="Delhi", country="IN"),
        Team(key="munich", name="Munich", subdivision="BY"),
        Team(key="berlin", name="Berlin"),
        calendar=CalendarRules(country="DE", subdivision="BE", days_off=(date(2026, 12, 24),)),
    )
    places = [(each.country, each.subdivision) for each in (calendar_of(config, key) for key in ("delhi", "munich"))]
    assert places == [("IN", None), ("DE", "BY")]
    assert calendar_of(config, "berlin") == calendar_of(config, None) == calendar_of(config, "dissolved")
    assert calendar_of(config, None).subdivision == "BE"
    assert not any(calendar_of(config, key).is_working(date(2026, 12, 24)) for key in ("delhi", "munich", None))
