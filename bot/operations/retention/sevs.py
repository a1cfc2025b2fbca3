"""Which SEVs are forgotten, and why others stay that are as old."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.db import Base
from bot.incidents import lifecycle
from bot.incidents.model import Incident, TimelineEntry
from bot.operations.retention.register import SEVS, parent_of
from bot.outbox.model import OPEN, OutboxMessage
from bot.postmortems.model import Postmortem
from bot.postmortems.model import State as Draft
from bot.remediation.model import OPEN_STATES, ActionItem

AT_ONCE = 200
UNFINISHED = (Draft.DRAFT, Draft.IN_REVIEW)


@dataclass(frozen=True)
class Old:
    """A SEV that is kept no longer."""

    id: int
    number: int
    over_since: datetime
    rule: str
    """The setting by which it goes."""
    why_not: str = ""
    """Why it stays nevertheless, as a part of a sentence; empty: it goes."""

    @property
    def name(self) -> str:
        return f"SEV-{self.number}"


def old(session: Session, config: Config, *, now: datetime, after: int = 0, only: int | None = None) -> list[Old]:
    """Some of the SEVs that are over for longer than they are kept, by id, from the first behind `after`; or the `only` one.

    Empty: there are no more.
    """
    kept = {"sevs": config.retention.sevs, "drills": config.retention.drills}
    old_enough = [
        and_(Incident.is_drill.is_(rule == "drills"), over_since() < now - age)
        for rule, age in kept.items()
        if age is not None
    ]
    if not old_enough:
        return []
    query = select(Incident.id, Incident.number, Incident.is_drill, over_since()).where(
        not_(lifecycle.open_now(config)), or_(*old_enough), Incident.id > after
    )
    if only is not None:
        query = query.where(Incident.id == only)
    rows = session.execute(query.order_by(Incident.id).limit(AT_ONCE)).all()
    why = why_not(session, config, {row[0]: row[1] for row in rows})
    return [Old(row[0], row[1], row[3], "drills" if row[2] else "sevs", why.get(row[0], "")) for row in rows]


def over_since() -> ColumnElement[datetime]:
    """Since when nothing happens to a SEV that is over: it was resolved or closed, or (cancelled) since its last entry."""
    last = (
        select(func.max(TimelineEntry.at)).where(TimelineEntry.incident_id == Incident.id)
        .correlate(Incident).scalar_subquery()
    )  # fmt: skip
    return case(
        (
            Incident.closed_at.is_not(None),
            _later(Base.metadata.tables[SEVS].c.closed_at, Base.metadata.tables[SEVS].c.resolved_at),
        ),
        (Incident.resolved_at.is_not(None), Incident.resolved_at),
        else_=func.coalesce(last, Incident.declared_at),
    )


def _later(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((and_(other.is_not(None), other > one), other), else_=one)


def why_not(session: Session, config: Config, numbers: Mapping[int, int]) -> dict[int, str]:
    """Which of these SEVs (their numbers by id) stay, and why."""
    if not numbers:
        return {}
    found: dict[int, str] = {}
    if config.retention.unfinished == "keep":
        found |= _unfinished(session, list(numbers))
    found |= _newest(session, numbers)
    found |= dict.fromkeys(_being_said(session, list(numbers)), "something of it is still to be said")
    kept = set(config.retention.keep)
    return found | {id_: "retention.keep names it" for id_, number in numbers.items() if number in kept}


def _unfinished(session: Session, ids: Sequence[int]) -> dict[int, str]:
    drafts = select(Postmortem.incident_id).where(Postmortem.incident_id.in_(ids), Postmortem.state.in_(UNFINISHED))
    found = dict.fromkeys(session.scalars(drafts), "its postmortem was begun and is not published")
    items = (
        select(ActionItem.incident_id, func.count())
        .where(ActionItem.incident_id.in_(ids), ActionItem.state.in_(OPEN_STATES))
        .group_by(ActionItem.incident_id)
    )
    for id_, count in session.execute(items):
        found[id_] = f"{count} action items are open" if count != 1 else "an action item is open"
    return found


def _being_said(session: Session, ids: Collection[int]) -> set[int]:
    """SEVs of which something is in the outbox that is not done."""
    busy = select(OutboxMessage.subject).where(
        or_(OutboxMessage.state.in_(OPEN), OutboxMessage.second_look_at.is_not(None))
    )
    named: dict[str, set[int]] = {}
    for subject in session.scalars(busy.distinct()):
        prefix, _, number = subject.partition(":")
        if number.isdecimal():
            named.setdefault(prefix, set()).add(int(number))
    items = named.get("item", set())
    found = named.get("incident", set()) | named.get("postmortem", set())
    if items:
        found |= set(session.scalars(select(ActionItem.incident_id).where(ActionItem.id.in_(items))))
    return found & set(ids)


def _newest(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The newest SEV, if it is among these: SQLite, and a restored database, would give its id to the next one.

    Pagers know SEVs by their ids, and buttons in Slack by their numbers: none may ever come to mean another.
    """
    newest = session.scalar(select(func.max(Incident.id)))
    if newest is None or newest not in ids:
        return {}
    return {newest: "it is the newest SEV, and goes once there is another"}


def sev_of(table: Table) -> ColumnElement[int]:
    """The id of the SEV to which a row belongs."""
    parent = parent_of(table)
    if parent is None:
        return table.c.id
    column, name = parent
    above = Base.metadata.tables[name]
    [key] = above.primary_key
    if name == SEVS or parent_of(above) == (key.name, SEVS):  # what belongs to a postmortem bears its SEV's own id
        return table.c[column]
    return select(sev_of(above)).where(key == table.c[column]).scalar_subquery()
