"""Forgetting one SEV, with all that belongs to it, in one transaction."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.db import Base, affected
from bot.directory.people import BOT
from bot.incidents.access import AccessRequest
from bot.incidents.model import Incident, TimelineEntry
from bot.nudges.model import Nudge
from bot.operations.retention.ages import FORGOTTEN
from bot.operations.retention.register import SEVS, of_sevs
from bot.operations.retention.sevs import Old, old, sev_of
from bot.outbox.model import OutboxMessage
from bot.remediation.model import ActionItem
from bot.slack.posts import Post

BY_SUBJECT = (
    "nudge_watches", "nudge_pauses", "nudges", "posts", "outbox_messages", "inbound_keys", "audit_records",
)  # fmt: skip
"""Tables whose rows name what they are about by its subject."""
TWICE = {"duplicates": "original_id", "earlier_sevs": "earlier_id"}
"""Tables whose rows are about two SEVs, with the column of the second: they go with either."""
SHARED = ("outbox_messages", "posts")
"""Tables in which a message about several things is kept under the first of them."""
API = "/api/v1/incidents"
Counts = Counter[str]
"""How many rows of each table."""


def count(session: Session, sevs: Sequence[Old]) -> Counts:
    """How many rows would go with these SEVs."""
    found: Counts = Counter()
    if sevs:
        shared = list(_shared(session, sevs))
        for table, condition in belongings(sevs):
            if table.name in SHARED:
                condition = and_(condition, table.c.key.not_in(shared))  # noqa: PLW2901 - it is narrowed
            found[table.name] += session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        found[SEVS] += len(sevs)
    return +found


def forget(session: Session, *, sev_id: int, config: Config, operator: str, now: datetime) -> tuple[Old, Counts] | None:
    """Forget a SEV, if it still goes now that nobody can change it. None: it stays.

    What is left is an audit record of the SEV's number: when it went, by which setting, and by whom: the `operator` at a
    shell, or (empty) the bot by itself.
    """
    locked = select(Incident.id).where(Incident.id == sev_id).with_for_update()
    if session.scalar(locked) is None:
        return None
    found = next(iter(old(session, config, now=now, only=sev_id)), None)
    if found is None or found.why_not:
        return None
    _leave_to_others(session, found)
    gone: Counts = Counter()
    for table, condition in belongings([found]):
        gone[table.name] += affected(session, delete(table).where(condition))
    gone[SEVS] += affected(session, delete(Incident).where(Incident.id == sev_id))
    age = getattr(config.retention, found.rule)
    audit.record(
        session, actor=BOT.user_id, action=FORGOTTEN, subject=found.name, source="shell" if operator else "schedule", now=now,
        rule=f"retention.{found.rule}: {age.days}d", over_since=found.over_since.isoformat(), operator=operator,
    )  # fmt: skip
    return found, +gone


def belongings(sevs: Sequence[Old]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """All that belongs to some SEVs: each table with the condition, in an order in which it can be deleted."""
    tables, named = Base.metadata.tables, _subjects(sevs)
    ids, numbers = [each.id for each in sevs], [each.number for each in sevs]
    given = select(literal("giving:") + cast(TimelineEntry.id, String)).where(TimelineEntry.incident_id.in_(ids))
    for name in BY_SUBJECT:
        of_one = tables[name].c.subject.in_(named)
        # what was handed over with one of its items is told by the id of its entry, which SQLite may give again
        yield tables[name], or_(of_one, tables[name].c.key.in_(given)) if name in SHARED else of_one
    yield tables["access_requests"], tables["access_requests"].c.number.in_(numbers)
    yield tables["api_answers"], tables["api_answers"].c.location.in_([f"{API}/{number}" for number in numbers])
    for table in of_sevs():
        second = TWICE.get(table.name)
        of_one = sev_of(table).in_(ids)
        yield table, or_(of_one, table.c[second].in_(ids)) if second else of_one


def _subjects(sevs: Sequence[Old]) -> Select[Any]:
    """How audit, outbox and reminders name the SEVs and what belongs to them."""
    ids, numbers = [each.id for each in sevs], [each.number for each in sevs]
    incidents = (
        select(literal(f"{prefix}:") + cast(Incident.id, String)).where(Incident.id.in_(ids))
        for prefix in ("incident", "postmortem")
    )
    items = select(literal("item:") + cast(ActionItem.id, String)).where(ActionItem.incident_id.in_(ids))
    asked = select(literal("access:") + cast(AccessRequest.id, String)).where(AccessRequest.number.in_(numbers))
    names = union_all(*incidents, items, asked).subquery()
    return select(names.c[0])


def _shared(session: Session, sevs: Sequence[Old]) -> dict[str, str]:
    """Messages that tell of several things, and are kept under one of these SEVs: their keys, each with one of the others."""
    named = _subjects(sevs)
    query = (
        select(OutboxMessage.key, func.min(Nudge.subject)).join(Nudge, Nudge.outbox_key == OutboxMessage.key)
        .where(OutboxMessage.subject.in_(named), Nudge.subject.not_in(named)).group_by(OutboxMessage.key)
    )  # fmt: skip
    return {row[0]: row[1] for row in session.execute(query)}


def _leave_to_others(session: Session, sev: Old) -> None:
    """Let what other SEVs share with this one be theirs."""
    for key, subject in _shared(session, [sev]).items():
        session.execute(update(OutboxMessage).where(OutboxMessage.key == key).values(subject=subject))
        session.execute(update(Post).where(Post.key == key).values(subject=subject))
    given = select(TimelineEntry.id).where(TimelineEntry.incident_id == sev.id)
    of_others = update(ActionItem).where(ActionItem.incident_id != sev.id, ActionItem.giving.in_(given))
    session.execute(of_others.values(giving=None).execution_options(synchronize_session=False))
