"""*This would have prevented it*: what is still open from earlier SEVs that were much the same as this one.

Which those are is found out once, aside, when a SEV is declared and when its title or workflows change. Only public ones
are ever named, whoever reads, and neither drills nor what came before a drill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, select, true
from sqlalchemy.orm import Session, contains_eager

from bot.config import Category, Config
from bot.errors import Refused
from bot.incidents.model import AffectedWorkflow, Incident
from bot.remediation.model import OPEN_STATES, ActionItem, EarlierSev
from bot.timeline.searching import search, words_of

LOOK_BACK = timedelta(days=365)
"""How old a SEV may be to be one of those before."""
MOST_EARLIER = 50
"""How many SEVs before are remembered for each."""
MOST_NAMED = 3
FEWEST_WORDS = 2
"""How many words of a title must be the same ones, so that two SEVs are taken for much the same."""
FILLERS = frozenset(
    {
        "a", "again", "all", "an", "and", "are", "at", "be", "broken", "by", "down", "error", "errors", "fail",
        "failed", "failing", "fails", "failure", "for", "from", "has", "in", "is", "issue", "issues", "it", "its",
        "not", "of", "off", "on", "or", "out", "outage", "problem", "problems", "slow", "some", "the", "to",
        "unavailable", "up", "very", "was", "we", "with",
    }
)  # fmt: skip
"""Words that say nothing of what is hurt."""


@dataclass(frozen=True)
class Recurrence:
    """That a SEV came again: the open items of those before it, those due first at the top."""

    items: Sequence[ActionItem]
    workflow: str | None
    """The workflow it came again on. None: the titles are alike."""
    times: int
    """The how manieth SEV on that workflow it is, of the last year; 0 where it is no workflow's."""


def find_earlier(session: Session, config: Config, incident: Incident) -> dict[int, str | None]:
    """The SEVs before this one that were much the same, by id, with the workflow both affect (None: the words)."""
    found: dict[int, str | None] = {}
    if incident.is_drill:
        return found
    for earlier, workflow in session.execute(_on_same_workflows(config, incident)):
        found.setdefault(earlier, workflow)
    for earlier in _with_same_words(session, config, incident):
        found.setdefault(earlier, None)
    return dict([*found.items()][:MOST_EARLIER])


def remember(session: Session, incident: Incident, found: dict[int, str | None]) -> None:
    """Keep which SEVs were much the same. The SEV's row is locked."""
    session.execute(delete(EarlierSev).where(EarlierSev.incident_id == incident.id))
    session.add_all(
        EarlierSev(incident_id=incident.id, earlier_id=earlier, workflow=workflow)
        for earlier, workflow in found.items()
    )
    session.flush()


def recurrence_of(session: Session, incident: Incident) -> Recurrence | None:
    """What is still open from the SEVs before this one; None where nothing is."""
    found = [
        (item, workflow) for state in OPEN_STATES for item, workflow in session.execute(_open_items(incident, state))
    ]
    if not found:
        return None
    found.sort(key=lambda pair: (pair[0].due_on or date.max, pair[0].id))
    items, workflow = [item for item, _ in found[:MOST_NAMED]], found[0][1]
    return Recurrence(items, workflow, times=_times(session, incident, workflow) if workflow else 0)


def lately(
    session: Session, *, since: datetime, most: int, which: ColumnElement[bool] | None = None
) -> list[tuple[Incident, Recurrence]]:
    """The public SEVs declared since a time of which something from before is still open, the newest first.

    `which` is a further condition on the SEVs.
    """
    query = (
        select(Incident)
        .where(Incident.declared_at >= since, Incident.is_private.is_(False), Incident.is_drill.is_(False))
        .where(true() if which is None else which)
        .where(select(EarlierSev.earlier_id).where(EarlierSev.incident_id == Incident.id).exists())
        .order_by(Incident.declared_at.desc())
        .limit(most)
    )
    found = ((incident, recurrence_of(session, incident)) for incident in session.scalars(query))
    return [(incident, recurrence) for incident, recurrence in found if recurrence]


def later_than(session: Session, incident_id: int, *, most: int) -> Sequence[Incident]:
    """The newest SEVs that name what is open of this one."""
    query = (
        select(Incident)
        .join(EarlierSev, EarlierSev.incident_id == Incident.id)
        .where(EarlierSev.earlier_id == incident_id)
        .order_by(Incident.id.desc())
        .limit(most)
    )
    return session.scalars(query).all()


def _on_same_workflows(config: Config, incident: Incident) -> Select[int, str]:
    return (
        select(AffectedWorkflow.incident_id, AffectedWorkflow.workflow)
        .join(Incident, Incident.id == AffectedWorkflow.incident_id)
        .where(AffectedWorkflow.workflow.in_(incident.workflow_keys), AffectedWorkflow.incident_id != incident.id)
        .where(*_may_be_named(config, incident))
        .order_by(AffectedWorkflow.incident_id.desc())
        .limit(MOST_EARLIER)
    )


def _with_same_words(session: Session, config: Config, incident: Incident) -> Sequence[int]:
    """Those whose title or summary has all the words of this title that say what is hurt."""
    try:
        telling = [word for word in words_of(incident.title) if word not in FILLERS]
    except Refused:  # it has no words at all
        return ()
    if len(telling) < FEWEST_WORDS:
        return ()
    hits = search(session, " ".join(telling), user_id="")  # nobody is a member anywhere: public ones only
    ids = [hit.incident.id for hit in hits if not hit.passage and hit.incident.id != incident.id]
    return session.scalars(select(Incident.id).where(Incident.id.in_(ids), *_may_be_named(config, incident))).all()


def _may_be_named(config: Config, incident: Incident) -> tuple[ColumnElement[bool], ...]:
    """By time and not by number: what is written down afterwards was before all the same."""
    cancelled = [each.key for each in config.statuses if each.category is Category.CANCELLED]
    return (
        Incident.is_private.is_(False), Incident.is_drill.is_(False), Incident.status.not_in(cancelled),
        Incident.declared_at.between(incident.declared_at - LOOK_BACK, incident.declared_at),
    )  # fmt: skip


def _open_items(incident: Incident, state: str) -> Select[ActionItem, str | None]:
    return (
        select(ActionItem, EarlierSev.workflow)
        .join(EarlierSev, EarlierSev.earlier_id == ActionItem.incident_id)
        .join(ActionItem.incident)
        .options(contains_eager(ActionItem.incident))
        .where(EarlierSev.incident_id == incident.id, ActionItem.state == state, Incident.is_private.is_(False))
        .order_by(ActionItem.due_on, ActionItem.id)
        .limit(MOST_NAMED)
    )


def _times(session: Session, incident: Incident, workflow: str) -> int:
    before = select(EarlierSev.earlier_id).where(EarlierSev.incident_id == incident.id)
    on_it = select(func.count()).where(AffectedWorkflow.workflow == workflow, AffectedWorkflow.incident_id.in_(before))
    return (session.scalar(on_it) or 0) + 1
