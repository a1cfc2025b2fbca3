"""Keeps what SEVs burned, and shows it on their cards: when the words change, and not more than once in five minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import lifecycle, membership, surfaces
from bot.incidents.model import AffectedWorkflow, Incident
from bot.workflows.health import burned_views
from bot.workflows.health.burned import SETTLES_AFTER, Burned, ended_at, measured
from bot.workflows.health.model import SevBudget, Standing

TOLD_EVERY = timedelta(minutes=5)

Rows = Mapping[tuple[str, str], SevBudget]
"""What is kept of a SEV, by workflow and SLO."""


def due(session: Session, config: Config) -> Sequence[int]:
    """The SEVs to be measured: those that are open and affect a workflow, and those that were measured and have not settled."""
    affects = select(AffectedWorkflow.incident_id).where(AffectedWorkflow.incident_id == Incident.id).exists()
    opened = select(Incident.id).where(lifecycle.open_now(config), Incident.is_drill.is_(False), affects)
    unsettled = select(SevBudget.incident_id).where(SevBudget.is_settled.is_(False)).distinct()
    return sorted({*session.scalars(opened), *session.scalars(unsettled)})


def has_news(session: Session, config: Config, incident_id: int, *, now: datetime) -> bool:
    """Whether `keep` would change anything. Mostly it would not, and then nobody has to wait for a lock."""
    incident = session.get_one(Incident, incident_id)
    rows = _rows(session, incident)
    return bool(
        _gone(incident, rows) or _news(session, config, incident, rows, now) or _settles(config, incident, rows, now)
    )


def keep(session: Session, config: Config, incident_id: int, *, now: datetime) -> None:
    """Measure a SEV and keep what it comes to. Its card is shown anew where it says something else then."""
    incident = membership.lock(session, incident_id)
    if incident.is_drill:
        return
    rows = _rows(session, incident)
    gone, news = _gone(incident, rows), _news(session, config, incident, rows, now)
    for row in gone:
        session.delete(row)
    for each in news:
        session.merge(
            SevBudget(
                incident_id=incident.id, workflow=each.workflow, slo=each.slo, share=each.share,
                whole_seconds=each.whole.total_seconds(), standing=each.standing or Standing.SILENT,
                within_since=each.within_since, measured_at=now, is_settled=False,
            )
        )  # fmt: skip
    for row in _settles(config, incident, rows, now):
        row.is_settled = True
    if (gone or news) and not incident.is_quiet:
        surfaces.show_card(session, incident)


def kept(session: Session, incident: Incident) -> list[Burned]:
    """What a SEV burned, as it was told last: the most burned first."""
    found = [_as_told(row) for row in _rows(session, incident).values()]
    return sorted(found, key=lambda each: (-each.share, each.key))


def _rows(session: Session, incident: Incident) -> Rows:
    found = session.scalars(select(SevBudget).where(SevBudget.incident_id == incident.id))
    return {(each.workflow, each.slo): each for each in found}


def _gone(incident: Incident, rows: Rows) -> list[SevBudget]:
    """Of workflows that it does not affect any more."""
    return [row for row in rows.values() if row.workflow not in incident.workflow_keys]


def _settles(config: Config, incident: Incident, rows: Rows, now: datetime) -> list[SevBudget]:
    """What is measured no more from now on: the SEV has been over for long, or was none."""
    end = ended_at(config, incident)
    if lifecycle.is_open(config, incident) or (end and now < end + SETTLES_AFTER):
        return []
    return [row for row in rows.values() if not row.is_settled]


def _news(session: Session, config: Config, incident: Incident, rows: Rows, now: datetime) -> list[Burned]:
    """What was found that is to be told: while the SEV is open, at once what is new, and what changed every few minutes."""
    is_open = lifecycle.is_open(config, incident)
    told_at = max((row.measured_at for row in rows.values()), default=now)
    waits = is_open and now < told_at + TOLD_EVERY
    news = []
    for each in measured(session, config, incident, now=now):
        row = rows.get(each.key)
        found = _known(each, row)
        is_reopened = is_open and row is not None and row.is_settled
        if row is None or is_reopened or (not waits and _words(found) != _words(_as_told(row))):
            news.append(found)
    return news


def _known(found: Burned, row: SevBudget | None) -> Burned:
    """What was found; where it was so long ago that nobody can tell how it stood, that is what was told then."""
    if row is None or found.standing is not None:
        return found
    return replace(found, standing=Standing(row.standing), within_since=row.within_since)


def _as_told(row: SevBudget) -> Burned:
    return Burned(row.workflow, row.slo, row.share, row.whole, Standing(row.standing), row.within_since)


def _words(found: Burned) -> tuple[str, str]:
    return burned_views.burned(found, is_open=True), burned_views.recovery(found, datetime.isoformat)
