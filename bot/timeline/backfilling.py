"""Writing down a SEV that was over before it was declared: it shows in lists, and disturbs nobody."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Category, Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import lifecycle
from bot.incidents.model import AffectedWorkflow, Incident, IncidentMember
from bot.incidents.noting import note
from bot.incidents.numbers import next_number
from bot.incidents.words import checked_severity, checked_summary, checked_title

OVER = (Category.RESOLVED, Category.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Past:
    """What a person says of a SEV that is over. `times` holds started, detected, mitigated and resolved, as far as known."""

    title: str
    severity: str
    summary: str = ""
    workflows: tuple[str, ...] = ()
    status: str
    times: dict[str, datetime | None] = field(default_factory=dict)


def backfill(session: Session, past: Past, *, config: Config, actor: Actor, now: datetime) -> Incident:
    """Write it down. It gets no channel, nobody is invited or paged, and it is announced nowhere. Raises `Refused`."""
    require(config, actor, "declare")
    title, summary = checked_title(past.title), checked_summary(past.summary)
    severity = checked_severity(config, past.severity)
    status = next((each for each in config.statuses if each.key == past.status and each.category in OVER), None)
    if status is None:
        raise Refused("Only what is over can be backfilled. `/sev declare` is for the rest.", field="status")
    if not past.times.get("resolved_at"):
        raise Refused("Say when it was over.", field="resolved_at")
    for name, sentence in lifecycle.check_times(past.times | {"declared_at": now}, now=now).items():
        raise Refused(sentence, field=name)
    known = [key for key in dict.fromkeys(past.workflows) if config.workflow(key)]
    incident = Incident(
        number=next_number(session),
        title=title,
        summary=summary,
        severity=severity,
        status=status.key,
        is_quiet=True,
        declared_by=actor.user_id,
        declared_at=now,
        closed_at=now if status.category is Category.CLOSED else None,
        workflows=[AffectedWorkflow(workflow=key) for key in known],
        **past.times,
    )
    session.add(incident)
    session.flush()
    session.add(IncidentMember(incident_id=incident.id, user_id=actor.user_id))
    note(session, incident, "backfilled", actor=actor, now=now, severity=severity, status=status.key)
    return incident
