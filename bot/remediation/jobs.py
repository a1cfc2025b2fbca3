"""What this room does again and again."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import inbound
from bot.config import Config
from bot.incidents import surfaces
from bot.incidents.model import Incident
from bot.remediation import reading
from bot.remediation.days import today_for

SOURCE = "remediation.day"
LOOK_BACK = timedelta(days=3)
"""How long ago the last look may have been: a bot that was away for a weekend still finds what turned late meanwhile."""
CARDS_AT_ONCE = 200


def show_overdue(session: Session, config: Config, *, now: datetime) -> None:
    """Show the cards of SEVs anew that have items which turned overdue since yesterday: nobody did anything, a day ended."""
    today = today_for(session, config, None, now=now)
    shown = 0
    for incident_id in reading.turned_overdue(session, since=today - LOOK_BACK, today=today):
        if not inbound.is_new(session, SOURCE, f"{incident_id}:{today.isoformat()}", now=now):
            continue
        surfaces.show_card(session, session.get_one(Incident, incident_id))
        shown += 1
        if shown == CARDS_AT_ONCE:  # the others are next, since these are known by then
            return
