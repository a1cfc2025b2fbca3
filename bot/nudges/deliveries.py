"""How reminders get to Slack: each is read and rendered when its turn comes, and not said if it does not hold any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.errors import Permanent, Temporary
from bot.nudges import service, views
from bot.nudges.model import Nudge, Progress
from bot.nudges.showing import Showing
from bot.nudges.standing import standing_of
from bot.nudges.subjects import AllSubjects
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import posts
from bot.slack.client import Slack


@dataclass(frozen=True)
class Reminder:
    """A message to be posted, and which rows of the ledger it says."""

    draft: posts.Draft
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """What a message that was posted shows from now on."""

    channel_id: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]


class NudgeDeliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, subjects: AllSubjects) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._subjects = subjects
        self._shown = Showing(clock, settings, subjects)

    def register(self, kinds: Kinds) -> None:
        """Add every kind to the table."""
        refresh = Kind(
            name=service.REFRESH, nature=Nature.IDEMPOTENT, label="Bring a reminder up to date",
            load=self._load_change, send=self._change, on_trouble=self._on_trouble, overwrites=True,
        )  # fmt: skip
        kinds.add(
            self._post(service.DIRECT, "Remind somebody", self._load_direct),
            self._post(service.POST, "Remind the channel", self._load_post),
            refresh,
        )

    def _post(self, name: str, label: str, load: Callable[[Session, OutboxMessage], Reminder | Skip]) -> Kind[Reminder]:
        return Kind(
            name=name, nature=Nature.FINDABLE, label=label, load=load, send=self._put, record=self._record,
            on_trouble=self._on_trouble,
            remove_copies=lambda reminder, attempt: posts.remove_copies(self._slack, reminder.draft, attempt),
        )  # fmt: skip

    def _on_trouble(self, session: Session, message: OutboxMessage) -> None:
        self._subjects.of(message.subject).on_trouble(session, message)

    def _load_direct(self, session: Session, message: OutboxMessage) -> Reminder | Skip:
        return self._reminder(session, message, channel_id="", users=(message.audience,))

    def _load_post(self, session: Session, message: OutboxMessage) -> Reminder | Skip:
        place = self._subjects.of(message.subject).place(session, message.subject)
        if place is None:
            raise Temporary("no_place_yet", "there is neither a channel nor a thread")
        return self._reminder(session, message, channel_id=place[0], thread_ts=place[1])

    def _reminder(self, session: Session, message: OutboxMessage, **where: Any) -> Reminder | Skip:
        """What holds of it now. What was posted already (a second look) is shown as it stands."""
        rows = _rows(session, message.key)
        if session.get(posts.Post, message.key) is None:
            config, now = self._settings.current.nudges, self._clock.now()
            standings = standing_of(session, rows, subjects=self._subjects, config=config, now=now)
            reasons = [standings[row.id].reason for row in rows]
            rows = [row for row, reason in zip(rows, reasons, strict=True) if reason is None]
            if not rows:
                return Skip(f"not said: {', '.join(dict.fromkeys(str(each) for each in reasons))}")
        items = [self._shown.item(session, row) for row in rows]
        draft = posts.draft_for(session, message, text=views.message_text(items), blocks=views.message(items), **where)
        return Reminder(draft, tuple(row.id for row in rows))

    def _put(self, reminder: Reminder, attempt: Attempt) -> Result:
        return posts.put(self._slack, reminder.draft, attempt) | {"rows": reminder.rows}

    def _record(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        """Stamp as delivered what Slack confirmed, and nothing else: the rest of it is decided anew."""
        query = select(Nudge).where(Nudge.outbox_key == message.key).order_by(Nudge.id).with_for_update()
        for row in session.scalars(query):
            if row.id in result["rows"]:
                row.progress, row.delivered_at = Progress.DELIVERED, row.delivered_at or now
            else:
                row.progress = Progress.DROPPED
        posts.remember(session, message, result)

    def _load_change(self, session: Session, message: OutboxMessage) -> Change | Skip:
        key = message.arguments["of"]
        post = session.get(posts.Post, key)
        rows = [row for row in _rows(session, key, shown=True) if row.delivered_at is not None]
        if post is None or not rows:
            return Skip("it was not said")
        if rows[0].is_daily:
            text, blocks = self._shown.day(session, rows[0].audience, rows)
        else:
            items = [self._shown.item(session, row) for row in rows]
            text, blocks = views.message_text(items), views.message(items)
        token = session.scalar(select(OutboxMessage.token).where(OutboxMessage.key == key))
        blocks[0] = {**blocks[0], "block_id": token or message.token}  # by which a second copy is known
        return Change(post.channel_id, post.ts, text, blocks)

    def _change(self, change: Change, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        try:
            calls.call("chat.update", channel=change.channel_id, ts=change.ts, text=change.text, blocks=change.blocks)
        except Permanent as error:
            if error.code not in posts.NOT_EDITABLE:
                raise
        return {}


def _rows(session: Session, key: str, *, shown: bool = False) -> list[Nudge]:
    """The rows a message says; `shown` leaves out those that it only counts."""
    query = select(Nudge).where(Nudge.outbox_key == key).order_by(Nudge.place, Nudge.id)
    return list(session.scalars(query.where(or_(~Nudge.is_daily, Nudge.place.is_not(None))) if shown else query))
