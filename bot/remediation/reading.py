"""What there is of action items, for who may see it: by SEV, owner and due date, overdue first; counted, and page by page.

Every question here is answered by an index and stops when it has enough: tens of thousands of items are kept for years.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from bot.config import Config
from bot.errors import Refused
from bot.incidents import lifecycle, membership
from bot.incidents.model import Incident, IncidentMember
from bot.remediation.drafts import Owner
from bot.remediation.model import OPEN_STATES, ActionItem, ItemState

PAGE = 8
"""How many items a page shows: each takes two blocks, and a few buttons."""
COUNTED_STATES = (*OPEN_STATES, ItemState.DONE, ItemState.WONT_DO)
"""All but what was withdrawn."""


@dataclass(frozen=True)
class Wanted:
    """Which open items are asked for: of a SEV, of an owner (or of nobody), or all; perhaps only those that are late."""

    sev: int | None = None
    """The SEV's number."""
    owner: Owner | None = None
    is_overdue: bool = False
    after: tuple[date | None, int] | None = None
    """The due date and the id of the item from which the page goes on."""


@dataclass(frozen=True)
class Page:
    """Some of the items that were asked for, those due first at the top, and whether there are more."""

    items: Sequence[ActionItem]
    has_more: bool


@dataclass(frozen=True)
class Count:
    """How many items there are, in which state."""

    open: int = 0
    overdue: int = 0
    """Of those that are open."""
    done: int = 0
    wont_do: int = 0


