"""What need not be said any more, because something newer says it: so a backlog drains without a flood."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.incidents.model import TimelineEntry
from bot.outbox.kinds import Skip
from bot.outbox.model import OPEN, OutboxMessage, State

LATE_AFTER = timedelta(minutes=2)
"""Business time after which a line is late: until then everything is said, however fast it follows each other."""
RETOLD = ("update", "status", "reopened", "severity")
"""Kinds of entry that a later one may tell anew."""


def topics(entry: TimelineEntry) -> frozenset[str]:
    """What an entry tells. A reason is told by no other entry, so what has one is always said."""
    if entry.kind == "update":
        return frozenset({"update", "status"} if "after" in entry.data else {"update"})
    if entry.kind in ("status", "reopened"):
        return frozenset({"status", f"reason:{entry.id}"} if entry.text else {"status"})
    return frozenset({entry.kind})


def superseded(
    session: Session,
    message: OutboxMessage,
    entry: TimelineEntry,
    key: Callable[[TimelineEntry], str],
    *,
    now: datetime,
) -> Skip | None:
    """Why an entry's late line is not said any more; None where it must be. `key` gives the outbox key of another's line.

    A later line counts only where it waits, or got through: one that failed for good tells nobody.
    """
    if entry.kind not in RETOLD or now - message.decided_at <= LATE_AFTER:
        return None
    later = session.scalars(
        select(TimelineEntry).where(
            TimelineEntry.incident_id == entry.incident_id, TimelineEntry.id > entry.id,
            TimelineEntry.kind.in_(RETOLD), TimelineEntry.withdrawn_at.is_(None),
        )
    ).all()  # fmt: skip
    keys = {key(each): each for each in later}
    told = session.scalars(
        select(OutboxMessage.key).where(OutboxMessage.key.in_(keys), OutboxMessage.state.in_((*OPEN, State.SENT)))
    )
    retold = frozenset[str]().union(*(topics(keys[each]) for each in told))
    return Skip("something newer tells it") if topics(entry) <= retold else None
