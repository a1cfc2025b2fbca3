"""What this room asks of Slack, what a message says; and what it says there, an item, in the thread of its message."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.directory import people
from bot.directory.people import Standing, standing_of
from bot.errors import Permanent
from bot.incidents import membership
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.remediation import item_views, surfaces, tagging
from bot.remediation.model import ActionItem
from bot.slack import posts
from bot.slack.client import Slack
from bot.timeline.deliveries import NO_MESSAGE, UNKNOWABLE, Address, message_at
from bot.timeline.said import read


@dataclass(frozen=True)
class Look:
    """A message to be looked at, and somebody who is to be met first, if nobody knows them."""

    address: Address
    stranger: str | None


class ItemDeliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, settings: Settings, kinds: Kinds) -> None:
        self._slack = slack
        self._settings = settings
        self._kinds = kinds

    def register(self) -> None:
        """Add every kind to the table."""
        self._kinds.add(
            Kind(
                name=surfaces.SHOW,
                nature=Nature.FINDABLE,
                label="Show an action item",
                load=self._load,
                send=self._show,
                record=self._record,
                on_trouble=show_trouble(self._settings),
                remove_copies=self._remove_copies,
                overwrites=True,
            ),
            Kind(
                name=surfaces.LOOK,
                nature=Nature.IDEMPOTENT,
                label="Look at a message for an action item",
                load=self._load_look,
                send=self._look,
                record=self._record_look,
                on_trouble=show_trouble(self._settings),
            ),
        )

    def _load_look(self, session: Session, message: OutboxMessage) -> Look:
        user_id = str(message.arguments["user"])
        is_stranger = standing_of(session, user_id) is Standing.UNKNOWN
        address = Address(message.arguments["channel"], message.arguments["ts"])
        return Look(address, user_id if is_stranger else None)

    def _look(self, look: Look, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        stranger = None
        if look.stranger:
            try:
                stranger = calls.call("users.info", user=look.stranger)["user"]
            except Permanent as error:
                if error.code not in UNKNOWABLE:
                    raise
        return {"stranger": stranger, "message": message_at(calls, look.address)}

    def _record_look(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        incident, config = membership.lock(session, message.subject_id), self._settings.current
        asked = message.arguments
        if result["stranger"]:
            people.remember(session, result["stranger"], self._slack.identity(), now=now)
        if result["message"] is None:
            tagging.gone(
                session, incident, asked["channel"], asked["ts"], user_id=asked["user"], config=config, now=now
            )
            return
        said, reactions = read(asked["channel"], result["message"]), result["message"].get("reactions") or []
        tagging.believe(
            session, incident, said, reactions, user_id=asked["user"], is_added=asked["is_added"], config=config, now=now
        )  # fmt: skip

    def _load(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        incident = incident_of(session, message)
        item = session.get(ActionItem, message.arguments["item"])
        if item is None or item.source_channel is None or item.source_channel != incident.working_channel:
            return Skip("its message is not in the SEV's channel any more")
        return posts.draft_for(
            session, message, channel_id=item.source_channel, thread_ts=item.source_thread or item.source_ts,
            text=item_views.thread_text(item), blocks=item_views.in_thread(item, self._settings.current),
        )  # fmt: skip

    def _show(self, draft: posts.Draft, attempt: Attempt) -> Result:
        try:
            return posts.put(self._slack, draft, attempt)
        except Permanent as error:
            if error.code not in NO_MESSAGE:
                raise
            return {}  # the message was deleted meanwhile, its thread with it

    def _record(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        if result:
            membership.lock(session, message.subject_id)
            posts.remember(session, message, result)

    def _remove_copies(self, draft: posts.Draft, attempt: Attempt) -> None:
        try:
            posts.remove_copies(self._slack, draft, attempt)
        except Permanent as error:
            if error.code not in NO_MESSAGE:
                raise
