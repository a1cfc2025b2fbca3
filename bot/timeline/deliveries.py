"""What capturing asks of Slack: who reacted, what a tagged message says; and what it says in the message's thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.directory import people
from bot.errors import Permanent
from bot.incidents import membership
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import posts
from bot.slack.client import Calls, Slack
from bot.timeline import capture, forms, surfaces, tagging
from bot.timeline.memory import Memory
from bot.timeline.model import Tag
from bot.timeline.said import Json, read
from bot.timeline.tagging import Ground

UNKNOWABLE = frozenset({"user_not_found", "user_not_visible"})
"""Somebody whom Slack does not show to the bot, so not one of this workspace."""
NO_MESSAGE = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})


@dataclass(frozen=True)
class Address:
    """A message of which nothing else is known."""

    channel_id: str
    ts: str


class CaptureDeliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, kinds: Kinds, memory: Memory) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._kinds = kinds
        self._memory = memory

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.MEET,
                nature=Nature.IDEMPOTENT,
                label="Ask who reacted",
                load=self._load_person,
                send=self._ask_who,
                record=self._record_person,
                on_trouble=show_trouble(self._settings),
            ),
            Kind(
                name=surfaces.FETCH,
                nature=Nature.IDEMPOTENT,
                label="Read a message for the timeline",
                load=self._load_address,
                send=self._fetch,
                record=self._record_message,
                on_trouble=show_trouble(self._settings),
            ),
            Kind(
                name=surfaces.CONFIRM,
                nature=Nature.FINDABLE,
                label="Confirm a timeline entry",
                load=self._load_confirmation,
                send=self._confirm,
                record=self._record_confirmation,
                on_trouble=show_trouble(self._settings),
                remove_copies=self._remove_copies,
                overwrites=True,
            ),
            Kind(
                name=surfaces.UPDATE_CONFIRMATION,
                nature=Nature.IDEMPOTENT,
                label="Update a confirmation",
                load=self._load_update,
                send=self._confirm,
                on_trouble=show_trouble(self._settings),
                overwrites=True,
            ),
        )

    @property
    def _ground(self) -> Ground:
        return Ground(self._settings.current, self._memory, self._slack.permalink)

    def _load_person(self, session: Session, message: OutboxMessage) -> str:
        return str(message.arguments["user"])

    def _ask_who(self, user_id: str, attempt: Attempt) -> Result:
        try:
            return {"user": self._slack.during(attempt).call("users.info", user=user_id)["user"]}
        except Permanent as error:
            if error.code not in UNKNOWABLE:
                raise
            return {}

    def _record_person(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        if "user" not in result:
            return
        incident = membership.lock(session, message.subject_id)
        people.remember(session, result["user"], self._slack.identity(), now=now)
        tagging.met(session, incident, message.arguments["user"], ground=self._ground, now=now)

    def _load_address(self, session: Session, message: OutboxMessage) -> Address | Skip:
        address = Address(message.arguments["channel"], message.arguments["ts"])
        tagged = select(Tag.user_id).where(
            Tag.incident_id == message.subject_id, Tag.channel_id == address.channel_id, Tag.ts == address.ts,
            Tag.is_present.is_(True),
        )  # fmt: skip
        is_tagged = session.scalars(tagged.limit(1)).first() is not None
        return address if is_tagged else Skip("nobody wants it on the timeline any more")

    def _fetch(self, address: Address, attempt: Attempt) -> Result:
        since = self._clock.now()
        return {"since": since, "message": message_at(self._slack.during(attempt), address)}

    def _record_message(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident = membership.lock(session, message.subject_id)
        channel_id, ts = message.arguments["channel"], message.arguments["ts"]
        if result["message"] is None:
            self._memory.forget(channel_id, ts)
            tagging.message_deleted(session, incident, channel_id, ts, now=now)
            return
        said = read(channel_id, result["message"])
        reactions = result["message"].get("reactions") or []
        tagging.believe(session, incident, said, reactions, since=result["since"], ground=self._ground, now=now)

    def _load_confirmation(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        ts = message.arguments["ts"]
        channel_id = incident.working_channel
        entry = capture.entry_of(session, incident, channel_id, ts) if channel_id else None
        if entry is None or capture.DELETED in entry.data:
            return Skip("its message is not in the SEV's channel any more")
        return posts.draft_for(session, message, channel_id=channel_id, **_content(incident, entry))

    def _load_update(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        post = session.get(posts.Post, surfaces.confirmation_key(incident, message.arguments["ts"]))
        entry = capture.entry_of(session, incident, post.channel_id, message.arguments["ts"]) if post else None
        if post is None or entry is None:
            return Skip("nothing was said in its thread")
        content = _content(incident, entry)
        return posts.draft_for(session, message, channel_id=post.channel_id, ts=post.ts, **content)

    def _confirm(self, draft: posts.Draft, attempt: Attempt) -> Result:
        try:
            return posts.put(self._slack, draft, attempt)
        except Permanent as error:
            if error.code not in NO_MESSAGE:
                raise
            return {}  # the message was deleted meanwhile, its thread with it

    def _record_confirmation(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        if result:
            membership.lock(session, message.subject_id)
            posts.remember(session, message, result)

    def _remove_copies(self, draft: posts.Draft, attempt: Attempt) -> None:
        try:
            posts.remove_copies(self._slack, draft, attempt)
        except Permanent as error:
            if error.code not in NO_MESSAGE:
                raise


def _content(incident: Incident, entry: TimelineEntry) -> dict[str, Any]:
    return {
        "thread_ts": entry.data.get("thread_ts") or entry.source_ts,
        "text": forms.confirmation_text(incident, entry),
        "blocks": forms.confirmation(incident, entry),
    }


def message_at(calls: Calls, address: Address) -> Json | None:
    """The message, with its reactions, wherever in its channel it is; None where it is gone. Raises `CallFailed`."""
    try:
        answer = calls.call("reactions.get", channel=address.channel_id, timestamp=address.ts, full=True)
    except Permanent as error:
        if error.code not in NO_MESSAGE:
            raise
        return None
    found: Json = answer["message"]
    return found
