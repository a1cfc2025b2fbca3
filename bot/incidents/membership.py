"""Who may see a SEV. Everybody may see a public one; a private one only its members, and it leaves no trace for others."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, delete, or_, select
from sqlalchemy.orm import Session, selectinload

from bot.errors import Refused
from bot.incidents.model import Incident, IncidentMember
from bot.outbox.announcements import announce

CHANGED = "incident.membership_changed"
"""What is announced of a person (`person:U123`) who may see a private SEV from now on, or no longer."""


def add(session: Session, incident: Incident, user_id: str) -> None:
    """Make a person a member, once."""
    if session.get(IncidentMember, (incident.id, user_id)) is None:
        session.add(IncidentMember(incident_id=incident.id, user_id=user_id))
        _announce(session, incident, user_id)


def remove(session: Session, incident: Incident, user_id: str) -> None:
    """A person is a member no longer."""
    session.execute(
        delete(IncidentMember).where(IncidentMember.incident_id == incident.id, IncidentMember.user_id == user_id)
    )
    _announce(session, incident, user_id)


def _announce(session: Session, incident: Incident, user_id: str) -> None:
    if incident.is_private:
        announce(session, CHANGED, f"person:{user_id}")


def replace(session: Session, incident: Incident, user_ids: set[str]) -> None:
    """Make exactly these people members: those of the channel."""
    present = set(session.scalars(select(IncidentMember.user_id).where(IncidentMember.incident_id == incident.id)))
    for user_id in sorted(present - user_ids):
        remove(session, incident, user_id)
    for user_id in sorted(user_ids - present):
        add(session, incident, user_id)


def is_visible_to(session: Session, incident: Incident, user_id: str) -> bool:
    """Whether a person may see a SEV."""
    return not incident.is_private or session.get(IncidentMember, (incident.id, user_id)) is not None


def may_see(user_id: str) -> ColumnElement[bool]:
    """The condition under which a person may see a SEV, for queries."""
    return or_(Incident.is_private.is_(False), _is_own(user_id))


def _is_own(user_id: str | BindParameter[Any]) -> ColumnElement[bool]:
    """Asked of each SEV by itself: a person may be a member of very many."""
    return (
        select(IncidentMember.user_id)
        .where(IncidentMember.incident_id == Incident.id, IncidentMember.user_id == user_id)
        .correlate(Incident)
        .exists()
    )


def _locked(query: Select[Incident]) -> Select[Incident]:
    return query.with_for_update(of=Incident).execution_options(populate_existing=True)


# Made once: they run at each visit, and making them costs more than running them.
_BY_NUMBER = (
    select(Incident)
    .where(Incident.number == bindparam("number"), or_(Incident.is_private.is_(False), _is_own(bindparam("user"))))
    .options(selectinload(Incident.workflows))
)
_BY_CHANNEL = (
    select(Incident).where(Incident.channel_id == bindparam("channel")).options(selectinload(Incident.workflows))
)
_BY_ID = select(Incident).where(Incident.id == bindparam("incident"))
_TO_CHANGE = {query: _locked(query) for query in (_BY_NUMBER, _BY_CHANNEL, _BY_ID)}


def seen_by(session: Session, number: int, *, user_id: str, lock: bool = False) -> Incident | None:
    """The SEV of that number; None alike whether there is none, or the person may not see it."""
    query = _TO_CHANGE[_BY_NUMBER] if lock else _BY_NUMBER
    return session.scalars(query, {"number": number, "user": user_id}).one_or_none()


def by_number(session: Session, number: int, *, user_id: str, lock: bool = False) -> Incident:
    """The SEV of that number. Raises `Refused` alike whether there is none, or the person may not see it."""
    incident = seen_by(session, number, user_id=user_id, lock=lock)
    if incident is None:
        raise Refused(
            f"There is no SEV-{number} that you can see. `/sev list` shows what there is. "
            f"If it is private, `/sev access SEV-{number} WHY` asks its people to let you in."
        )
    return incident


def by_channel(session: Session, channel_id: str | None, *, user_id: str, lock: bool = False) -> Incident | None:
    """The SEV whose channel this is, or None. Whoever acts in a channel is in it, so they are made a member."""
    if channel_id is None:
        return None
    query = _TO_CHANGE[_BY_CHANNEL] if lock else _BY_CHANNEL
    incident = session.scalars(query, {"channel": channel_id}).one_or_none()
    if incident is not None and incident.is_private and lock:
        add(session, incident, user_id)
    return incident


def by_subject(session: Session, subject: str) -> Incident:
    """The SEV that something is announced of (`incident:42`), for the rooms that react: who is told of it is theirs to ask."""
    return session.get_one(Incident, int(subject.rpartition(":")[2]))


def lock(session: Session, incident_id: int) -> Incident:
    """The SEV with its row locked: the first step of every transaction that writes anything of it."""
    return session.scalars(_TO_CHANGE[_BY_ID], {"incident": incident_id}).one()
