"""What people do to messages that are items, or that they want to be: as Slack's events tell it."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.config import Settings
from bot.incidents import membership
from bot.remediation import tagging
from bot.remediation.model import ActionItem
from bot.slack.events import Event, EventRule
from bot.timeline import capture


class ItemEvents:
    """The rules of this room."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rules(self) -> tuple[EventRule, ...]:
        """The rules, for the fan-out."""
        return (
            EventRule(
                types=frozenset({"reaction_added", "reaction_removed"}), concerns=self._is_tag, apply=self._reacted
            ),
            EventRule(types=frozenset({"message"}), concerns=_is_deletion, apply=self._deleted),
            EventRule(types=frozenset({"channel_id_changed"}), concerns=lambda _event: True, apply=self._moved),
        )

    def _is_tag(self, event: Event) -> bool:
        return "ts" in (event.get("item") or {}) and tagging.is_tag(self._settings.current, event["reaction"])

    def _reacted(self, session: Session, event: Event, now: datetime) -> bool:
        item = event["item"]
        incident = capture.of_channel(session, item["channel"])
        if incident is None:
            return False
        is_added = event["type"] == "reaction_added"
        tagging.look(session, incident, item["channel"], item["ts"], event["user"], is_added=is_added)
        return True

    def _deleted(self, session: Session, event: Event, now: datetime) -> bool:
        channel_id, ts = event["channel"], event["deleted_ts"]
        found = tagging.of_message_anywhere(session, channel_id, ts)
        for incident_id in found:
            incident = membership.lock(session, incident_id)
            author = str((event.get("previous_message") or {}).get("user") or "sevbot")
            tagging.gone(session, incident, channel_id, ts, user_id=author, config=self._settings.current, now=now)
        return bool(found)

    def _moved(self, session: Session, event: Event, now: datetime) -> bool:
        """The channel has another id from now on: its messages are found under it."""
        old, new = event["old_channel_id"], event["new_channel_id"]
        session.execute(update(ActionItem).where(ActionItem.source_channel == old).values(source_channel=new))
        return True


def _is_deletion(event: Event) -> bool:
    return event.get("subtype") == "message_deleted"
