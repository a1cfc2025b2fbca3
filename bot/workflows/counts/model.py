"""How often workflows did well, by the minute, and its roll-ups by the hour and day; and what was found of each SLO.

Minutes, hours and days are whole numbers since 1970, in UTC: so they are compared, rounded and put together alike on both
engines. Nothing is kept of a minute nobody counted in: no count is not a count of nothing.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

KEY_LIMIT = 40
SOURCE_LIMIT = 60
WAY_LIMIT = 32
OCCURRENCES = ""
"""The way of counting in which each occurrence counts. Any other counts time slices: `5/0.95` those of 5 minutes with 95 %."""

# Read by the order of their keys, thousands of rows at once: on SQLite that is three times as fast where the key is the table.
BY_KEY = {"sqlite_with_rowid": False}


class WorkflowSignal(Base):
    """One way in which it is seen how a workflow does: by the counts its services push, for one."""

    __tablename__ = "workflow_signals"
    __table_args__ = (UniqueConstraint("workflow", "signal"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT))
    signal: Mapped[str] = mapped_column(String(KEY_LIMIT))
    newest_minute: Mapped[int]
    """The newest minute something was counted in."""
    received_at: Mapped[datetime]


class CountMinute(Base):
    """What one sender counted in one minute. Sent again, it takes the place of what was sent before."""

    __tablename__ = "count_minutes"
    __table_args__ = BY_KEY

    signal_id: Mapped[int] = mapped_column(ForeignKey("workflow_signals.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(SOURCE_LIMIT), primary_key=True)
    good: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)


class CountHour(Base):
    """What all senders counted in an hour that is over, in one way of counting."""

    __tablename__ = "count_hours"
    __table_args__ = BY_KEY

    signal_id: Mapped[int] = mapped_column(ForeignKey("workflow_signals.id", ondelete="CASCADE"), primary_key=True)
    way: Mapped[str] = mapped_column(String(WAY_LIMIT), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    good: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)


class CountDay(Base):
    """The sum of a UTC day's hours."""

    __tablename__ = "count_days"
    __table_args__ = BY_KEY

    signal_id: Mapped[int] = mapped_column(ForeignKey("workflow_signals.id", ondelete="CASCADE"), primary_key=True)
    way: Mapped[str] = mapped_column(String(WAY_LIMIT), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    good: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)


class TouchedHour(Base):
    """An hour of which minutes came since it was rolled up: written in the transaction that brings them."""

    __tablename__ = "touched_hours"

    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    signal_id: Mapped[int] = mapped_column(ForeignKey("workflow_signals.id", ondelete="CASCADE"), primary_key=True)
    times: Mapped[int]
    """How often it was touched. Each time its row is written, so that whoever rolls it up and who touches it wait for each other."""


class WorkflowRound(Base):
    """What is done once a minute, by whichever replica comes first."""

    __tablename__ = "workflow_rounds"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    minute: Mapped[int]
    """The last minute for which it was done."""


class SloState(Base):
    """How an SLO fared when it was looked at last: lists of thousands of workflows are made from this."""

    __tablename__ = "slo_states"

    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    slo: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    """Since when it is in that state."""
    burns_since: Mapped[datetime | None]
    """Since when a burn of it is told as a problem that has not recovered; it may be silent meanwhile."""
    sentence: Mapped[str] = mapped_column(String(300))
    sli: Mapped[float | None]
    """Over its period so far, 0 to 1. None: nothing was counted."""
    sli_today: Mapped[float | None]
    budget_left: Mapped[float | None]
    """As a share of it; below 0 where more was spent."""
    budget_seconds: Mapped[float | None]
    """The whole budget as time."""
    newest_at: Mapped[datetime | None]
    """The newest minute of which there are counts."""
