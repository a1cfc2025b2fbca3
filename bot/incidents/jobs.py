"""What the loop does with SEVs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import lifecycle, surfaces
from bot.incidents.model import Incident


def reconcile_open(session: Session, config: Config) -> None:
    """Ask for a look at the channel of every open SEV: events may have been missed."""
    query = select(Incident).where(
        Incident.status.in_(lifecycle.open_statuses(config)), Incident.channel_id.is_not(None)
    )
    for incident in session.scalars(query):
        surfaces.reconcile(session, incident)
