"""What Slack must show of a SEV, and how it gets there. Each kind reads the present state, renders it, and sends that."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.directory.channels import channel_id as known_channel
from bot.errors import Blame, Permanent, Temporary
from bot.incidents import membership, surfaces, update_views, views
from bot.incidents.calling import Invitation, invite_all
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.reading import CardButtons, CardLines, incident_of, picture, state_of, where_lines_go
from bot.incidents.superseding import superseded
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage, State
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.templates import Texts
from bot.slack.text import channel as channel_mention

log = logging.getLogger(__name__)

NO_CHANNEL = Skip("the SEV has no channel at the moment")


@dataclass(frozen=True)
class Pin:
    channel_id: str
    ts: str


@dataclass(frozen=True)
class Topic:
    channel_id: str
    text: str


@dataclass(frozen=True)
class Told:
    """One line for the declarer, where they declared it."""

    text: str
    blocks: list[dict[str, Any]]
    view_id: str | None
    response_url: str | None


class Deliveries:
    """The kinds of this room. It holds what they share: the gateway, the configuration, and the table of all kinds."""

    def __init__(
        self,
        slack: Slack,
        clock: Clock,
        settings: Settings,
        kinds: Kinds,
        texts: Texts,
        *,
        card_lines: Sequence[CardLines] = (),
        card_buttons: Sequence[CardButtons] = (),
    ) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._kinds = kinds
        self._texts = texts
        self._card_lines = card_lines
        self._card_buttons = card_buttons

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            self._kind(surfaces.INVITE, Nature.IDEMPOTENT, "Invite people", self._load_invite, self._invite),
            self._post(surfaces.CARD, "Show the card", self._load_card),
            self._kind(surfaces.PIN, Nature.IDEMPOTENT, "Pin the card", self._load_pin, self._pin),
            replace(
                self._kind(surfaces.TOPIC, Nature.IDEMPOTENT, "Set the topic", self._load_topic, self._set_topic),
                overwrites=True,
            ),
            self._post(surfaces.ANNOUNCEMENT, "Announce it", self._load_announcement),
            self._post(surfaces.LINE, "Post a line", self._load_line),
            self._kind(surfaces.ANSWER, Nature.AT_MOST_ONCE, "Answer the declarer", self._load_answer, self._answer),
        )

    def _kind(
        self,
        name: str,
        nature: Nature,
        label: str,
        load: Callable[[Session, OutboxMessage], Any],
        send: Callable[[Any, Attempt], Result],
    ) -> Kind[Any]:
        return Kind(
            name=name, nature=nature, label=label, load=load, send=send, on_trouble=show_trouble(self._settings)
        )

    def _post(
        self, name: str, label: str, load: Callable[[Session, OutboxMessage], posts.Draft | Skip]
    ) -> Kind[posts.Draft]:
        return posts.kind(
            self._slack,
            name,
            label,
            load,
            record=self._remember,
            on_trouble=show_trouble(self._settings),
            overwrites=True,
        )

    def _remember(self, session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
        membership.lock(session, message.subject_id)
        posts.remember(session, message, result)

    def _picture(self, session: Session, incident: Incident) -> views.Picture:
        return picture(
            session, self._settings.current, self._kinds, incident, card_lines=self._card_lines,
            card_buttons=self._card_buttons,
        )  # fmt: skip

    def _load_invite(self, session: Session, message: OutboxMessage) -> Invitation | Skip:
        incident = incident_of(session, message)
        channel = incident.working_channel
        if channel is None:
            return NO_CHANNEL
        found = surfaces.audience_of(self._settings.current, incident)
        return Invitation(channel, found.people, found.groups)

    def _invite(self, invitation: Invitation, attempt: Attempt) -> Result:
        """Invite everybody who can be; who can't is told of on the card, and tried again with *Retry*."""
        came = invite_all(self._slack.during(attempt), invitation)
        for code in came.failed.values():
            raise Permanent(code, ", ".join(came.failed), blame=Blame.GONE)
        return {}

    def _load_card(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        channel = incident.working_channel
        if channel is None:
            return NO_CHANNEL
        return posts.draft_for(
            session,
            message,
            channel_id=channel,
            text=views.card_text(self._settings.current, incident),
            blocks=views.card(self._picture(session, incident)),
        )

    def _load_pin(self, session: Session, message: OutboxMessage) -> Pin | Skip:
        post = session.get(posts.Post, surfaces.key(incident_of(session, message), "card"))
        return Pin(post.channel_id, post.ts) if post else Skip("there is no card to pin")

    def _pin(self, pin: Pin, attempt: Attempt) -> Result:
        self._slack.during(attempt).call("pins.add", channel=pin.channel_id, timestamp=pin.ts)
        return {}

    def _load_topic(self, session: Session, message: OutboxMessage) -> Topic | Skip:
        incident = incident_of(session, message)
        channel = incident.working_channel
        if channel is None:
            return NO_CHANNEL
        return Topic(channel, views.topic(self._settings.current, incident))

    def _set_topic(self, topic: Topic, attempt: Attempt) -> Result:
        self._slack.during(attempt).call("conversations.setTopic", channel=topic.channel_id, topic=topic.text)
        return {}

    def _load_announcement(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        return posts.draft_for(
            session,
            message,
            channel_id=known_channel(session, message.arguments["place"]),
            text=views.announcement_text(self._settings.current, incident),
            blocks=views.announcement(self._picture(session, incident)),
            join=True,
        )

    def _load_line(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        """A line goes to the SEV's channel; while there is none, to the thread of its first announcement."""
        incident = incident_of(session, message)
        place = where_lines_go(session, incident)
        if place is None:
            raise Temporary("no_place_yet", "there is neither a channel nor an announcement")
        entry = session.get_one(TimelineEntry, message.arguments["entry"])
        skip = superseded(
            session, message, entry, lambda each: surfaces.line_key(incident, each.id), now=self._clock.now()
        )
        if skip:
            return skip
        text = views.line(self._settings.current, incident, entry, self._texts)
        blocks = update_views.said(self._settings.current, entry) if entry.kind == "update" else [kit.section(text)]
        return posts.draft_for(session, message, channel_id=place[0], thread_ts=place[1], text=text, blocks=blocks)

    def _load_answer(self, session: Session, message: OutboxMessage) -> Told | Skip:
        incident = incident_of(session, message)
        if not message.arguments:
            return Skip("the time to answer there is over")
        if incident.channel_id:
            invited = " You are invited." if state_of(session, surfaces.key(incident, "invite")) == State.SENT else ""
            text = f"{incident.name} has its channel: {channel_mention(incident.channel_id)}.{invited}"
        else:
            text = f"{incident.name} is declared, but its channel could not be made yet. See Sevbot's direct message to you."
        return Told(
            text=text,
            blocks=[kit.section(text)],
            view_id=message.arguments.get("view_id"),
            response_url=message.arguments.get("response_url"),
        )

    def _answer(self, told: Told, attempt: Attempt) -> Result:
        try:
            if told.view_id:
                view = kit.modal("incident.declared", "SEV declared", told.blocks, submit=None, close="Close")
                self._slack.during(attempt).call("views.update", view_id=told.view_id, view=view)
            elif told.response_url:
                attempt.require_lease(self._slack.timeout.total_seconds())
                self._slack.respond(told.response_url, text=told.text, blocks=told.blocks)
        except Permanent as error:
            if error.blame is not Blame.GONE:
                raise
            # They closed the form: that is no fault, and nothing to try again.
            log.info("declarer.not_answered", extra={"error": str(error)})
        return {}
