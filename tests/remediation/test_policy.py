"""When items are due: the shipped numbers, a team's own, working days and holidays."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, load
from bot.config.remediation import Remediation
from bot.directory.calendars import calendar_of
from bot.remediation.model import Priority
from bot.remediation.policy import due_date, due_date_anew, team_of
from tests.processes import CONFIG

BASE = load(CONFIG)
THURSDAY = date(2026, 11, 26)
OWN = Remediation.model_validate({"teams": {"payments": {"count": "working", "due": {"P1": {"SEV1": 2}, "P3": 5}}}})
CHANGED = BASE.model_copy(update={"remediation": OWN})


def due(config: Config, severity: str, priority: Priority, team: str | None = None, start: date = THURSDAY) -> date:
    return due_date(config, severity=severity, priority=priority, team=team, start=start)


@pytest.mark.parametrize(
    ("severity", "days"), [("SEV0", 7), ("SEV1", 7), ("SEV2", 30), ("SEV3", 60), ("SEV4", 90), ("SEV9", 90)]
)
def test_the_shipped_numbers_are_those_in_use_elsewhere(severity: str, days: int) -> None:
    assert Remediation().days(severity, "P2", None) == days


def test_a_day_on_which_nobody_works_is_put_off_to_the_next() -> None:
    assert due(BASE, "SEV1", Priority.P2) == date(2026, 12, 3)
    assert due(BASE, "SEV1", Priority.P1) == date(2026, 11, 30), "the 29th is a Sunday"


def test_a_team_has_its_own_numbers_and_the_companys_for_what_it_does_not_say() -> None:
    assert due(CHANGED, "SEV1", Priority.P1, "payments") == date(2026, 11, 30), "two working days"
    assert due(CHANGED, "SEV4", Priority.P3, "payments") == date(2026, 12, 3), "five working days for every severity"
    assert due(CHANGED, "SEV1", Priority.P2, "payments") == date(2026, 12, 7), "seven working days"
    assert due(CHANGED, "SEV1", Priority.P2, "platform") == due(BASE, "SEV1", Priority.P2)


def test_an_owners_team_counts_like_one_that_owns_it() -> None:
    assert team_of(BASE, owner_user="U02GRACE", owner_team=None) == "payments"
    assert team_of(BASE, owner_user="U01ADA", owner_team=None) is None
    assert team_of(BASE, owner_user=None, owner_team="platform") == "platform"


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(["SEV1", "SEV2", "SEV4"]), st.sampled_from(Priority),
    st.sampled_from([None, "payments"]),
)  # fmt: skip
def test_a_due_date_is_a_working_day_after_the_start_and_a_worse_sev_is_due_no_later(
    start: date, severity: str, priority: Priority, team: str | None
) -> None:
    found = due(CHANGED, severity, priority, team, start)
    assert found > start
    assert calendar_of(CHANGED, team).is_working(found)
    assert due(CHANGED, "SEV1", priority, team, start) <= found
    assert due(CHANGED, severity, Priority.P1, team, start) <= found or team == "payments"


@given(st.dates(date(2026, 11, 26), date(2027, 11, 26)))
def test_nobody_is_late_by_a_severity_that_was_another_before(today: date) -> None:
    found = due_date_anew(
        BASE, severity="SEV1", priority=Priority.P2, team=None, start=THURSDAY, today=today
    )  # fmt: skip
    assert found > today
    assert found >= due(BASE, "SEV1", Priority.P2)
