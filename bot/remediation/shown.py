"""What action items add to the surfaces of other rooms: a SEV's card, and Home."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.incidents.model import Incident
from bot.incidents.reading import CardLines
from bot.remediation import item_views, reading
from bot.remediation.days import today_for


def card_lines(settings: Settings, clock: Clock) -> CardLines:
    """What a SEV's card says of its items."""

    def lines(session: Session, incident: Incident) -> list[str]:
        today = today_for(session, settings.current, None, now=clock.now())
        line = item_views.card_line(reading.count_of(session, incident, today=today))
        return [line] if line else []

    return lines
