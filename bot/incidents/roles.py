"""The roles people hold in a SEV: who holds which, and how a role changes hands."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import COMMANDER, Category, Config, Role
from bot.directory.people import Actor, Standing
from bot.directory.permissions import require, require_of
from bot.errors import Refused
from bot.incidents import people_surfaces, surfaces
from bot.incidents.model import Incident, IncidentMember, RoleHolder, TimelineEntry
from bot.incidents.noting import note
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, user

GIVEN = "role"
"""The entry of a role that was taken, given or freed."""
HANDED_OVER = "handoff"
CHANGES = (GIVEN, HANDED_OVER)
RECENTLY = timedelta(hours=4)
"""Whoever held a role within this time knows what it asks of them."""


class AlreadyHeld(Refused):
    """Somebody else holds the role: taking it over needs to be said expressly."""

    def __init__(self, sentence: str, *, holder: str) -> None:
        super().__init__(sentence)
        self.holder = holder


def holders(session: Session, incident: Incident) -> dict[str, str]:
    """Who holds which role, by the role's key."""
    query = select(RoleHolder.role, RoleHolder.user_id).where(RoleHolder.incident_id == incident.id)
    return {row.role: row.user_id for row in session.execute(query)}


def commander_of(session: Session, incident: Incident) -> str | None:
    """The incident commander, or None while nobody is in command."""
    return holders(session, incident).get(COMMANDER)


def roles_of(session: Session, config: Config, incident: Incident, user_id: str) -> list[Role]:
    """The roles somebody holds, the commander's first, then as the configuration lists them."""
    held = [key for key, holder in holders(session, incident).items() if holder == user_id]
    order = [each.key for each in config.roles]
    place = {key: order.index(key) if key in order else len(order) for key in held}
    return [config.role(key) for key in sorted(held, key=lambda key: (key != COMMANDER, place[key], key))]


def take(
    session: Session,
    incident: Incident,
    role: Role,
    *,
    over: str | None = None,
    config: Config,
    actor: Actor,
    now: datetime,
) -> bool:
    """Take a role that is free, or `over` from the person who is known to hold it. False: the actor holds it already.

    Raises `AlreadyHeld` where somebody else holds it, and `Refused`.
    """
    require(config, actor, "command")
    require_under_way(config, incident)
    return _assign(session, incident, role, actor.user_id, over=over, actor=actor, now=now)


def give(
    session: Session,
    incident: Incident,
    role: Role,
    user_id: str,
    *,
    standing: Standing,
    over: str | None = None,
    config: Config,
    actor: Actor,
    now: datetime,
) -> bool:
    """Give somebody, of that standing, a role that is free, or that `over` is known to hold. False: they hold it already.

    Raises `AlreadyHeld` where somebody else holds it, and `Refused`.
    """
    require(config, actor, "command")
    require_under_way(config, incident)
    require_candidate(session, incident, user_id, standing=standing, config=config)
    return _assign(session, incident, role, user_id, over=over, actor=actor, now=now)


def free(session: Session, incident: Incident, role: Role, *, config: Config, actor: Actor, now: datetime) -> None:
    """Leave a role to nobody. Raises `Refused`."""
    require(config, actor, "command")
    held = session.get(RoleHolder, (incident.id, role.key))
    if held is None:
        raise Refused(f"Nobody is {label(role)} of {incident.name}, so there is nobody to relieve.")
    before = held.user_id
    _offer_is_over(session, incident, held)
    session.delete(held)
    entry = note(session, incident, GIVEN, actor=actor, now=now, role=role.key, before=before, after=None)
    session.flush()
    _show(session, incident, role, entry, former=before, actor=actor)


