"""Reading what is still owed: action items that are overdue, that will be soon, and that nobody owns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.digest.history import Scope, affecting
from bot.directory.people import Person
from bot.incidents.model import Incident
from bot.remediation.model import OPEN_STATES, ActionItem, ItemState

Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class OwedItem:
    """An action item as a digest tells of it."""

    name: str
    """`SEV-42/2`."""
    title: str
    owner_user: str | None
    owner_team: str | None
    due_on: date
    subject: str
    """How reminders name it."""


@dataclass(frozen=True)
class OwnersShare:
    """How many overdue items somebody owns, and the earliest day one of them was due. Neither owner: nobody's."""

    owner_user: str | None
    owner_team: str | None
    count: int
    earliest: date


OWED = and_(ActionItem.state.in_(OPEN_STATES), ActionItem.due_on.is_not(None))


def concerns(scope: Scope) -> ColumnElement[bool]:
    """The condition under which an item (with its SEV) is one of the scope's. Drills' items are exercises too.

    Those of SEVs that were cancelled are owed nevertheless: somebody promised them.
    """
    real = and_(Incident.is_drill.is_(False), scope.seen)
    if scope.severity:
        real = and_(real, Incident.severity == scope.severity)
    if scope.workflows is None:
        return real
    owned = or_(ActionItem.owner_team.in_(scope.teams), ActionItem.owner_user.in_(scope.people))
    return and_(real, or_(owned, affecting(scope)))


def overdue(session: Session, scope: Scope, today: date, *, limit: int) -> list[OwedItem]:
    """The items whose due date is over, the longest overdue first."""
    return _listed(session, scope, ActionItem.due_on < today, limit)


def upcoming(session: Session, scope: Scope, today: date, *, days: int, limit: int) -> list[OwedItem]:
    """The items that are due today or in the next `days`, the nearest first."""
    return _listed(session, scope, ActionItem.due_on.between(today, today + timedelta(days=days)), limit)


def _listed(session: Session, scope: Scope, when: ColumnElement[bool], limit: int) -> list[OwedItem]:
    query = _of_scope(select(ActionItem, Incident.number), scope).where(OWED, when)
    ordered = query.order_by(ActionItem.due_on, ActionItem.priority, ActionItem.id).limit(limit)
    return [
        OwedItem(
            f"SEV-{number}/{item.number}",
            item.title,
            item.owner_user,
            item.owner_team,
            item.due_on or date.max,
            item.subject,
        )
        for item, number in session.execute(ordered)
    ]


def shares(session: Session, scope: Scope, today: date) -> list[OwnersShare]:
    """Who owns what is overdue: the most first, nobody's among them."""
    count, earliest = func.count(ActionItem.id), func.min(ActionItem.due_on)
    owners = (ActionItem.owner_user, ActionItem.owner_team)
    query = _of_scope(select(*owners, count, earliest), scope).where(OWED, ActionItem.due_on < today).group_by(*owners)
    found = [
        OwnersShare(person, team, number, first or date.max) for person, team, number, first in session.execute(query)
    ]
    return sorted(found, key=lambda share: (-share.count, share.earliest, share.owner_user or share.owner_team or ""))


def number_upcoming(session: Session, scope: Scope, today: date, *, days: int) -> int:
    """How many items are due today or in the next `days`."""
    soon = ActionItem.due_on.between(today, today + timedelta(days=days))
    return session.scalar(_of_scope(select(func.count(ActionItem.id)), scope).where(OWED, soon)) or 0


def number_without_owner(session: Session, scope: Scope) -> int:
    """How many items nobody owns."""
    nobodys = and_(ActionItem.owner_user.is_(None), ActionItem.owner_team.is_(None))
    is_open = ActionItem.state.in_(OPEN_STATES)
    return session.scalar(_of_scope(select(func.count(ActionItem.id)), scope).where(nobodys, is_open)) or 0


def number_of_the_departed(session: Session, scope: Scope) -> int:
    """How many items are owned by people whose account is closed."""
    query = _of_scope(select(func.count(ActionItem.id)), scope).join(Person, Person.user_id == ActionItem.owner_user)
    return session.scalar(query.where(Person.is_deactivated.is_(True), ActionItem.state.in_(OPEN_STATES))) or 0


def overdue_at(session: Session, scope: Scope, days: Sequence[date], zone: str) -> list[int]:
    """How many items were overdue when each of these days began: due before it, made before it, and not closed yet.

    Read are those that are overdue now, and those closed since the first of these days: not all there ever were.
    """
    starts = [datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days]
    columns = select(ActionItem.due_on, ActionItem.created_at, ActionItem.closed_at)
    still = _of_scope(columns, scope).where(OWED, ActionItem.due_on < max(days))
    lately = _of_scope(columns, scope).where(
        ActionItem.closed_at >= min(starts), ActionItem.due_on < max(days), ActionItem.state != ItemState.WITHDRAWN
    )
    rows = [*session.execute(still), *session.execute(lately)]
    return [
        sum(
            due is not None and due < day and made < start and (closed is None or closed >= start)
            for due, made, closed in rows
        )
        for day, start in zip(days, starts, strict=True)
    ]


def _of_scope(query: Select[*Ts], scope: Scope) -> Select[*Ts]:
    return query.join(Incident, Incident.id == ActionItem.incident_id).where(concerns(scope))
