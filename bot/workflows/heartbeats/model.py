"""What jobs said of themselves last: one row for each heartbeat that was ever heard of."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base
from bot.workflows.counts.model import KEY_LIMIT

SAID_LIMIT = 1000


class Trouble(StrEnum):
    """What is wrong with a heartbeat, until its next success."""

    NONE = ""
    LATE = "late"
    """It was to be heard of, and was not."""
    HANGS = "hangs"
    """It said that it began, and not that it ended."""
    FAILS = "fails"
    """It said that it failed."""


class HeartbeatRow(Base):
    """One heartbeat. Whoever changes it locks its row first, and its problem's only after that."""

    __tablename__ = "heartbeats"

    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    pinged_at: Mapped[datetime]
    """When it was heard of last, whatever it said."""
    good_at: Mapped[datetime | None]
    """When it succeeded last."""
    started_at: Mapped[datetime | None]
    """When the run began that goes on; None: none does, as far as it said."""
    failed_at: Mapped[datetime | None]
    exit_code: Mapped[int | None]
    """With which it failed last; None: it gave none."""
    took_seconds: Mapped[float | None]
    """How long the last run took that said when it began."""
    said: Mapped[str] = mapped_column(Text, default="")
    """The end of the text it sent last."""
    trouble: Mapped[str] = mapped_column(String(8), default=Trouble.NONE)
    since: Mapped[datetime | None]
    """Since when that is wrong."""
    told: Mapped[str] = mapped_column(String(8), default=Trouble.NONE)
    """What of it is told as a problem."""
    has_failed: Mapped[bool] = mapped_column(default=False)
    """Whether it failed since it was looked at last: that is told even where a success came at once."""
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to look at it again; None: not before it is heard of."""


class HeartbeatWatch(Base):
    """Since when somebody listens: one row for all replicas."""

    __tablename__ = "heartbeat_watches"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    up_since: Mapped[datetime]
    """Business time. What was to be heard before may have been said to nobody."""
    looked_at: Mapped[datetime]
    """Machine time."""
