"""Finding out what came before a SEV, and saying it once in its channel."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.errors import Temporary
from bot.incidents import lifecycle, membership
from bot.incidents.model import Incident
from bot.incidents.reading import CardLines, incident_of, where_lines_go
from bot.incidents.surfaces import show_card
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.remediation import prevention, prevention_views, surfaces
from bot.remediation.days import today_for
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack

Earlier = dict[int, str | None]


class PreventionDeliveries:
    """The kinds of this part of the room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        on_trouble = show_trouble(self._settings)
        self._kinds.add(
            Kind(
                name=surfaces.RECALL,
                nature=Nature.IDEMPOTENT,
                label="Find what came before",
                load=self._find,
                send=self._pass_on,
                record=self._remember,
                on_trouble=on_trouble,
            ),
            posts.kind(
                self._slack, surfaces.SAY_KNOWN, "Say what is open from before", self._load, on_trouble=on_trouble
            ),
        )

    def _find(self, session: Session, message: OutboxMessage) -> Earlier:
        return prevention.find_earlier(session, self._settings.current, incident_of(session, message))

    def _pass_on(self, found: Earlier, _attempt: Attempt) -> Result:
        return {"found": found}

    def _remember(self, session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        prevention.remember(session, incident, result["found"])
        if prevention.recurrence_of(session, incident) is not None:
            show_card(session, incident)
            if not incident.is_quiet and lifecycle.is_open(self._settings.current, incident):
                surfaces.say_known(session, incident)

    def _load(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        recurrence = prevention.recurrence_of(session, incident)
        if recurrence is None:
            return Skip("nothing is open any more from before")
        place = where_lines_go(session, incident)
        if place is None:
            raise Temporary("no_place_yet", "there is neither a channel nor an announcement")
        config = self._settings.current
        text = prevention_views.said(recurrence, config, today_for(session, config, None, now=self._clock.now()))
        return posts.draft_for(
            session, message, channel_id=place[0], thread_ts=place[1], text=text, blocks=[kit.section(text)]
        )


def card_lines(settings: Settings, clock: Clock) -> CardLines:
    """What the card of an open SEV says of what is open from before."""

    def lines(session: Session, incident: Incident) -> list[str]:
        config = settings.current
        recurrence = prevention.recurrence_of(session, incident) if lifecycle.is_open(config, incident) else None
        if recurrence is None:
            return []
        return [prevention_views.card_line(recurrence, config, today_for(session, config, None, now=clock.now()))]

    return lines
