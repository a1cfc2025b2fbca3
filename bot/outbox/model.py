"""The outbox table: what Slack (or a pager, or a tracker) must still show, and what it was shown."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base


class Mode(StrEnum):
    LATEST = "latest"
    """A view of something that changes (a card). One row per key; asking again makes the same row due again."""
    ONCE = "once"
    """Something said once (an announcement). Its key is unique for ever: asking again adds nothing."""


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    AMBIGUOUS = "ambiguous"
    """An attempt's outcome is unknown: look whether it was done before doing it again."""
    SENT = "sent"
    SKIPPED = "skipped"
    """Not needed any more, for the reason in `last_error`."""
    DEAD = "dead"
    """Failed for good, as far as the bot can tell. Visible, and retried when a person asks (or at `revive_at`)."""


OPEN = (State.PENDING, State.SENDING, State.AMBIGUOUS)
IN_FLIGHT = text("state IN ('sending', 'ambiguous')")
UNDELIVERED = text("state IN ('pending', 'sending', 'ambiguous')")


class OutboxMessage(Base):
    """One side effect. It carries ids, never text: its kind reads the present state and renders that."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "uq_outbox_messages_lane_in_flight", "lane", unique=True, postgresql_where=IN_FLIGHT, sqlite_where=IN_FLIGHT
        ),
        Index("ix_outbox_messages_undelivered", "due_at", postgresql_where=UNDELIVERED, sqlite_where=UNDELIVERED),
        Index(
            "ix_outbox_messages_lane_undelivered", "lane", "id", postgresql_where=UNDELIVERED, sqlite_where=UNDELIVERED
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(100), index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    mode: Mapped[str] = mapped_column(String(8))
    lane: Mapped[str] = mapped_column(String(200))
    priority: Mapped[int] = mapped_column(default=0)
    after: Mapped[str | None] = mapped_column(String(200))
    after_any_end: Mapped[bool] = mapped_column(default=False)
    """Whether `after` may also have died: what is said then depends on how it ended."""
    state: Mapped[str] = mapped_column(String(10), default=State.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    sending_version: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[bool] = mapped_column(default=False)
    """Whether an earlier try may have had its effect: the next one looks for it first."""
    due_at: Mapped[datetime]
    """Machine time. When to look at the row next: for a row in flight, when its lease ends."""
    lease: Mapped[str | None] = mapped_column(String(32))
    token: Mapped[str] = mapped_column(String(32), default=lambda: uuid4().hex)
    """What a post carries so that it can be found again. It says nothing to anybody else."""
    last_error: Mapped[str | None] = mapped_column(String(300))
    """What people are shown of it: why it is late, failed or was skipped. A first failure is only logged."""
    rule: Mapped[str] = mapped_column(String(64), default="")
    audience: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime]
    """Business time of the change that asked for it."""
    queued_at: Mapped[datetime]
    """Machine time of the same moment."""
    confirmed_at: Mapped[datetime | None]
    """Business time at which the other side confirmed it."""
    revive_at: Mapped[datetime | None] = mapped_column(index=True)
    """Machine time at which a dead row is tried again by itself, since an operator may have mended what was wrong."""
    second_look_at: Mapped[datetime | None] = mapped_column(index=True)
    """Machine time at which to look for a second copy that a late answer may have left."""

    @property
    def subject_id(self) -> int:
        """The number in `incident:42`."""
        return int(self.subject.rpartition(":")[2])
