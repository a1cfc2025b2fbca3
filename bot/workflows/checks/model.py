"""Checks: who runs each of them next, how they fare, and how their last runs went."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base
from bot.workflows.counts.model import KEY_LIMIT

SAID_LIMIT = 500
OWNER_LIMIT = 32


class State(StrEnum):
    """How a check fares: what single runs say becomes that only where it lasts."""

    NEW = ""
    """Nothing is known of it yet."""
    WELL = "well"
    EXPIRES = "expires"
    """Its certificate is good, and expires soon."""
    FAILS = "fails"


class CheckRow(Base):
    """One check. Whoever changes it locks its row first, those of one workflow in the order of their keys."""

    __tablename__ = "checks"

    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)

    due_at: Mapped[datetime] = mapped_column(index=True)
    """When its next run begins: machine time, as everything about leases is."""
    owner: Mapped[str] = mapped_column(String(OWNER_LIMIT), default="")
    """Which replica runs it; empty: none does."""
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    """How often it was claimed. A result counts only where nobody claimed it since."""
    machine_ran_at: Mapped[datetime | None]
    """When its last run ended, by machine time."""

    ran_at: Mapped[datetime | None]
    """The same by business time."""
    is_good: Mapped[bool | None]
    """Whether its last run went well."""
    streak: Mapped[int] = mapped_column(default=0)
    """How many of its last runs in a row said something else than its state does."""
    state: Mapped[str] = mapped_column(String(8), default=State.NEW)
    since: Mapped[datetime | None]
    """Since when it is in that state."""
    said: Mapped[str] = mapped_column(String(SAID_LIMIT), default="")
    """What was wrong with it last."""
    expires_at: Mapped[datetime | None]
    """When the certificate expires that it saw last."""
    has_news: Mapped[bool] = mapped_column(default=False, index=True)
    """Whether what is told as a problem is to be looked at again."""

    minute: Mapped[int] = mapped_column(default=0)
    """The last minute in which it was counted, and what in that minute."""
    minute_good: Mapped[int] = mapped_column(default=0)
    minute_total: Mapped[int] = mapped_column(default=0)


class CheckRun(Base):
    """How one run went."""

    __tablename__ = "check_runs"
    __table_args__ = (Index(None, "workflow", "key", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT))
    key: Mapped[str] = mapped_column(String(KEY_LIMIT))
    began_at: Mapped[datetime] = mapped_column(index=True)
    took_ms: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(8))
    tries: Mapped[int] = mapped_column(default=1)
    steps: Mapped[str] = mapped_column(Text, default="[]")
    """Each step's name, status and milliseconds: JSON."""
    said: Mapped[str] = mapped_column(String(SAID_LIMIT), default="")
    """What was wrong: the step, what was expected and what came."""
    excerpt: Mapped[str] = mapped_column(String(SAID_LIMIT), default="")
    """The beginning of the answer that was wrong."""
