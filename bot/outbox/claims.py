"""Which rows are due, who works on them, and how they end. Each step is one compare-and-swap, on both engines alike."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Exists,
    Integer,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from bot.db import affected
from bot.outbox.model import OPEN, OutboxMessage, State
from bot.outbox.policy import Decision

LONGEST_ERROR = 300
LATE_AFTER = 2
"""From this many failed tries on, a step is late enough to be shown to people."""


def find_due(session: Session, kinds: Sequence[str], *, now: datetime, limit: int) -> list[OutboxMessage]:
    """Up to `limit` due rows of known kinds: the first undelivered of each lane, what they wait for being done.

    A replica that is a version behind leaves the kinds it does not know to the others.
    """
    return list(session.scalars(DUE, {"kinds": kinds, "now": now, "limit": limit}))


def claim(session: Session, found: Sequence[OutboxMessage], *, until: datetime) -> list[OutboxMessage]:
    """Take the rows that are still as they were found, and give them as they are now. Their leases end at `until`."""
    return [message for message in found if _claim(session.connection(), message, until=until)]


def _is_open(message: type[OutboxMessage]) -> ColumnElement[bool]:
    """Spelled out in the statement, not bound to it: only so can the engines use the indexes on undelivered rows."""
    states: BindParameter[Any] = bindparam(
        "open_states", [str(state) for state in OPEN], expanding=True, literal_execute=True
    )
    return message.state.in_(states)


def _has_predecessor() -> Exists:
    earlier = aliased(OutboxMessage)
    return (
        select(earlier.id)
        .where(earlier.lane == OutboxMessage.lane, earlier.id < OutboxMessage.id, _is_open(earlier))
        .exists()
    )


def _is_free_to_go() -> ColumnElement[bool]:
    awaited = aliased(OutboxMessage)
    ended = or_(
        awaited.state.in_((State.SENT, State.SKIPPED)),
        and_(OutboxMessage.after_any_end, awaited.state == State.DEAD),
    )
    return or_(
        OutboxMessage.after.is_(None), select(awaited.id).where(awaited.key == OutboxMessage.after, ended).exists()
    )


# The statements below are made once: they run for each delivery, and making them costs more than running them.
DUE = (
    select(OutboxMessage)
    .where(
        _is_open(OutboxMessage),
        OutboxMessage.due_at <= bindparam("now"),
        OutboxMessage.kind.in_(bindparam("kinds", expanding=True)),
        # What is in flight holds its lane already, whoever came back to life before it.
        or_(OutboxMessage.state != State.PENDING, ~_has_predecessor()),
        _is_free_to_go(),
    )
    .order_by(OutboxMessage.priority.desc(), OutboxMessage.id)
    .limit(bindparam("limit", type_=Integer))
)
TABLE = OutboxMessage.metadata.tables[OutboxMessage.__tablename__]
SEEN = ("id", "state", "due_at", "version")
CLAIM = (
    update(TABLE)
    .where(*(TABLE.c[name] == bindparam(f"seen_{name}") for name in SEEN))
    .values({name: bindparam(name) for name in ("state", "lease", "due_at", "attempts", "sending_version", "unsure")})
)

HELD = (
    select(OutboxMessage)
    .where(OutboxMessage.id == bindparam("held_id"), OutboxMessage.lease == bindparam("held_lease"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def _claim(connection: Connection, message: OutboxMessage, *, until: datetime) -> bool:
    was_in_flight = message.state != State.PENDING
    values = {
        "state": State.AMBIGUOUS if was_in_flight else State.SENDING,
        "lease": uuid4().hex,
        "due_at": until,
        "attempts": message.attempts + 1,
        "sending_version": message.version,
        "unsure": message.unsure or was_in_flight,
    }
    seen = {f"seen_{name}": getattr(message, name) for name in SEEN}
    one_writer = connection.dialect.name == "sqlite"
    try:
        with nullcontext() if one_writer else connection.begin_nested():
            if connection.execute(CLAIM, values | seen).rowcount != 1:
                return False
    except IntegrityError:  # another replica has the lane's one delivery in flight
        return False
    for name, value in values.items():
        setattr(message, name, value)
    return True


def holds(session: Session, message: OutboxMessage) -> OutboxMessage | None:
    """The row as it is now, locked, if the lease it was claimed with still stands."""
    return session.scalars(HELD, {"held_id": message.id, "held_lease": message.lease}).one_or_none()


def settle(row: OutboxMessage, decision: Decision, *, now: datetime, business_now: datetime) -> None:
    """Write a decision on a row that is still ours. A change that came meanwhile makes it due again at once."""
    row.state = decision.state
    row.lease = None
    is_shown = decision.state in (State.DEAD, State.SKIPPED) or row.attempts >= LATE_AFTER
    row.last_error = decision.reason[:LONGEST_ERROR] if decision.reason and is_shown else None
    row.revive_at = decision.due_at if decision.state is State.DEAD else None
    if decision.due_at is not None:
        row.due_at = decision.due_at
    if decision.state is State.AMBIGUOUS:
        row.unsure = True
    if decision.state is State.SENT:
        row.unsure = False
        row.confirmed_at = business_now
    if decision.state in (State.SENT, State.SKIPPED, State.DEAD) and row.version > row.sending_version:
        row.state = State.PENDING
        row.attempts = 0
        row.due_at = row.queued_at = now


def show_anew(row: OutboxMessage, *, now: datetime) -> None:
    """Make a row that was sent due again, as if what it shows had changed."""
    row.version += 1
    if row.state == State.SENT:
        row.state = State.PENDING
        row.attempts = 0
        row.due_at = row.queued_at = now


def free_all(session: Session, *, now: datetime) -> int:
    """End every lease. Only for the one instance that owns an embedded database, at its start. Returns how many."""
    return affected(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.lease.is_not(None), OutboxMessage.state.in_((State.SENDING, State.AMBIGUOUS)))
        .values(due_at=now),
    )


def revive(session: Session, *, now: datetime) -> int:
    """Make dead rows due again whose time for that has come. Returns how many."""
    return affected(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.state == State.DEAD, OutboxMessage.revive_at <= now)
        .values(state=State.PENDING, due_at=now, revive_at=None),
    )


def due_for_second_look(
    session: Session, kinds: Sequence[str], *, now: datetime, lease: timedelta, limit: int
) -> list[OutboxMessage]:
    """Take rows whose second look is due, by moving it: if this process dies meanwhile, another looks later."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.second_look_at <= now,
            OutboxMessage.state.in_((State.SENT, State.SKIPPED)),
            OutboxMessage.kind.in_(kinds),
        )
        .order_by(OutboxMessage.second_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.second_look_at = now + lease
    return list(rows)


BEHIND = select(
    select(OutboxMessage.id)
    .where(
        _is_open(OutboxMessage),
        OutboxMessage.attempts >= LATE_AFTER,
        OutboxMessage.decided_at <= bindparam("before"),
    )
    .exists()
)


def is_behind(session: Session, *, before: datetime) -> bool:
    """Whether something that was decided before that business time has been tried in vain and still waits."""
    return bool(session.scalar(BEHIND, {"before": before}))


@dataclass(frozen=True)
class QueueState:
    """How much waits, how long the oldest has been due, and how much was given up."""

    waiting: int
    oldest_due: timedelta
    dead: int


def queue_state(session: Session, *, now: datetime) -> QueueState:
    """Count the queue. A row in flight, or one that waits for another, counts as waiting but is not late."""
    may_go = and_(OutboxMessage.state == State.PENDING, ~_has_predecessor(), _is_free_to_go())
    waiting, oldest, dead = session.execute(
        select(
            func.count(case((OutboxMessage.state.in_(OPEN), 1))),
            func.min(case((may_go, OutboxMessage.due_at))),
            func.count(case((OutboxMessage.state == State.DEAD, 1))),
        ).where(or_(OutboxMessage.state.in_(OPEN), OutboxMessage.state == State.DEAD))
    ).one()
    return QueueState(waiting, max(now - oldest, timedelta()) if oldest else timedelta(), dead)
