"""Mending the timeline: an entry's text and time are corrected, it is taken away, it is brought back. All of it is audited."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents.lifecycle import EARLIEST
from bot.incidents.model import Incident, TimelineEntry
from bot.slack.text import length, plain, visible
from bot.timeline.listing import MESSAGES

TEXT_LIMIT = 3000
MENDED = "mended"
"""In an entry's data: a person gave it another text, which later edits of its message leave alone."""
MOVED = "moved"
"""In an entry's data: a person gave it another time."""
KEPT = frozenset({"declared", "backfilled"})
"""What cannot be withdrawn: the beginning of the SEV itself."""


def has_own_words(entry: TimelineEntry) -> bool:
    """Whether its text is what a person wrote for the timeline; what happened by itself can't be told otherwise."""
    return entry.kind in MESSAGES


def mend(
    session: Session,
    incident: Incident,
    entry: TimelineEntry,
    *,
    text: str | None,
    at: datetime,
    config: Config,
    actor: Actor,
    now: datetime,
) -> bool:
    """Correct what an entry says (None: leave that alone) and when it was. Returns whether anything differs.

    The time has whole minutes where a form gave it: a time within the minute it had leaves it as it is. Raises `Refused`
    at the field that is wrong.
    """
    require(config, actor, "change")
    changes: dict[str, Any] = {}
    if text is not None and text != entry.text:
        changes["text"] = _checked_text(entry, text)
    if _minute(at) != _minute(entry.at):
        changes["at"] = _checked_time(at, now=now)
    changes = {name: value for name, value in changes.items() if value != getattr(entry, name)}
    if not changes:
        return False
    before = {name: _kept(getattr(entry, name)) for name in changes}
    for name, value in changes.items():
        setattr(entry, name, value)
    marks = {"text": MENDED, "at": MOVED}
    entry.data = entry.data | {marks[name]: True for name in changes}
    after = {name: _kept(value) for name, value in changes.items()}
    _record(session, incident, entry, "mend", actor=actor, now=now, before=before, after=after)
    return True


def withdraw(
    session: Session, incident: Incident, entry: TimelineEntry, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Take an entry away. It is kept, and can be restored. Raises `Refused`."""
    require(config, actor, "change")
    if entry.kind in KEPT:
        raise Refused(
            f"The timeline begins with this entry, so it stays. Correct its time, or `/sev cancel` {incident.name}."
        )
    if entry.withdrawn_at is not None:
        raise Refused("It is withdrawn already. `/sev timeline withdrawn` shows it, and it can be restored.")
    entry.withdrawn_at = now
    _record(session, incident, entry, "withdraw", actor=actor, now=now, before=_whole(entry), after=None)


def restore(
    session: Session, incident: Incident, entry: TimelineEntry, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Bring back what was withdrawn. Raises `Refused`."""
    require(config, actor, "change")
    if entry.withdrawn_at is None:
        raise Refused("It is in the timeline already: there is nothing to restore.")
    entry.withdrawn_at = None
    _record(session, incident, entry, "restore", actor=actor, now=now, before=None, after=_whole(entry))


def _record(
    session: Session, incident: Incident, entry: TimelineEntry, verb: str, *, actor: Actor, now: datetime, **data: Any
) -> None:
    audit.record(
        session, actor=actor.user_id, action=f"timeline.{verb}", subject=incident.subject, source=actor.door, now=now,
        entry=entry.id, **data,
    )  # fmt: skip


def _checked_text(entry: TimelineEntry, text: str) -> str:
    if not has_own_words(entry):
        raise Refused("This happened by itself, so its words stay. Correct its time, or withdraw it.", field="text")
    said = plain(text)
    if not visible(said):
        raise Refused("Say what happened. To take the entry away, withdraw it.", field="text")
    if length(said) > TEXT_LIMIT:
        raise Refused(f"This has {length(said)} characters; {TEXT_LIMIT} are possible. Shorten it.", field="text")
    return said


def _checked_time(at: datetime, *, now: datetime) -> datetime:
    if at > now:
        raise Refused("This lies in the future. Give a time that has passed.", field="at")
    if at < EARLIEST:
        raise Refused("This is too long ago. Is the year right?", field="at")
    return at


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _kept(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _whole(entry: TimelineEntry) -> dict[str, Any]:
    return {"kind": entry.kind, "at": entry.at.isoformat(), "text": entry.text}
