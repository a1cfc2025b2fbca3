"""What this room says in Slack: an item, in the thread of the message it was made from."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.errors import Permanent
from bot.incidents import membership
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.remediation import item_views, surfaces
from bot.remediation.model import ActionItem
from bot.slack import posts
from bot.slack.client import Slack

NO_MESSAGE = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})


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
        )

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
