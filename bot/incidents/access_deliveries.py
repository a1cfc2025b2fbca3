"""What follows when somebody asked to be let into a private SEV: its people are shown the request, or nothing happens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.incidents import access
from bot.incidents.access import AccessRequest, Outcome
from bot.incidents.model import Incident
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.blocks import Block
from bot.slack.client import Slack
from bot.slack.text import channel as channel_mention
from bot.slack.text import mrkdwn, user

LET_IN_BUTTON = "incident.let_in"
DECLINE_BUTTON = "incident.decline"
NO_CHANNEL = Skip("the SEV has no channel at the moment")
LOOKED_INTO: Result = {}


@dataclass(frozen=True)
class Entrance:
    """Somebody to be let into a channel."""

    channel_id: str
    user_id: str


class AccessDeliveries:
    """The kinds around a request."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            Kind(
                name=access.CONSIDER,
                nature=Nature.IDEMPOTENT,
                label="Look into a request",
                load=lambda _session, message: message.subject_id,
                send=lambda _request, _attempt: LOOKED_INTO,
                record=self._consider,
            ),
            self._post(access.REQUEST, "Show a request to be let in", self._load_request),
            Kind(
                name=access.LET_IN,
                nature=Nature.IDEMPOTENT,
                label="Let somebody in",
                load=self._load_entrance,
                send=self._invite,
                on_trouble=show_trouble(self._settings),
            ),
            self._post(access.WELCOME, "Tell somebody that they were let in", self._load_welcome),
        )

    def _post(
        self, name: str, label: str, load: Callable[[Session, OutboxMessage], posts.Draft | Skip]
    ) -> Kind[posts.Draft]:
        return posts.kind(self._slack, name, label, load, on_trouble=show_trouble(self._settings))

    def _consider(self, session: Session, message: OutboxMessage, _result: Result, _now: datetime) -> None:
        request = session.get(AccessRequest, message.subject_id)
        if request is not None:
            access.consider(session, request)

    def _load_request(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, request = incident_of(session, message), self._request(session, message)
        if incident.working_channel is None:
            return NO_CHANNEL
        return posts.draft_for(
            session, message, channel_id=incident.working_channel, text=request_text(incident, request),
            blocks=request_blocks(incident, request),
        )  # fmt: skip

    def _load_entrance(self, session: Session, message: OutboxMessage) -> Entrance | Skip:
        channel = incident_of(session, message).working_channel
        return Entrance(channel, self._request(session, message).user_id) if channel else NO_CHANNEL

    def _invite(self, entrance: Entrance, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        calls.call("conversations.invite", channel=entrance.channel_id, users=entrance.user_id)
        return {}

    def _load_welcome(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident, request = incident_of(session, message), self._request(session, message)
        if incident.channel_id is None:
            return NO_CHANNEL
        text = f":door: You were let into {incident.name}: {channel_mention(incident.channel_id)}."
        return posts.draft_for(
            session, message, channel_id="", users=(request.user_id,), text=text, blocks=[kit.section(text)]
        )

    def _request(self, session: Session, message: OutboxMessage) -> AccessRequest:
        return session.get_one(AccessRequest, message.arguments["request"])


def request_text(incident: Incident, request: AccessRequest) -> str:
    """What the people of a SEV are told: who asks, and what became of it."""
    decided = user(request.decided_by) if request.decided_by else ""
    sentences: dict[str, str] = {
        Outcome.LET_IN: f"asked to be let into {incident.name}. {decided} let them in.",
        Outcome.DECLINED: f"asked to be let into {incident.name}. {decided} declined; they were not told.",
        Outcome.EXPIRED: f"asked to be let into {incident.name}. Nobody answered within a day; they were not told.",
    }
    return f":door: {user(request.user_id)} {sentences.get(request.outcome, f'asks to be let into {incident.name}.')}"


def request_blocks(incident: Incident, request: AccessRequest) -> list[Block]:
    """The request in the channel, with its buttons as long as it waits."""
    why = f"\n>{mrkdwn(request.reason, 1500)}" if request.reason else ""
    shown: list[Block] = [kit.section(f"{request_text(incident, request)}{why}")]
    if request.outcome == Outcome.OPEN:
        value = f"{incident.number}:{request.id}"
        buttons: list[Any] = [
            kit.button("Let them in", LET_IN_BUTTON, value=value, style="primary"),
            kit.button("Decline", DECLINE_BUTTON, value=value),
        ]
        shown.append(kit.actions(buttons))
    return shown