def change_hands(
    session: Session,
    incident: Incident,
    role: Role,
    user_id: str,
    *,
    kind: str,
    actor: Actor,
    now: datetime,
    **data: Any,
) -> None:
    """Make somebody the holder, whoever held it before, and let everybody concerned know. Whether it may be was checked.

    `kind` is one of `CHANGES`; `data` is kept with the entry.
    """
    held = session.get(RoleHolder, (incident.id, role.key))
    before = held.user_id if held else None
    known_already = _held_recently(session, incident, role, user_id, now=now)
    if role.key == COMMANDER and not _was_commanded(session, incident):
        _acknowledge(incident, now=now)
    if held is None:
        session.add(RoleHolder(incident_id=incident.id, role=role.key, user_id=user_id, since=now))
    entry = note(session, incident, kind, actor=actor, now=now, role=role.key, before=before, after=user_id, **data)
    session.flush()
    if held is not None:
        held.user_id, held.since = user_id, now
        _offer_is_over(session, incident, held)
    _show(session, incident, role, entry, former=before, actor=actor)
    if not known_already:
        people_surfaces.instruct(session, incident, entry, user_id)
    if session.get(IncidentMember, (incident.id, user_id)) is None:
        people_surfaces.bring(session, incident, entry, [user_id], asked_by=actor.user_id)


def require_candidate(
    session: Session, incident: Incident, user_id: str, *, standing: Standing, config: Config
) -> None:
    """Raise `Refused` unless somebody may hold a role here: a person, allowed to, and let into a private SEV before."""
    require_of(config, user_id, standing, "command")
    if incident.is_private and session.get(IncidentMember, (incident.id, user_id)) is None:
        raise Refused(f"{user(user_id)} is not in {incident.name}, which is private. `{NAME} invite @…` them first.")


def require_under_way(config: Config, incident: Incident) -> None:
    """Raise `Refused` where the SEV is closed or cancelled."""
    status = config.status(incident.status)
    if status.category in (Category.CLOSED, Category.CANCELLED):
        over = mrkdwn(status.label.lower(), 100)
        raise Refused(f"{incident.name} is {over}, so nobody needs to lead it. `{NAME} reopen REASON` opens it again.")


def label(role: Role) -> str:
    """What people call it, as part of a sentence in mrkdwn."""
    return mrkdwn(role.label, 100)


def _assign(
    session: Session, incident: Incident, role: Role, user_id: str, *, over: str | None, actor: Actor, now: datetime
) -> bool:
    held = session.get(RoleHolder, (incident.id, role.key), populate_existing=True)
    if held is not None and held.user_id == user_id:
        return False
    if held is not None and held.user_id != over:
        raise AlreadyHeld(f"{user(held.user_id)} is {label(role)} of {incident.name}.", holder=held.user_id)
    change_hands(session, incident, role, user_id, kind=GIVEN, actor=actor, now=now)
    return True


def _show(
    session: Session, incident: Incident, role: Role, entry: TimelineEntry, *, former: str | None, actor: Actor
) -> None:
    surfaces.show_card(session, incident)
    if role.key == COMMANDER or entry.kind == HANDED_OVER:
        surfaces.say(session, incident, entry)
    if former and former != actor.user_id and entry.kind != HANDED_OVER:
        people_surfaces.tell(session, incident, entry, former)


def _offer_is_over(session: Session, incident: Incident, held: RoleHolder) -> None:
    if held.offer_id is not None and held.offered_to is not None:
        people_surfaces.show_offer(session, incident, held.offer_id, held.offered_to)
    held.offered_to = held.offered_at = held.offer_id = None


def _acknowledge(incident: Incident, *, now: datetime) -> None:
    """The first commander acknowledges it; what was mitigated before that was dealt with unacknowledged."""
    if incident.acknowledged_at is None and incident.mitigated_at is None and incident.resolved_at is None:
        incident.acknowledged_at = now


def _changes(session: Session, incident: Incident, role: Role) -> list[TimelineEntry]:
    query = select(TimelineEntry).where(TimelineEntry.incident_id == incident.id, TimelineEntry.kind.in_(CHANGES))
    return [entry for entry in session.scalars(query.order_by(TimelineEntry.id)) if entry.data.get("role") == role.key]


def _was_commanded(session: Session, incident: Incident) -> bool:
    return any(entry.data.get("after") for entry in _changes(session, incident, Role(key=COMMANDER, label=COMMANDER)))


def _held_recently(session: Session, incident: Incident, role: Role, user_id: str, *, now: datetime) -> bool:
    """Whether they held it at some time within `RECENTLY`: then its end, which is a change too, is not long ago."""
    return any(
        entry.data.get("before") == user_id and entry.at > now - RECENTLY for entry in _changes(session, incident, role)
    )
