"""What the configuration would ask for after a SEV: the part of `sevbot plan` that is about its postmortem. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.config import Category, Config
from bot.incidents.model import AffectedWorkflow, Incident
from bot.nudges.deciding import Case
from bot.postmortems import dues
from bot.postmortems.ladders import Duty, Ladders
from bot.postmortems.model import Postmortem, State
from bot.remediation.days import day_text


@dataclass(frozen=True)
class Planned:
    """What is said of it, and what people are reminded of if nobody begins it."""

    lines: Sequence[str]
    cases: Sequence[Case]


def planned(
    config: Config,
    *,
    at: datetime,
    severity: str,
    workflows: Sequence[str],
    is_private: bool,
    is_drill: bool,
    lead: str,
    members: frozenset[str] | None,
) -> Planned:
    """The postmortem of a SEV that is resolved `at` a time and was led by `lead`. `members`: who may hear of it, if not all."""
    incident = Incident(
        number=42, severity=severity, status=config.status_of(Category.RESOLVED).key, declared_by=lead, declared_at=at,
        resolved_at=at, is_private=is_private, is_drill=is_drill, is_quiet=False,
        workflows=[AffectedWorkflow(workflow=key) for key in workflows],
    )  # fmt: skip
    due = dues.due_on(config, incident)
    if due is None:
        return Planned(["none is owed"], ())
    rules = config.postmortems
    place = "the SEV's channel" if is_private or not rules.announce else f"{rules.announce} and the SEV's channel"
    needed = ", ".join(part.label for part in rules.parts if part.key in rules.required) or "nothing"
    lines = [
        f"resolved at that time, its draft is due {day_text(due)}, in the form {rules.template(severity)!r}",
        f"{needed} must be written; {rules.approvals} of its reviewers must approve it within {rules.review} working days",
        f"published, it is announced in {place}",
    ]
    duty = Duty(incident=incident, postmortem=Postmortem(state=State.OWED, round=0), owners=(lead,), members=members)
    ladders = Ladders(config, duty)
    return Planned(lines, (*ladders.cases(at), *ladders.cases(dues.ends_at(config, incident, due))))
