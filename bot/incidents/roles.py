"""The roles people hold in a SEV."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import COMMANDER
from bot.incidents.model import Incident, RoleHolder


def holders(session: Session, incident: Incident) -> dict[str, str]:
    """Who holds which role, by the role's key."""
    query = select(RoleHolder.role, RoleHolder.user_id).where(RoleHolder.incident_id == incident.id)
    return {row.role: row.user_id for row in session.execute(query)}


def commander_of(session: Session, incident: Incident) -> str | None:
    """The incident commander, or None while nobody is in command."""
    return holders(session, incident).get(COMMANDER)
