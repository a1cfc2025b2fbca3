"""Who is reminded of a postmortem, when: by its state, by the clock, and by who can be told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import Config, Nudges, Team, Workflow, load
from bot.directory.people import Person
from bot.incidents.model import AffectedWorkflow, Incident
from bot.postmortems.ladders import LATE, MISSING, REVIEW_LATE, Duty, Ladders
from bot.postmortems.model import Postmortem, State, Verdict
from tests.processes import CONFIG

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
"""As the third working day is over."""
COMMANDER, DECLARER, MANAGER, REVIEWER, OTHER = "U01COMMANDER", "U02DECLARER", "U03MANAGER", "U04REVIEWER", "U05OTHER"
LONG_AFTER = MONDAY + timedelta(days=60)


def configured(**postmortems: Any) -> Config:
    team = Team(key="payments", name="Payments", manager=MANAGER)
    workflow = Workflow(key="pay", name="Pay", owner="payments")
    nudges = Nudges.model_validate({"postmortems": postmortems})
    return load(CONFIG).model_copy(update={"teams": (team,), "workflows": (workflow,), "nudges": nudges})


def duty(state: State, **fields: Any) -> Duty:
    incident = Incident(
        number=1, severity="SEV1", status="resolved", is_drill=False, is_quiet=False, is_private=False, declared_at=MONDAY,
        resolved_at=MONDAY, declared_by=DECLARER, workflows=[AffectedWorkflow(workflow="pay")],
    )  # fmt: skip
    postmortem = Postmortem(incident_id=1, state=state, round=1, submitted_at=MONDAY)
    return Duty(incident=incident, postmortem=postmortem, **{"owners": (COMMANDER, DECLARER)} | fields)


def told(found: Duty, now: datetime, config: Config | None = None) -> list[tuple[str, list[str | None]]]:
    """The cases, and whom their steps tell."""
    return [(case.rule, [step.to for step in case.steps]) for case in Ladders(config or configured(), found).cases(now)]


def gone(user_id: str) -> dict[str, Person]:
    return {user_id: Person(user_id=user_id, time_zone="UTC", is_deactivated=True, status_emoji="")}


@pytest.mark.parametrize(
    ("found", "now", "cases"),
    [
        (duty(State.OWED), MONDAY, [(MISSING, [COMMANDER, "channel"])]),
        (duty(State.OWED), DUE - timedelta(seconds=1), [(MISSING, [COMMANDER, "channel"])]),
        (duty(State.OWED), DUE, [(LATE, [COMMANDER, "channel", MANAGER])]),
        (duty(State.DRAFT), MONDAY, [(LATE, [COMMANDER, "channel", MANAGER])]),
        (
            duty(State.IN_REVIEW, verdicts={REVIEWER: Verdict.NONE, OTHER: Verdict.CHANGES}), LONG_AFTER,
            [(REVIEW_LATE, [REVIEWER]), (REVIEW_LATE, ["channel", MANAGER])],
        ),
        (
            duty(State.IN_REVIEW, verdicts={REVIEWER: Verdict.APPROVED, OTHER: Verdict.NONE}), LONG_AFTER,
            [(LATE, [COMMANDER, "channel", MANAGER])],
        ),
        (duty(State.DRAFT, people=gone(COMMANDER)), DUE, [(LATE, [DECLARER, "channel", MANAGER])]),
        (duty(State.DRAFT, owners=(COMMANDER,), people=gone(COMMANDER)), DUE, [(LATE, [MANAGER, "channel", MANAGER])]),
        (duty(State.DRAFT, people=gone(MANAGER)), DUE, [(LATE, [COMMANDER, "channel", None])]),
        (duty(State.DRAFT, members=frozenset({DECLARER})), DUE, [(LATE, [DECLARER, "channel", None])]),
    ],
)  # fmt: skip
def test_whom_each_state_tells(found: Duty, now: datetime, cases: list[tuple[str, list[str | None]]]) -> None:
    assert told(found, now) == cases


def test_it_is_begun_to_be_missed_at_once_and_to_be_late_when_its_day_is_over() -> None:
    (missing,) = Ladders(configured(), duty(State.OWED)).cases(MONDAY)
    (late,) = Ladders(configured(), duty(State.DRAFT)).cases(MONDAY)
    assert (missing.began_at, late.began_at) == (MONDAY, DUE)
    assert {step.before for step in missing.steps} == {DUE - MONDAY}
    assert [step.is_daily for step in late.steps] == [True, False, True]


@pytest.mark.parametrize("rule", ["missing", "late", "review_late"])
def test_each_rule_can_be_switched_off(rule: str) -> None:
    config = configured(**{rule: "never"})
    states = {
        "missing": (duty(State.OWED), MONDAY),
        "late": (duty(State.DRAFT), DUE),
        "review_late": (duty(State.IN_REVIEW, verdicts={REVIEWER: Verdict.NONE}), LONG_AFTER),
    }
    assert [name for name, (found, now) in states.items() if not told(found, now, config)] == [rule]


def test_another_round_or_another_day_is_another_occurrence() -> None:
    first = duty(State.IN_REVIEW, verdicts={REVIEWER: Verdict.NONE})
    again = duty(State.IN_REVIEW, verdicts={REVIEWER: Verdict.NONE})
    again.postmortem.round = 2
    keys = [{case.key for case in Ladders(configured(), each).cases(LONG_AFTER)} for each in (first, again)]
    assert keys == [{"1", f"1:{REVIEWER}"}, {"2", f"2:{REVIEWER}"}]
