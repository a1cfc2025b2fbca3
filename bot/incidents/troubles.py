"""Where a delivery that failed, is late, or got through after that is shown: where somebody can see it and act."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.incidents import surfaces
from bot.incidents.reading import HIDDEN_STEPS, incident_of
from bot.outbox.model import OutboxMessage
from bot.slack import posts

TOLD_BY_MESSAGE = frozenset({surfaces.CARD, surfaces.INVITE})
"""What the declarer could not see on the card: that there is none, or that they are not in the channel."""


def show_trouble(settings: Settings) -> Callable[[Session, OutboxMessage], None]:
    """What every kind of this room does about its troubles; see `Kind.on_trouble`.

    The card shows all steps but its own. What it can't show, the declarer is told by direct message; a refused message
    shows on the card, and where there is no channel to work in, the announcements show it all. Nothing asks for itself.
    """

    def show(session: Session, message: OutboxMessage) -> None:
        incident = incident_of(session, message)
        was_told = session.get(posts.Post, surfaces.key(incident, "trouble")) is not None
        if message.kind != surfaces.TROUBLE and (message.kind in TOLD_BY_MESSAGE or was_told):
            surfaces.tell_trouble(session, incident)
        if message.kind not in (surfaces.CARD, *HIDDEN_STEPS):
            surfaces.show_card(session, incident)
        if incident.working_channel is None and message.kind != surfaces.ANNOUNCEMENT:
            surfaces.announce_at_once(session, incident, settings.current)

    return show
