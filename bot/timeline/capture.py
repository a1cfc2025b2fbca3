"""Entries that come of what people say and do in Slack: made, withdrawn, restored, and kept true to their messages.

Each function works on a SEV whose row is locked. Nothing here commits, sends or reads a clock.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot import audit
from bot.directory.people import BOT, Actor
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.noting import note
from bot.timeline import surfaces
from bot.timeline.said import Said, order

Permalink = Callable[[str, str, str | None], str]
"""The address of a message, from its channel, its ts and its thread."""

TAGGED = "tagged"
"""In an entry's data: it lives while somebody's tag is on its message."""
DELETED = "deleted"
"""In an entry's data: its message is gone from Slack."""
MENDED = "mended"
"""In an entry's data: a person gave it another text, which edits of the message leave alone."""

# Made once: they run at each reaction of a crowd, and making them costs more than running them.
_OF_CHANNEL = (
    select(Incident)
    .where(Incident.channel_id == bindparam("channel"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_OF_MESSAGE = select(TimelineEntry).where(
    TimelineEntry.incident_id == bindparam("incident"),
    TimelineEntry.source_channel == bindparam("channel"),
    TimelineEntry.source_ts == bindparam("ts"),
)


def of_channel(session: Session, channel_id: str) -> Incident | None:
    """The SEV whose channel this is, locked; None where it is no SEV's."""
    return session.scalars(_OF_CHANNEL, {"channel": channel_id}).one_or_none()


def entry_of(session: Session, incident: Incident, channel_id: str, ts: str) -> TimelineEntry | None:
    """The entry a message is, withdrawn or not."""
    found = {"incident": incident.id, "channel": channel_id, "ts": ts}
    return session.scalars(_OF_MESSAGE, found).one_or_none()


def add(
    session: Session, incident: Incident, said: Said, *, permalink: Permalink, actor: Actor, now: datetime
) -> TimelineEntry:
    """Make a message an entry, because somebody tagged it: with its own time, author and words."""
    entry = _from_message(session, incident, "message", said, permalink=permalink, actor=actor, now=now)
    entry.data = {**entry.data, TAGGED: True}
    surfaces.confirm(session, incident, entry)
    return entry


def shared(session: Session, incident: Incident, said: Said, *, permalink: Permalink, now: datetime) -> bool:
    """A file was shared in the channel: that is an entry by itself. Whether it is news."""
    if entry_of(session, incident, said.channel_id, said.ts) is not None:
        return False
    _from_message(session, incident, "file", said, permalink=permalink, actor=BOT, now=now)
    return True


def joined(session: Session, incident: Incident, user_id: str, *, at: datetime, now: datetime) -> bool:
    """A person came into the channel: the first time is an entry. Whether it is news."""
    before = select(TimelineEntry.id).where(
        TimelineEntry.incident_id == incident.id, TimelineEntry.kind == "joined", TimelineEntry.actor == user_id
    )
    if session.scalars(before.limit(1)).first() is not None:
        return False
    note(session, incident, "joined", now=now, at=at).actor = user_id
    return True


def withdraw(session: Session, incident: Incident, entry: TimelineEntry, *, actor: Actor, now: datetime) -> None:
    """Take an entry off the timeline. It is kept, and comes back when somebody tags its message anew."""
    entry.withdrawn_at = now
    _audited(session, incident, entry, "entry_withdrawn", actor=actor, now=now)
    _show(session, incident, entry)


def restore(session: Session, incident: Incident, entry: TimelineEntry, *, actor: Actor, now: datetime) -> None:
    """Put an entry back on the timeline; from now on it lives while it is tagged."""
    entry.withdrawn_at = None
    _audited(session, incident, entry, "entry_restored", actor=actor, now=now)
    hold_by_tags(session, incident, entry)
    surfaces.update_confirmation(session, incident, entry)


def hold_by_tags(session: Session, incident: Incident, entry: TimelineEntry) -> None:
    """Let an entry live while its message is tagged, though it may have come by itself."""
    entry.data = {**entry.data, TAGGED: True}
    surfaces.confirm(session, incident, entry)


def follow_edit(session: Session, incident: Incident, said: Said, *, now: datetime) -> bool:
    """The message may have been edited: its entry, if it has one, says what it says now. Whether anything changed."""
    entry = entry_of(session, incident, said.channel_id, said.ts)
    if entry is None or order(said.edited) <= order(entry.data.get("edited", "")):
        return False
    if MENDED not in entry.data:
        entry.text = said.text
    entry.data = {**entry.data, **_facts(said)}
    _audited(session, incident, entry, "message_edited", actor=BOT, now=now)
    return True


def follow_deletion(session: Session, incident: Incident, channel_id: str, ts: str, *, now: datetime) -> bool:
    """The message is gone from Slack: its entry leaves the timeline, and is kept. Whether anything changed."""
    entry = entry_of(session, incident, channel_id, ts)
    if entry is None or DELETED in entry.data:
        return False
    entry.data = {**entry.data, DELETED: True}
    entry.withdrawn_at = entry.withdrawn_at or now
    _audited(session, incident, entry, "message_deleted", actor=BOT, now=now)
    _show(session, incident, entry)
    return True


def incidents_about(session: Session, channel_id: str, ts: str) -> list[int]:
    """The ids of the SEVs with which a message has to do: its channel's, and all on whose timeline it is. In lock order."""
    by_channel = select(Incident.id).where(Incident.channel_id == channel_id)
    by_entry = select(TimelineEntry.incident_id).where(
        TimelineEntry.source_ts == ts, TimelineEntry.source_channel == channel_id
    )
    return sorted({*session.scalars(by_channel), *session.scalars(by_entry)})


def _show(session: Session, incident: Incident, entry: TimelineEntry) -> None:
    if TAGGED in entry.data:  # of other entries nothing was said in the thread
        surfaces.update_confirmation(session, incident, entry)


def _from_message(
    session: Session, incident: Incident, kind: str, said: Said, *, permalink: Permalink, actor: Actor, now: datetime
) -> TimelineEntry:
    entry = note(
        session, incident, kind, now=now, actor=actor, text=said.text, at=said.at, channel=said.channel_id, ts=said.ts
    )
    entry.actor = said.author
    entry.source_channel, entry.source_ts = said.channel_id, said.ts
    thread = {"thread_ts": said.thread_ts} if said.thread_ts else {}
    entry.data = {"permalink": permalink(said.channel_id, said.ts, said.thread_ts), **thread, **_facts(said)}
    return entry


def _facts(said: Said) -> dict[str, Any]:
    """What an edit can change, besides the words."""
    facts: dict[str, Any] = {"edited": said.edited} if said.edited else {}
    return facts | ({"files": list(said.files)} if said.files else {})


def _audited(
    session: Session, incident: Incident, entry: TimelineEntry, deed: str, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session, actor=actor.user_id, action=f"incident.{deed}", subject=incident.subject, source=actor.door, now=now,
        entry=entry.id,
    )  # fmt: skip
