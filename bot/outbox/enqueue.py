"""Asking for a side effect, in the transaction of the change that calls for it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Executable, case, or_, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.db import affected, dialect_of, insert_for
from bot.outbox.model import OPEN, Mode, OutboxMessage, State

PENDING_ENQUEUES = "outbox.pending"
ENQUEUED = "outbox.enqueued"
URGENT = 10
"""The priority of what people wait for: a channel, an answer."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked for. See `OutboxMessage` for the meaning of each field."""

    kind: str
    subject: str
    key: str
    mode: Mode
    arguments: dict[str, Any] = field(default_factory=dict)
    lane: str | None = None
    priority: int = 0
    after: str | None = None
    after_any_end: bool = False
    rule: str = ""
    audience: str = ""
    unsure: bool = False
    """Whether it may have been done already, by other means than this outbox: the first try looks for it."""


def enqueue(session: Session, request: Request) -> None:
    """Ask for a side effect. It is written when the transaction commits, and is lost with it when that fails.

    Several requests in one transaction with the same key are one. A `LATEST` row must have a lane of its own, since
    making it due again does not move it behind its successors.
    """
    if request.mode is Mode.LATEST and request.lane not in (None, request.key):
        raise ValueError(f"{request.key}: what shows the latest state has no place in a lane of others")
    session.info.setdefault(PENDING_ENQUEUES, {})[request.key] = request


class Enqueuer:
    """Writes the requests of a transaction just before it commits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def flush(self, session: Session) -> None:
        """Write all requests, in one order for everybody: transactions that lock rows in opposite orders would deadlock."""
        requests: dict[str, Request] = session.info.pop(PENDING_ENQUEUES, {})
        # What shows comes before what tells of it. A lane's rows keep the order of the wishes: they are new, so they lock
        # nothing of each other.
        ordered = sorted(requests.values(), key=lambda each: (each.mode is Mode.ONCE, each.lane or each.key))
        if ordered:
            session.info[ENQUEUED] = True
            session.connection().execute(_or_due_again(dialect_of(session)), [self._row(each) for each in ordered])

    def _row(self, request: Request) -> dict[str, Any]:
        now = self._clock.machine()
        return {
            "kind": request.kind,
            "subject": request.subject,
            "arguments": request.arguments,
            "key": request.key,
            "mode": request.mode,
            "lane": request.lane or request.key,
            "priority": request.priority,
            "after": request.after,
            "after_any_end": request.after_any_end,
            "state": State.PENDING,
            "attempts": 0,
            "version": 1,
            "sending_version": 0,
            "unsure": request.unsure,
            "due_at": now,
            "token": uuid4().hex,
            "rule": request.rule,
            "audience": request.audience,
            "decided_at": self._clock.now(),
            "queued_at": now,
        }


# Made once for each engine: making it costs more than executing it.
@cache
def _or_due_again(dialect: str) -> Executable:
    """Make the row. Where it is there, one that shows the latest is made due again, and what is said once stays as it is.

    A row that is open keeps its place and its patience, and counts a version on.
    """
    statement = insert_for(dialect, OutboxMessage)
    new = statement.excluded
    is_open = or_(*(OutboxMessage.state == state for state in OPEN))
    may_be_there = or_(is_open, OutboxMessage.unsure, OutboxMessage.second_look_at.is_not(None))
    return statement.on_conflict_do_update(
        index_elements=["key"],
        where=new.mode == Mode.LATEST,
        set_={
            "version": OutboxMessage.version + 1,
            "arguments": new.arguments,
            "after": new.after,
            "after_any_end": new.after_any_end,
            "state": case((is_open, OutboxMessage.state), else_=new.state),
            "attempts": case((is_open, OutboxMessage.attempts), else_=new.attempts),
            "due_at": case((is_open, OutboxMessage.due_at), else_=new.due_at),
            "queued_at": case((is_open, OutboxMessage.queued_at), else_=new.queued_at),
            "revive_at": None,
            "last_error": case((OutboxMessage.state == State.SKIPPED, None), else_=OutboxMessage.last_error),
            "rule": new.rule,
            "audience": new.audience,
            # The look back begins here, so it must not move past what an earlier try may have left.
            "decided_at": case((may_be_there, OutboxMessage.decided_at), else_=new.decided_at),
        },
    )


def retry_dead(session: Session, subject: str, *, now: datetime) -> int:
    """Make everything due again that was given up, or is waiting for its next try, for one subject. Returns how many rows.

    `now` is machine time: it starts the patience anew.
    """
    dead = affected(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.subject == subject, OutboxMessage.state == State.DEAD)
        .values(state=State.PENDING, attempts=0, due_at=now, queued_at=now, revive_at=None),
    )
    waiting = affected(
        session,
        update(OutboxMessage)
        .where(
            OutboxMessage.subject == subject,
            OutboxMessage.lease.is_(None),
            OutboxMessage.state.in_((State.PENDING, State.AMBIGUOUS)),
            OutboxMessage.due_at > now,
        )
        .values(due_at=now),
    )
    session.info[ENQUEUED] = True
    return dead + waiting


def retry_all_dead(session: Session, *, now: datetime) -> int:
    """Make everything due again that was given up. Returns how many rows. `now` is machine time, as above."""
    session.info[ENQUEUED] = True
    return affected(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.state == State.DEAD)
        .values(state=State.PENDING, attempts=0, due_at=now, queued_at=now, revive_at=None),
    )
