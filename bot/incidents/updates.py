"""Telling how it goes: a status update, and the next one promised with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Config, Status
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import lifecycle, promises, service, surfaces
from bot.incidents.model import Incident
from bot.incidents.noting import note
from bot.incidents.words import checked_update

SAME_WORDS_WITHIN = timedelta(minutes=2)
"""The same words by the same person within this time are the same update, sent twice in impatience."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """What a person says in a status update."""

    text: str
    status: Status | None = None
    """The status it brings; None leaves it."""
    promise: timedelta | None = None
    """In how long the next one is due."""
    is_usual: bool = True
    """Whether the next one is due after the severity's usual time, where there is no `promise`; else none is due."""


def post_update(
    session: Session, incident: Incident, said: Update, *, config: Config, actor: Actor, now: datetime
) -> bool:
    """Post a status update, perhaps with a change of status. False where the same was posted just before.

    Of a SEV that is over, or is so with this update, no next one is promised. Raises `Refused` at the field it concerns.
    """
    require(config, actor, "change")
    text = checked_update(said.text)
    if said.promise is not None:
        promises.check_promise(said.promise, field="next")
    if _is_twin(session, incident, text, said, actor=actor, now=now):
        return False
    changed = _change_status(session, incident, said, config=config, actor=actor, now=now)
    incident.next_update_at = _next_update_at(incident, said, config=config, now=now)
    entry = note(
        session, incident, "update", actor=actor, now=now, text=text,
        next_update_at=incident.next_update_at.isoformat() if incident.next_update_at else None, **changed,
    )  # fmt: skip
    surfaces.refresh(session, incident, config)
    surfaces.say(session, incident, entry)
    return True


def _is_twin(session: Session, incident: Incident, text: str, said: Update, *, actor: Actor, now: datetime) -> bool:
    last = promises.latest_update(session, incident)
    changes_status = said.status is not None and said.status.key != incident.status
    return (
        last is not None
        and not changes_status
        and (last.actor, last.text) == (actor.user_id, text)
        and last.at > now - SAME_WORDS_WITHIN
    )


def _change_status(
    session: Session, incident: Incident, said: Update, *, config: Config, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Move to the status that was said, where it is another one. The update's own line tells both."""
    before = incident.status
    if said.status is None or said.status.key == before:
        return {}
    try:
        service.change_status(session, incident, said.status, config=config, actor=actor, now=now, told_by="update")
    except Refused as refusal:
        raise Refused(refusal.sentence, field="status", to_services=refusal.to_services) from None
    return {"before": before, "after": said.status.key}


def _next_update_at(incident: Incident, said: Update, *, config: Config, now: datetime) -> datetime | None:
    if not lifecycle.is_open(config, incident):
        return None
    usual = promises.usual_promise(config, incident.severity) if said.is_usual else None
    span = said.promise or usual
    return now + span if span else None
