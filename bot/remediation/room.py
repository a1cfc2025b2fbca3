"""All that this room brings to the house, in one place: `house.py` puts it in its tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.incidents.home import HomeSection
from bot.incidents.model import Incident
from bot.incidents.reading import CardButtons, CardLines
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.remediation import (
    following,
    forms_slack,
    item_views,
    listing_slack,
    prevention_deliveries,
    shown,
    tagging,
    tracking_slack,
)
from bot.remediation import slack as typed
from bot.remediation.deliveries import ItemDeliveries
from bot.remediation.giving_deliveries import GivingDeliveries
from bot.remediation.prevention_deliveries import PreventionDeliveries
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms
from bot.timeline.memory import Memory
from bot.timeline.said import Json


class Remediation:
    """Action items on the house's ground."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, memory: Memory) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._lists = listing_slack.Listing(settings)
        self._filling = forms_slack.Filling(settings, memory)
        self._tracking = tracking_slack.TrackingListeners(settings)

    def commands(self) -> tuple[Command, ...]:
        """The verbs, in the order the help lists them."""
        acting = typed.Acting(self._settings, self._tracking.deeds())
        return (*typed.commands(acting, self._filling.by_command), *listing_slack.commands(self._lists))

    def listen(self, rooms: Rooms) -> None:
        """Attach the clicks and forms."""
        listing_slack.listen(rooms, self._lists)
        forms_slack.listen(rooms, self._filling)
        tracking_slack.listen(rooms, self._tracking)

    def reactions(self) -> dict[str, Reaction]:
        """What follows from which event."""
        return following.reactions(self._settings, self._clock)

    def card_lines(self) -> CardLines:
        """What a SEV's card says of its items, and of those that would have prevented it."""
        own = shown.card_lines(self._settings, self._clock)
        before = prevention_deliveries.card_lines(self._settings, self._clock)
        return lambda session, incident: [*before(session, incident), *own(session, incident)]

    def card_buttons(self) -> CardButtons:
        """What a SEV's card offers to do about items."""
        return shown.card_buttons

    def tray_buttons(self) -> Sequence[Any]:
        """What people can do about items wherever they are."""
        return (item_views.mine_button(),)

    def home_section(self) -> HomeSection:
        """What somebody finds at Home of what they owe."""
        return shown.home_section(self._settings, self._clock)

    def seen(self, session: Session, incident: Incident, channel_id: str, messages: Sequence[Json]) -> None:
        """Messages of a SEV's channel were read from Slack, since events about them may have been missed."""
        tagging.compare(session, incident, channel_id, messages, config=self._settings.current)

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        ItemDeliveries(self._slack, self._settings, kinds).register()
        GivingDeliveries(self._slack, self._settings).register(kinds)
        PreventionDeliveries(self._slack, self._clock, self._settings, kinds).register()
