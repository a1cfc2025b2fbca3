"""Who is told of an action item: one table of owners, teams and managers, and when each of its reminders is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, Nudges, Team, load
from bot.directory.people import Person
from bot.nudges.deciding import Case
from bot.remediation.ladders import DUE, OVERDUE, OWNER_LEFT, UNOWNED, Ladders, Promise
from tests.processes import CONFIG

MADE = datetime(2026, 12, 7, 12, tzinfo=UTC)
"""A Monday."""
PAYMENTS = Team(key="payments", name="Payments", members=("U01",), channel="#payments", manager="U02")
SEARCH = Team(key="search", name="Search", members=("U03",), manager="U02")
PLATFORM = Team(key="platform", name="Platform", members=("U04",))


def with_teams() -> Config:
    return load(CONFIG).model_copy(update={"teams": (PAYMENTS, SEARCH, PLATFORM), "nudges": Nudges()})


def somebody(user_id: str, *, left: bool = False, zone: str = "UTC") -> Person:
    return Person(
        user_id=user_id, name=user_id, time_zone=zone, is_guest=False, is_bot=False, is_deactivated=left,
        status_emoji="", status_until=None, learned_at=MADE,
    )  # fmt: skip


def promise(
    owner: str | None = None,
    team: str | None = None,
    *,
    left: tuple[str, ...] = (),
    members: frozenset[str] | None = None,
    due: date | None = date(2026, 12, 17),
    zone: str = "UTC",
) -> Promise:
    people = {each: somebody(each, left=each in left, zone=zone) for each in ("U01", "U02", "U03", "U04", "U09")}
    return Promise(opened_at=MADE, due_on=due, owner=owner, team=team, lead="U09", people=people, members=members)


def ladder(some: Promise, *, days: int) -> dict[str, list[str | None]]:
    """Whom each rule tells, some days after it was made, in order."""
    cases = Ladders(with_teams(), some).cases(MADE + timedelta(days=days))
    return {case.rule: [step.to for step in case.steps] for case in cases}


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        (promise("U01"), {DUE: ["U01"] * 3, OVERDUE: ["U01", "team:payments", "U02"]}),
        (promise("U03"), {DUE: ["U03"] * 3, OVERDUE: ["U03", None, "U02"]}),
        (promise("U04"), {DUE: ["U04"] * 3, OVERDUE: ["U04", None, "U09"]}),
        (promise("U05"), {DUE: ["U05"] * 3, OVERDUE: ["U05", None, "U09"]}),  # in no team
        (promise("U02"), {DUE: ["U02"] * 3, OVERDUE: ["U02", None, "U09"]}),  # manages, but is no member
        (promise("U09"), {DUE: ["U09"] * 3, OVERDUE: ["U09", None, None]}),  # led it, so nobody is left
        (promise(team="payments"), {DUE: ["team:payments"] * 3, OVERDUE: ["team:payments", "team:payments", "U02"]}),
        (promise(team="search"), {DUE: ["U02"] * 3, OVERDUE: ["U02", None, "U02"]}),
        (promise(team="platform"), {DUE: ["U09"] * 3, OVERDUE: ["U09", None, "U09"]}),
        (promise(), {UNOWNED: ["U09"]}),
        (promise(team="dissolved"), {UNOWNED: ["U09"]}),
        (promise("U01", left=("U01",)), {OWNER_LEFT: ["U02", "U09"]}),
        (promise("U04", left=("U04",)), {OWNER_LEFT: ["U09", "U09"]}),
        (promise("U01", left=("U01", "U02", "U09")), {OWNER_LEFT: [None, None]}),
        (promise("U01", left=("U02",)), {DUE: ["U01"] * 3, OVERDUE: ["U01", "team:payments", "U09"]}),
        (promise("U01", members=frozenset({"U01", "U09"})), {DUE: ["U01"] * 3, OVERDUE: ["U01", None, "U09"]}),
        (promise("U01", members=frozenset({"U02"})), {DUE: [None] * 3, OVERDUE: [None, None, "U02"]}),
        (promise(team="payments", members=frozenset({"U09"})), {DUE: ["U09"] * 3, OVERDUE: ["U09", None, "U09"]}),
    ],
)  # fmt: skip
def test_whom_the_rules_tell(some: Promise, expected: dict[str, list[str | None]]) -> None:
    assert ladder(some, days=30) == expected


def test_what_is_not_late_yet_is_only_due_and_what_has_no_date_is_neither() -> None:
    assert list(ladder(promise("U01"), days=9)) == [DUE]
    assert list(ladder(promise("U01"), days=10)) == [DUE]
    assert list(ladder(promise("U01"), days=11)) == [DUE, OVERDUE]
    assert ladder(promise("U01", due=None), days=30) == {}


@pytest.mark.parametrize(
    ("zone", "late_at"),
    [("UTC", "2026-12-18 00:00"), ("Asia/Tokyo", "2026-12-17 15:00"), ("America/New_York", "2026-12-18 05:00")],
)
def test_a_due_date_ends_as_the_day_ends_where_the_owner_lives(zone: str, late_at: str) -> None:
    late = datetime.fromisoformat(late_at).replace(tzinfo=UTC)
    ladders = Ladders(with_teams(), promise("U01", zone=zone))
    assert ladders.changes_at(late - timedelta(seconds=1)) == late
    assert ladders.changes_at(late) is None
    assert [case.rule for case in ladders.cases(late)] == [DUE, OVERDUE]


def due_case(some: Promise) -> Case:
    return Ladders(with_teams(), some).cases(MADE)[0]


@given(st.integers(-400, 400), st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"]))
def test_at_any_time_one_step_at_most_speaks_of_what_is_to_be_due(days: int, zone: str) -> None:
    """Also for a due date that was over when it was given."""
    case = due_case(promise("U01", due=MADE.date() + timedelta(days=days), zone=zone))
    for one, next_one in zip(case.steps, case.steps[1:], strict=False):
        assert one.before == next_one.after
        assert one.after <= next_one.after
    assert all(step.after >= timedelta() for step in case.steps)


def test_another_due_date_and_another_opening_are_another_case() -> None:
    keys = {due_case(promise("U01", due=date(2026, 12, day))).key for day in (17, 18)}
    assert len(keys) == 2


def test_a_rule_that_is_switched_off_finds_nothing_wrong() -> None:
    config = with_teams()
    off = dict.fromkeys(("due", "overdue", "unowned", "owner_left"), "never")
    config = config.model_copy(update={"nudges": Nudges.model_validate({"items": off})})
    for some in (promise("U01"), promise(), promise("U01", left=("U01",))):
        assert Ladders(config, some).cases(MADE + timedelta(days=30)) == ()


@pytest.mark.parametrize(
    ("touched_at", "is_said"),
    [
        (datetime(2026, 12, 11, 12, tzinfo=UTC), True),
        (datetime(2026, 12, 13, 12, tzinfo=UTC), True),
        (datetime(2026, 12, 14, 8, 30, tzinfo=UTC), True),
        (datetime(2026, 12, 14, 9, 30, tzinfo=UTC), False),
    ],
    ids=["before it", "at the weekend", "before work", "once it could be said"],
)
def test_a_reminder_is_answered_by_what_was_done_since_it_could_be_said(touched_at: datetime, is_said: bool) -> None:
    """Half of the time it was given is over on a Saturday, so that its owner can be told on Monday at nine."""
    half, *_ = due_case(replace(promise("U01"), touched_at=touched_at)).steps
    assert half.before is not None
    assert (half.after < half.before) is is_said