def item_of(session: Session, incident: Incident, number: int) -> ActionItem:
    """The item of that number. Raises `Refused`. Where the SEV's row is locked, it is as it is now."""
    item = session.scalars(
        select(ActionItem)
        .where(ActionItem.incident_id == incident.id, ActionItem.number == number)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if item is None:
        raise Refused(f"There is no {incident.name}/{number}. `/sev items {incident.name}` shows what there is.")
    return item


def locked(session: Session, item_id: int) -> ActionItem:
    """An item with its SEV's row locked, and then read: the first step of whoever changes it without having looked it up."""
    incident_id = session.scalars(select(ActionItem.incident_id).where(ActionItem.id == item_id)).one()
    membership.lock(session, incident_id)
    return session.get_one(ActionItem, item_id, populate_existing=True)


def of_incident(session: Session, incident: Incident, *, most: int = 200) -> Sequence[ActionItem]:
    """All items of a SEV but those that were withdrawn, by number. Who may see the SEV was asked before."""
    return session.scalars(
        select(ActionItem)
        .where(ActionItem.incident_id == incident.id, ActionItem.state != ItemState.WITHDRAWN)
        .order_by(ActionItem.number)
        .limit(most)
    ).all()


def of_message(session: Session, incident: Incident, channel_id: str, ts: str) -> ActionItem | None:
    """The item that was made from a message, whatever became of it."""
    return session.scalars(
        select(ActionItem).where(
            ActionItem.incident_id == incident.id, ActionItem.source_channel == channel_id, ActionItem.source_ts == ts
        )
    ).one_or_none()


def count_of(session: Session, incident: Incident, *, today: date) -> Count:
    """How many items a SEV has."""
    return _counted(session, ActionItem.incident_id == incident.id, today)


def count_of_owner(session: Session, owner: Owner, *, today: date, reader: str) -> Count:
    """How many open items somebody owns, as far as `reader` may know of them."""
    found = _counted(
        session, and_(_owned_by(owner), ActionItem.state.in_(OPEN_STATES), membership.may_see(reader)), today
    )
    return replace(found, done=0, wont_do=0)


def page_of(session: Session, wanted: Wanted, *, reader: str, today: date, size: int = PAGE) -> Page:
    """A page of open items that `reader` may see: what is due first comes first, and what has no due date last."""
    found: list[ActionItem] = []
    for condition in _parts(wanted, today):
        left = size + 1 - len(found)
        if left <= 0:
            break
        queries = [_asked(wanted, reader).where(state, *condition).limit(left) for state in _states(wanted)]
        merged = [item for query in queries for item in session.scalars(query)]
        found += sorted(merged, key=_order)[:left]
    return Page(found[:size], len(found) > size)


def open_of_owner(session: Session, owner: Owner, *, reader: str, most: int) -> Sequence[ActionItem]:
    """Open items somebody owns, as far as `reader` may see them, in the order in which their SEVs are locked."""
    query = (
        select(ActionItem)
        .join(ActionItem.incident)
        .options(contains_eager(ActionItem.incident))
        .where(_owned_by(owner), ActionItem.state.in_(OPEN_STATES), membership.may_see(reader))
        .order_by(ActionItem.incident_id, ActionItem.number)
        .limit(most)
    )
    return session.scalars(query).all()


def turned_overdue(session: Session, *, since: date, today: date) -> Sequence[int]:
    """The ids of SEVs with open items that were due on `since` or later, and are late today."""
    query = (
        select(ActionItem.incident_id)
        .where(ActionItem.state.in_(OPEN_STATES), ActionItem.due_on >= since, ActionItem.due_on < today)
        .distinct()
        .order_by(ActionItem.incident_id)
    )
    return session.scalars(query).all()


def sevs_for_items(session: Session, config: Config, *, reader: str, most: int) -> list[Incident]:
    """The SEVs for which somebody may want to add an item: the open ones that they may see, and the newest of the others."""
    seen = select(Incident).where(membership.may_see(reader))
    is_open = seen.where(lifecycle.open_now(config)).order_by(lifecycle.NEWEST_OPEN_FIRST).limit(most)
    found = [*session.scalars(is_open)]
    newest = session.scalars(seen.order_by(Incident.number.desc()).limit(most))
    return [*found, *(each for each in newest if each not in found)][:most]


def members_of(session: Session, incidents: Sequence[Incident]) -> dict[int, int]:
    """How many people are in each private SEV, by id."""
    private = [each.id for each in incidents if each.is_private]
    count = select(IncidentMember.incident_id, func.count()).where(IncidentMember.incident_id.in_(private))
    return {row[0]: row[1] for row in session.execute(count.group_by(IncidentMember.incident_id))}


def is_overdue(item: ActionItem, today: date) -> bool:
    """Whether it is late: a due date is over when its day is."""
    return item.is_open and item.due_on is not None and item.due_on < today


def owners_of(config: Config, user_id: str) -> list[Owner]:
    """As whom somebody owes items: as themselves, and as a member of teams."""
    return [Owner(user=user_id), *(Owner(team=team.key) for team in config.teams if user_id in team.members)]


def _asked(wanted: Wanted, reader: str) -> Select[ActionItem]:
    query = (
        select(ActionItem)
        .join(ActionItem.incident)
        .options(contains_eager(ActionItem.incident))
        .where(membership.may_see(reader))
        .order_by(ActionItem.due_on, ActionItem.id)
    )
    if wanted.sev is not None:
        query = query.where(Incident.number == wanted.sev)
    if wanted.owner is not None:
        query = query.where(_owned_by(wanted.owner))
    return query


def _states(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is open, in parts that are each read from their own end of an index.

    A SEV's few items are sorted instead: asked for in parts, SQLite would look for them among everybody's.
    """
    if wanted.sev is not None:
        return [ActionItem.state.in_(OPEN_STATES)]
    return [ActionItem.state == state for state in OPEN_STATES]


def _parts(wanted: Wanted, today: date) -> Iterator[list[ColumnElement[bool]]]:
    """The conditions for what has a due date, and then for what has none: engines disagree where that is in an order."""
    due_on, after_id = wanted.after or (date.min, 0)
    if due_on is not None:
        dated: list[ColumnElement[bool]] = [ActionItem.due_on.is_not(None)]
        if wanted.after:
            later = or_(ActionItem.due_on > due_on, and_(ActionItem.due_on == due_on, ActionItem.id > after_id))
            dated += [ActionItem.due_on >= due_on, later]
        if wanted.is_overdue:
            dated.append(ActionItem.due_on < today)
        yield dated
        after_id = 0
    if not wanted.is_overdue:
        yield [ActionItem.due_on.is_(None), ActionItem.id > after_id]


def _order(item: ActionItem) -> tuple[date, int]:
    return item.due_on or date.max, item.id


def _owned_by(owner: Owner) -> ColumnElement[bool]:
    if owner.user is not None:
        return ActionItem.owner_user == owner.user
    is_teams = ActionItem.owner_team == owner.team if owner.team is not None else ActionItem.owner_team.is_(None)
    return and_(ActionItem.owner_user.is_(None), is_teams)


def _counted(session: Session, condition: ColumnElement[bool], today: date) -> Count:
    is_late = case((ActionItem.due_on < today, 1), else_=0)
    query = (
        select(ActionItem.state, func.count(), func.sum(is_late))
        .join(ActionItem.incident)
        .where(condition)
        .group_by(ActionItem.state)
    )
    by_state = {state: (number, late or 0) for state, number, late in session.execute(query)}
    return Count(
        open=sum(by_state.get(state, (0, 0))[0] for state in OPEN_STATES),
        overdue=sum(by_state.get(state, (0, 0))[1] for state in OPEN_STATES),
        done=by_state.get(ItemState.DONE, (0, 0))[0],
        wont_do=by_state.get(ItemState.WONT_DO, (0, 0))[0],
    )
