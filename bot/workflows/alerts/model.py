"""What other services delivered, just as they sent it: kept before it is answered, and worked off afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

OUTCOME_LIMIT = 300
IS_KEPT = text("state = 'kept'")


class Progress(StrEnum):
    KEPT = "kept"
    """It is still to be worked off."""
    DONE = "done"
    UNKNOWN = "unknown"
    """It could not be understood: `outcome` says why, and operators are told."""


class AlertDelivery(Base):
    """One body, from a sender that proved who it is."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        UniqueConstraint("source", "mark"),
        Index("ix_alert_deliveries_kept", "id", postgresql_where=IS_KEPT, sqlite_where=IS_KEPT),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    mark: Mapped[str] = mapped_column(String(100))
    """What is the same when the same thing is delivered again."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10), default=Progress.KEPT)
    alerts_done: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of its alerts are worked off, from the first: a body that holds many is worked off in slices."""
    outcome: Mapped[str] = mapped_column(String(OUTCOME_LIMIT), default="")
