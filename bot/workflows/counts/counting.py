"""Takes in what senders counted, in one transaction with the mark that its hours have to be rolled up anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Executable, func
from sqlalchemy.orm import Session

from bot.db import dialect_of, insert_for
from bot.workflows.counts.minutes import HOUR, minute_of
from bot.workflows.counts.model import CountMinute, TouchedHour, WorkflowSignal

LATEST = timedelta(days=3)
"""How late counts may come. Their minutes are kept longer, so that their hour can be put together anew."""
AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""


@dataclass(frozen=True)
class Counted:
    """What a sender counted in one minute."""

    minute: int
    good: int
    total: int


@dataclass(frozen=True)
class Sender:
    """Who counted: of which workflow, by which signal; `source` tells its senders apart."""

    workflow: str
    signal: str
    source: str


def takes_since(now: datetime) -> int:
    """The oldest minute that may still come."""
    return minute_of(now - LATEST)


def takes_until(now: datetime) -> int:
    """The newest minute that may come already."""
    return minute_of(now + AHEAD)


def take(session: Session, sender: Sender, counted: Sequence[Counted], *, now: datetime) -> None:
    """Keep what a sender counted, each minute once: per minute and source the last word holds, and sources add up.

    Whether the minutes may still come was asked before. Senders of one signal wait for each other at its row, so that
    nobody meets others in another order.
    """
    signal_id = _signal(session, sender, max(each.minute for each in counted), now)
    rows = [
        {"signal_id": signal_id, "minute": each.minute, "source": sender.source, "good": each.good, "total": each.total}
        for each in sorted(counted, key=lambda each: each.minute)
    ]
    session.execute(_keep(dialect_of(session)), rows)
    hours = sorted({each.minute // HOUR for each in counted})
    session.execute(_touch(dialect_of(session)), [{"signal_id": signal_id, "hour": hour, "times": 1} for hour in hours])


def _signal(session: Session, sender: Sender, newest: int, now: datetime) -> int:
    insert = insert_for(dialect_of(session), WorkflowSignal).values(
        workflow=sender.workflow, signal=sender.signal, newest_minute=newest, received_at=now
    )
    largest = func.greatest if dialect_of(session) == "postgresql" else func.max
    upsert = insert.on_conflict_do_update(
        index_elements=["workflow", "signal"],
        set_={"newest_minute": largest(WorkflowSignal.newest_minute, newest), "received_at": now},
    )
    return session.scalars(upsert.returning(WorkflowSignal.id)).one()


@cache
def _keep(dialect: str) -> Executable:
    insert = insert_for(dialect, CountMinute)
    return insert.on_conflict_do_update(
        index_elements=["signal_id", "minute", "source"],
        set_={"good": insert.excluded.good, "total": insert.excluded.total},
    )


@cache
def _touch(dialect: str) -> Executable:
    return insert_for(dialect, TouchedHour).on_conflict_do_update(
        index_elements=["hour", "signal_id"], set_={"times": TouchedHour.times + 1}
    )
