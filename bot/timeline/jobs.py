"""What the loop does for timelines."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import lifecycle, membership
from bot.incidents.model import Incident
from bot.timeline import surfaces


def catch_up_open(session: Session, config: Config) -> None:
    """Ask for the channel of every open SEV to be read: events may have been missed."""
    query = select(Incident).where(lifecycle.open_now(config), Incident.channel_id.is_not(None))
    for incident in session.scalars(query):
        surfaces.catch_up(session, incident)


def catch_up_one(session: Session, subject: str) -> None:
    """Ask for one SEV's channel to be read, which can be used again, or is worked in again."""
    surfaces.catch_up(session, membership.by_subject(session, subject))
