"""When a postmortem is due: working days where the owning team is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.config import Config, PostmortemRules, Team, Workflow, load
from bot.config.calendar import CalendarRules
from bot.config.postmortems import faults_of
from bot.incidents.model import AffectedWorkflow, Incident
from bot.postmortems import dues
from bot.postmortems.model import Postmortem, State
from tests.processes import CONFIG

FRIDAY = datetime(2026, 7, 3, 22, 30, tzinfo=UTC)
"""In Tokyo it is Saturday by then."""


def configured(**changes: Any) -> Config:
    teams = (Team(key="payments", name="Payments", country="US", time_zone="America/New_York"),
             Team(key="tokyo", name="Tokyo", time_zone="Asia/Tokyo"))  # fmt: skip
    workflows = (Workflow(key="pay", name="Pay", owner="payments", tier=1),
                 Workflow(key="ship", name="Ship", owner="tokyo", tier=2))  # fmt: skip
    return load(CONFIG).model_copy(update={"teams": teams, "workflows": workflows, **changes})


def resolved(severity: str = "SEV1", *, hit: tuple[str, ...] = (), **fields: Any) -> Incident:
    values = {"status": "resolved", "is_drill": False, "is_quiet": False, "resolved_at": FRIDAY} | fields
    return Incident(
        number=1, title="down", severity=severity, declared_at=FRIDAY - timedelta(hours=1),
        workflows=[AffectedWorkflow(workflow=key) for key in hit], **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("incident", "day"),
    [
        (resolved("SEV1"), date(2026, 7, 8)),
        (resolved("SEV2"), date(2026, 7, 10)),
        (resolved("SEV3"), date(2026, 7, 17)),
        (resolved("SEV1", status="closed"), date(2026, 7, 8)),
        (resolved("SEV1", hit=("ship",)), date(2026, 7, 8)),
        (resolved("SEV1", hit=("ship", "pay")), date(2026, 7, 8)),
        (resolved("SEV4"), None),
        (resolved("SEV1", status="mitigated"), None),
        (resolved("SEV1", status="cancelled"), None),
        (resolved("SEV1", is_drill=True), None),
        (resolved("SEV1", is_quiet=True), None),
        (resolved("SEV1", resolved_at=None), None),
    ],
)
def test_it_is_due_so_many_working_days_after_the_resolution(incident: Incident, day: date | None) -> None:
    config = configured()
    assert dues.due_on(config, incident) == day
    assert dues.needs_one(config, incident) is (day is not None)


def test_days_off_are_no_working_days_and_a_day_ends_where_the_team_is() -> None:
    config = configured(calendar=CalendarRules(days_off=(date(2026, 7, 6), date(2026, 7, 7))))
    assert dues.due_on(config, resolved("SEV1")) == date(2026, 7, 10)
    ends = {
        hit: dues.ends_at(config, resolved(hit=(hit,) if hit else ()), date(2026, 7, 10)) for hit in ("", "pay", "ship")
    }
    assert ends == {
        "": datetime(2026, 7, 11, 0, 0, tzinfo=UTC),
        "pay": datetime(2026, 7, 11, 4, 0, tzinfo=UTC),
        "ship": datetime(2026, 7, 10, 15, 0, tzinfo=UTC),
    }


def test_a_review_is_due_so_many_working_days_after_it_was_asked_for() -> None:
    config = configured()
    asked = Postmortem(incident_id=1, state=State.IN_REVIEW, submitted_at=FRIDAY)
    assert dues.review_due_on(config, resolved(), asked) == date(2026, 7, 8)
    asked.state = State.DRAFT
    assert dues.review_due_on(config, resolved(), asked) is None


def test_rules_that_name_what_is_not_there_are_faults() -> None:
    rules = PostmortemRules.model_validate(
        {"due": {"SEV9": 3}, "templates": {"SEV8": "full", "other": "short"}, "required": ["impact", "luck"],
         "causes": [{"key": "dns", "label": "DNS"}, {"key": "dns", "label": "It was DNS"}]}
    )  # fmt: skip
    assert faults_of(rules, {"SEV1"}) == [
        "postmortems.due: there is no severity 'SEV9'",
        "postmortems.templates: there is no severity 'SEV8'",
        "postmortems.causes: 'dns' is there twice",
        "postmortems.required: there is no section 'luck'",
    ]
    assert faults_of(PostmortemRules(), {"SEV1"}) == []
