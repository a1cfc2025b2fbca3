"""Handing a role over: it is offered, and changes hands only when the other accepts.

Until then the holder stays the holder, so that a SEV is never led by somebody who does not know it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config, Role
from bot.directory.people import Actor, Standing
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import people_surfaces
from bot.incidents.model import Incident, RoleHolder, TimelineEntry
from bot.incidents.noting import note
from bot.incidents.roles import HANDED_OVER, change_hands, label, require_candidate, require_under_way, roles_of
from bot.incidents.words import checked_reason
from bot.slack.commands import NAME
from bot.slack.text import user

OFFERED = "handoff_offered"
DECLINED = "handoff_declined"


def role_to_hand_over(session: Session, config: Config, incident: Incident, actor: Actor) -> Role:
    """The role somebody means who names none: the commander's if they hold it, else the only one they hold.

    Raises `Refused`.
    """
    held = roles_of(session, config, incident, actor.user_id)
    if not held:
        raise Refused(f"You hold no role in {incident.name}. `{NAME} role` shows who does, and gives one to somebody.")
    return held[0]


def offer(
    session: Session,
    incident: Incident,
    role: Role,
    user_id: str,
    *,
    standing: Standing,
    text: str = "",
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    """Offer the role one holds to somebody of that standing, with a note. It takes the place of an earlier offer.

    Raises `Refused`.
    """
    require(config, actor, "command")
    require_under_way(config, incident)
    held = session.get(RoleHolder, (incident.id, role.key), populate_existing=True)
    if held is None or held.user_id != actor.user_id:
        holder = f"{user(held.user_id)} is" if held else "Nobody is yet"
        raise Refused(f"You can hand over only what you hold. {holder} {label(role)} of {incident.name}.")
    if user_id == actor.user_id:
        raise Refused(f"You are {label(role)} of {incident.name} yourself. Name somebody else.")
    require_candidate(session, incident, user_id, standing=standing, config=config)
    if held.offered_to == user_id:
        raise Refused(f"It is offered to {user(user_id)} already; you stay {label(role)} until they accept.")
    if held.offered_to is not None and held.offer_id is not None:
        people_surfaces.show_offer(session, incident, held.offer_id, held.offered_to)
    entry = note(session, incident, OFFERED, actor=actor, now=now, text=checked_reason(text), role=role.key, to=user_id)
    session.flush()
    held.offered_to, held.offered_at, held.offer_id = user_id, now, entry.id
    people_surfaces.show_offer(session, incident, entry.id, user_id)


def accept(session: Session, incident: Incident, offer_id: int, *, config: Config, actor: Actor, now: datetime) -> None:
    """Take over what was offered. A second time it changes nothing. Raises `Refused` when the offer is over."""
    require(config, actor, "command")
    require_under_way(config, incident)
    held = _offered(session, incident, offer_id, actor)
    if held is None:
        if _answered(session, incident, offer_id) != (HANDED_OVER, actor.user_id):
            raise _over(session, config, incident, offer_id)
        return
    role = config.role(held.role)
    people_surfaces.count_as_briefed(session, incident, actor.user_id, now=now)
    change_hands(session, incident, role, actor.user_id, kind=HANDED_OVER, actor=actor, now=now, offer=offer_id)


def decline(
    session: Session, incident: Incident, offer_id: int, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Leave it to the holder, who is told. A second time it changes nothing. Raises `Refused` when the offer is over."""
    held = _offered(session, incident, offer_id, actor)
    if held is None:
        if _answered(session, incident, offer_id) != (DECLINED, actor.user_id):
            raise _over(session, config, incident, offer_id)
        return
    held.offered_to = held.offered_at = held.offer_id = None
    entry = note(session, incident, DECLINED, actor=actor, now=now, role=held.role, offer=offer_id)
    session.flush()
    people_surfaces.show_offer(session, incident, offer_id, actor.user_id)
    people_surfaces.tell(session, incident, entry, held.user_id)


def outcome(session: Session, incident: Incident, offer_id: int) -> TimelineEntry | None:
    """What came of an offer: the entry of its acceptance or its refusal. None while it is open, or where it ran out."""
    answers = select(TimelineEntry).where(
        TimelineEntry.incident_id == incident.id,
        TimelineEntry.id > offer_id,
        TimelineEntry.kind.in_((HANDED_OVER, DECLINED)),
    )
    return next((entry for entry in session.scalars(answers) if entry.data.get("offer") == offer_id), None)


def is_open_offer(session: Session, incident: Incident, offer_id: int) -> bool:
    """Whether it can still be accepted."""
    query = select(RoleHolder.role).where(RoleHolder.incident_id == incident.id, RoleHolder.offer_id == offer_id)
    return session.scalar(query) is not None


def _offered(session: Session, incident: Incident, offer_id: int, actor: Actor) -> RoleHolder | None:
    """The role that is on offer to the actor by that offer."""
    query = select(RoleHolder).where(
        RoleHolder.incident_id == incident.id,
        RoleHolder.offer_id == offer_id,
        RoleHolder.offered_to == actor.user_id,
    )
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _answered(session: Session, incident: Incident, offer_id: int) -> tuple[str, str] | None:
    """How an offer was answered, and by whom: the same answer again is an impatient second click."""
    found = outcome(session, incident, offer_id)
    return (found.kind, found.actor) if found else None


def _over(session: Session, config: Config, incident: Incident, offer_id: int) -> Refused:
    entry = session.get(TimelineEntry, offer_id)
    held = None
    if entry is not None and entry.incident_id == incident.id and entry.kind == OFFERED:
        held = session.get(RoleHolder, (incident.id, entry.data["role"]))
    now_held = f" {user(held.user_id)} is {label(config.role(held.role))}." if held else ""
    return Refused(f"This offer is over.{now_held} `{NAME} role {incident.name}` shows who does what.")
