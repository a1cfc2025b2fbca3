"""Writing down a fact about a SEV: in its timeline, in the audit, and for the rooms that wait for it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import audit
from bot.directory.people import BOT, Actor
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.announcements import announce


def note(
    session: Session,
    incident: Incident,
    kind: str,
    *,
    now: datetime,
    actor: Actor = BOT,
    text: str = "",
    at: datetime | None = None,
    **data: Any,
) -> TimelineEntry:
    """Write the fact into the timeline (at its own time `at`, else now), and who did it into the audit.

    `data` holds the values before and after, by name. Other rooms are told that `incident.KIND` happened: see
    `outbox/announcements.py`.
    """
    entry = TimelineEntry(incident_id=incident.id, kind=kind, at=at or now, actor=actor.user_id, text=text, data=data)
    session.add(entry)
    audit.record(
        session,
        actor=actor.user_id,
        action=f"incident.{kind}",
        subject=incident.subject,
        source=actor.door,
        now=now,
        **data,
    )
    announce(session, f"incident.{kind}", incident.subject, about=incident)
    return entry
