"""The ledger of reminders, and what people asked of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

REASON_LIMIT = 300


class Progress(StrEnum):
    """How far a row of the ledger has come."""

    NOTED = "noted"
    """A decision not to remind."""
    WAITING = "waiting"
    """Decided, and not handed to the outbox yet: reminders to one person are gathered."""
    ASKED = "asked"
    """The outbox has it."""
    DELIVERED = "delivered"
    """Slack confirmed it (a page: it was handed to paging)."""
    DROPPED = "dropped"
    """It was not said, since it was not true or not allowed any more when its turn came. It is decided anew."""
    FAILED = "failed"
    """The outbox gave it up."""


class NudgeWatch(Base):
    """A subject that may need a reminder, and when to look at it next (business time)."""

    __tablename__ = "nudge_watches"

    subject: Mapped[str] = mapped_column(String(100), primary_key=True)
    look_at: Mapped[datetime] = mapped_column(index=True)


class NudgeLook(Base):
    """That every subject is looked at again, since other settings are in force: the newest row is the only one."""

    __tablename__ = "nudge_looks"

    settings: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A fingerprint of them."""
    looked_to: Mapped[str | None] = mapped_column(String(100))
    """Up to which subject; None: all of them."""


class NudgePause(Base):
    """Somebody asked for silence about a subject: by one rule, or (empty) by all; until a time, or (None) until its end."""

    __tablename__ = "nudge_pauses"

    subject: Mapped[str] = mapped_column(String(100), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT), default="")


class Nudge(Base):
    """One decision: to remind somebody, or not to, where that is news."""

    __tablename__ = "nudges"
    __table_args__ = (
        Index("ix_nudges_subject_decided_at", "subject", "decided_at"),
        Index("ix_nudges_audience_decided_at", "audience", "decided_at"),
        Index("ix_nudges_progress", "progress"),
        Index("ix_nudges_ended_at", "ended_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Which reminder it is: unique for ever, so that it is decided once. None for a decision not to remind."""
    rule: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(100))
    case_key: Mapped[str] = mapped_column(String(64))
    step: Mapped[int]
    audience: Mapped[str] = mapped_column(String(64))
    """A person's id, `channel`, `page` or `team:payments`; empty where there is nobody."""
    is_daily: Mapped[bool] = mapped_column(default=False)
    """Whether it waits to be said with all else that its audience is told once a day."""
    place: Mapped[int | None]
    """Which line of such a message it is, counted from 1; None where the message only counts it."""
    reason: Mapped[str] = mapped_column(String(20))
    progress: Mapped[str] = mapped_column(String(10))
    outbox_key: Mapped[str | None] = mapped_column(String(200), index=True)
    decided_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    acted_by: Mapped[str | None] = mapped_column(String(32))
    acted_how: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[datetime | None]
    """When its case ended."""
