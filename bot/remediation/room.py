"""All that this room brings to the house, in one place: `house.py` puts it in its tables."""

from bot.clock import Clock
from bot.config import Settings
from bot.incidents.reading import CardLines
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.remediation import following, listing_slack, shown, tracking_slack
from bot.remediation import slack as typed
from bot.remediation.deliveries import ItemDeliveries
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms


class Remediation:
    """Action items on the house's ground."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._lists = listing_slack.Listing(settings)
        self._tracking = tracking_slack.TrackingListeners(settings)

    def commands(self) -> tuple[Command, ...]:
        """The verbs, in the order the help lists them."""
        return (
            *typed.commands(typed.Acting(self._settings, self._tracking.deeds())),
            *listing_slack.commands(self._lists),
        )

    def listen(self, rooms: Rooms) -> None:
        """Attach the clicks and forms."""
        listing_slack.listen(rooms, self._lists)
        tracking_slack.listen(rooms, self._tracking)

    def reactions(self) -> dict[str, Reaction]:
        """What follows from which event."""
        return following.reactions(self._settings, self._clock)

    def card_lines(self) -> CardLines:
        """What a SEV's card says of its items."""
        return shown.card_lines(self._settings, self._clock)

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        ItemDeliveries(self._slack, self._settings, kinds).register()
