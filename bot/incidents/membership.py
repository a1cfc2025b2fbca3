"""Who may see a SEV. Everybody may see a public one; a private one only its members, and it leaves no trace for others."""

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.incidents.model import Incident, IncidentMember


def add(session: Session, incident: Incident, user_id: str) -> None:
    """Make a person a member, once."""
    if session.get(IncidentMember, (incident.id, user_id)) is None:
        session.add(IncidentMember(incident_id=incident.id, user_id=user_id))


def remove(session: Session, incident: Incident, user_id: str) -> None:
    """A person is a member no longer."""
    session.execute(
        delete(IncidentMember).where(IncidentMember.incident_id == incident.id, IncidentMember.user_id == user_id)
    )


def replace(session: Session, incident: Incident, user_ids: set[str]) -> None:
    """Make exactly these people members: those of the channel."""
    present = set(session.scalars(select(IncidentMember.user_id).where(IncidentMember.incident_id == incident.id)))
    for user_id in sorted(present - user_ids):
        remove(session, incident, user_id)
    for user_id in sorted(user_ids - present):
        add(session, incident, user_id)


def may_see(user_id: str) -> ColumnElement[bool]:
    """The condition under which a person may see a SEV, for queries."""
    own = select(IncidentMember.incident_id).where(IncidentMember.user_id == user_id)
    return or_(Incident.is_private.is_(False), Incident.id.in_(own))


def by_number(session: Session, number: int, *, user_id: str, lock: bool = False) -> Incident:
    """The SEV of that number. Raises `Refused` alike whether there is none, or the person may not see it."""
    query = select(Incident).where(Incident.number == number, may_see(user_id))
    incident = session.scalars(_locked(query) if lock else query).one_or_none()
    if incident is None:
        raise Refused(f"There is no SEV-{number} that you can see. `/sev list` shows what there is.")
    return incident


def by_channel(session: Session, channel_id: str | None, *, user_id: str, lock: bool = False) -> Incident | None:
    """The SEV whose channel this is, or None. Whoever acts in a channel is in it, so they are made a member."""
    if channel_id is None:
        return None
    query = select(Incident).where(Incident.channel_id == channel_id)
    incident = session.scalars(_locked(query) if lock else query).one_or_none()
    if incident is not None and incident.is_private and lock:
        add(session, incident, user_id)
    return incident


def lock(session: Session, incident_id: int) -> Incident:
    """The SEV with its row locked: the first step of every transaction that writes anything of it."""
    return session.scalars(_locked(select(Incident).where(Incident.id == incident_id))).one()


def _locked(query: Select[Incident]) -> Select[Incident]:
    return query.with_for_update(of=Incident).execution_options(populate_existing=True)
