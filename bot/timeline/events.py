"""What people do to messages of a SEV's channel, as Slack's events tell it."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.config import Settings
from bot.incidents import membership
from bot.incidents.model import TimelineEntry
from bot.slack.client import Slack
from bot.slack.events import Event, EventRule
from bot.timeline import capture, tagging
from bot.timeline.memory import Memory
from bot.timeline.model import Tag
from bot.timeline.said import moment, order, read
from bot.timeline.tagging import Ground, Reaction

REACTIONS = frozenset({"reaction_added", "reaction_removed"})
CHANGED, DELETED = "message_changed", "message_deleted"


class CaptureEvents:
    """The rules of this room. A plain message is only remembered, in memory; it costs no look at the database."""

    def __init__(self, slack: Slack, settings: Settings, memory: Memory) -> None:
        self._slack = slack
        self._settings = settings
        self._memory = memory

    def rules(self) -> tuple[EventRule, ...]:
        """The rules, for the fan-out."""
        return (
            EventRule(types=REACTIONS, concerns=self._is_tag, apply=self._reacted),
            EventRule(types=frozenset({"message"}), concerns=self._matters, apply=self._message, notice=self._remember),
            EventRule(types=frozenset({"member_joined_channel"}), concerns=self._is_somebody, apply=self._joined),
            EventRule(types=frozenset({"channel_id_changed"}), concerns=lambda _event: True, apply=self._moved),
        )

    @property
    def _ground(self) -> Ground:
        return Ground(self._settings.current, self._memory, self._slack.permalink)

    def _is_tag(self, event: Event) -> bool:
        return "ts" in (event.get("item") or {}) and tagging.is_tag(self._settings.current, event["reaction"])

    def _reacted(self, session: Session, event: Event, now: datetime) -> bool:
        item = event["item"]
        incident = capture.of_channel(session, item["channel"])
        if incident is None:
            return False
        reaction = Reaction(
            channel_id=item["channel"], ts=item["ts"], user_id=event["user"], name=event["reaction"],
            event_ts=event["event_ts"], is_added=event["type"] == "reaction_added",
        )  # fmt: skip
        return tagging.heard(session, incident, reaction, ground=self._ground, now=now)

    def _remember(self, event: Event) -> None:
        """Keep in memory what was said. The database is asked under the SEV's lock, and only afterwards."""
        if event.get("subtype") == DELETED:
            self._memory.forget(event["channel"], event["deleted_ts"])
        elif event.get("subtype") == CHANGED:
            self._memory.remember(read(event["channel"], event["message"]))
        elif "ts" in event and not event.get("hidden"):
            self._memory.remember(read(event["channel"], event))

    def _matters(self, event: Event) -> bool:
        """Whether it may change a timeline: an edit, a deletion, or a file."""
        if event.get("subtype") == CHANGED:
            return _edited(event["message"]) != _edited(event.get("previous_message") or {})
        return event.get("subtype") == DELETED or (bool(event.get("files")) and not self._is_own(event))

    def _message(self, session: Session, event: Event, now: datetime) -> bool:
        channel_id = event["channel"]
        if event.get("subtype") == DELETED:
            return self._deleted(session, channel_id, event["deleted_ts"], now)
        if event.get("subtype") == CHANGED:
            said = read(channel_id, event["message"])
            found = [membership.lock(session, each) for each in capture.incidents_about(session, channel_id, said.ts)]
            changes = [capture.follow_edit(session, incident, said, now=now) for incident in found]
            return any(changes)
        incident = capture.of_channel(session, channel_id)
        said = read(channel_id, event)
        return incident is not None and capture.shared(
            session, incident, said, permalink=self._slack.permalink, now=now
        )

    def _deleted(self, session: Session, channel_id: str, ts: str, now: datetime) -> bool:
        found = [membership.lock(session, each) for each in capture.incidents_about(session, channel_id, ts)]
        changes = [tagging.message_deleted(session, incident, channel_id, ts, now=now) for incident in found]
        return any(changes)

    def _is_own(self, event: Event) -> bool:
        identity = self._slack.identity()
        return event.get("user") == identity.user_id or event.get("bot_id") == identity.bot_id

    def _is_somebody(self, event: Event) -> bool:
        return "channel" in event and event.get("user") != self._slack.identity().user_id

    def _joined(self, session: Session, event: Event, now: datetime) -> bool:
        incident = capture.of_channel(session, event["channel"])
        at = moment(event["event_ts"]) if "event_ts" in event else now
        return incident is not None and capture.joined(session, incident, event["user"], at=at, now=now)

    def _moved(self, session: Session, event: Event, now: datetime) -> bool:
        """The channel has another id from now on: its messages are found under it."""
        old, new = event["old_channel_id"], event["new_channel_id"]
        session.execute(update(Tag).where(Tag.channel_id == old).values(channel_id=new))
        session.execute(update(TimelineEntry).where(TimelineEntry.source_channel == old).values(source_channel=new))
        return True


def _edited(message: Event) -> tuple[int, int]:
    return order(str((message.get("edited") or {}).get("ts") or ""))
