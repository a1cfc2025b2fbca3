"""What action items add to the surfaces of other rooms: a SEV's card, and Home."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.incidents.home import HomeSection
from bot.incidents.model import Incident
from bot.incidents.reading import CardLines
from bot.remediation import item_views, reading
from bot.remediation.days import today_for
from bot.remediation.drafts import Owner
from bot.remediation.reading import Wanted
from bot.slack import blocks as kit
from bot.slack.blocks import Block


def card_lines(settings: Settings, clock: Clock) -> CardLines:
    """What a SEV's card says of its items."""

    def lines(session: Session, incident: Incident) -> list[str]:
        today = today_for(session, settings.current, None, now=clock.now())
        line = item_views.card_line(reading.count_of(session, incident, today=today))
        return [line] if line else []

    return lines


def card_buttons(incident: Incident) -> Sequence[Any]:
    """What can be done about items from a SEV's card."""
    return [kit.button("Action item…", item_views.OPEN_ADD, value=str(incident.number))]


def home_section(settings: Settings, clock: Clock) -> HomeSection:
    """What somebody owes, and how much their teams do."""

    def section(session: Session, user_id: str) -> list[Block]:
        config = settings.current
        today = today_for(session, config, user_id, now=clock.now())
        mine = Wanted(owner=Owner(user=user_id))
        page = reading.page_of(session, mine, reader=user_id, today=today, size=item_views.MOST_AT_HOME)
        teams = {
            owner.team or "": reading.count_of_owner(session, owner, today=today, reader=user_id)
            for owner in reading.owners_of(config, user_id)[1:]
        }
        return item_views.at_home(page, teams, config, today=today)

    return section
