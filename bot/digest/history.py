"""Reading what figures are made of: the SEVs of a period, as far as its readers may know of them."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from bot.config import Category, Config
from bot.digest.figures import Sev, Span
from bot.incidents.model import AffectedWorkflow, Incident, TimelineEntry

PUBLIC = Incident.is_private.is_(False)
"""What readers may know of where nobody can tell who reads it."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which SEVs and action items it is about, and what its readers may know of."""

    seen: ColumnElement[bool] = PUBLIC
    """What its readers may know of. Of private SEVs that is never more than that they are there."""
    workflows: tuple[str, ...] | None = None
    """It is about SEVs that affect one of these; None: about all."""
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Whose action items it is about besides: those of these teams, and of their people."""
    severity: str | None = None


def scope_of(
    config: Config,
    *,
    teams: tuple[str, ...] = (),
    workflows: tuple[str, ...] = (),
    severity: str | None = None,
    seen: ColumnElement[bool] = PUBLIC,
) -> Scope:
    """What these teams own, and these workflows; where neither is named, everything."""
    if not teams and not workflows:
        return Scope(severity=severity, seen=seen)
    owned = tuple(each.key for each in config.workflows if each.owner in teams)
    people = tuple(person for each in config.teams if each.key in teams for person in each.members)
    return Scope(
        workflows=tuple(dict.fromkeys((*workflows, *owned))), teams=teams, people=people, severity=severity, seen=seen
    )


def sevs(session: Session, config: Config, scope: Scope, span: Span) -> list[Sev]:
    """The SEVs declared in a period, without drills and what was cancelled, the first declared first."""
    counted = and_(
        Incident.declared_at >= span.since, Incident.declared_at < span.until, counts(config), within(scope)
    )  # fmt: skip
    times = (
        Incident.started_at, Incident.detected_at, Incident.declared_at, Incident.acknowledged_at, Incident.mitigated_at,
        Incident.resolved_at,
    )  # fmt: skip
    columns = (Incident.id, Incident.number, Incident.severity, Incident.is_private, Incident.detected_by, *times)
    rows = session.execute(select(*columns).where(counted).order_by(Incident.declared_at, Incident.id)).all()
    workflows: dict[int, list[str]] = defaultdict(list)
    affected = select(AffectedWorkflow.incident_id, AffectedWorkflow.workflow).join(Incident).where(counted)
    for incident_id, workflow in session.execute(affected.order_by(AffectedWorkflow.workflow)):
        workflows[incident_id].append(workflow)
    entries = select(TimelineEntry.incident_id).join(Incident).where(counted, TimelineEntry.kind == "reopened")
    reopened = set(session.scalars(entries.distinct()))
    return [
        Sev(
            number=row.number, severity=row.severity, workflows=tuple(workflows[row.id]), is_private=row.is_private,
            was_reopened=row.id in reopened, detected_by=row.detected_by, started_at=row.started_at, detected_at=row.detected_at,
            declared_at=row.declared_at, acknowledged_at=row.acknowledged_at, mitigated_at=row.mitigated_at,
            resolved_at=row.resolved_at,
        )
        for row in rows
    ]  # fmt: skip


def counts(config: Config) -> ColumnElement[bool]:
    """The condition under which a SEV counts at all: no drill, and not cancelled, which it was no SEV after all."""
    cancelled = [each.key for each in config.statuses if each.category is Category.CANCELLED]
    return and_(Incident.is_drill.is_(False), Incident.status.not_in(cancelled))


def within(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a SEV is one of the scope's, and may be known to its readers."""
    severity = Incident.severity == scope.severity if scope.severity else true()
    return and_(scope.seen, severity, affecting(scope))


def affecting(scope: Scope) -> ColumnElement[bool]:
    """The condition under which a SEV affects a workflow of the scope's."""
    if scope.workflows is None:
        return true()
    return (
        select(AffectedWorkflow.incident_id)
        .where(AffectedWorkflow.incident_id == Incident.id, AffectedWorkflow.workflow.in_(scope.workflows))
        .correlate(Incident)
        .exists()
    )
