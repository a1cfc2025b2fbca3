"""Which issue an action item has in the tracker, how both were when they were last settled, and what was heard of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db import Base
from bot.integrations.tracker import Field
from bot.remediation.model import TRACKER_LIMIT, ActionItem
from bot.remediation.tracking_rules import Settled

KEY_LIMIT = 100
TROUBLE_LIMIT = 300
MARK_LIMIT = 60


class TrackerLink(Base):
    """An item's issue, wished for or there. Changing it locks its SEV's row first."""

    __tablename__ = "tracker_links"

    item_id: Mapped[int] = mapped_column(ForeignKey("action_items.id", ondelete="CASCADE"), primary_key=True)
    tracker: Mapped[str] = mapped_column(String(20))
    mark: Mapped[str] = mapped_column(String(MARK_LIMIT), unique=True)
    """Under which an issue the bot makes can be found again."""
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    """Machine time of the last try to make it: it may be there, though nobody knows its key."""

    issue_id: Mapped[str | None] = mapped_column(String(KEY_LIMIT), index=True)
    """Of the tracker's own; it stays the same when the key does not. Known from the first reading on."""
    key: Mapped[str | None] = mapped_column(String(KEY_LIMIT), index=True)
    """What people call it, `PAY-7`. None: it is still to be made."""
    url: Mapped[str] = mapped_column(String(TRACKER_LIMIT), default="")
    is_adopted: Mapped[bool] = mapped_column(default=False)
    """Whether people made the issue, and it was linked by hand."""
    status: Mapped[str] = mapped_column(String(100), default="")
    """What the tracker called its status when it was last read."""
    assignee: Mapped[str] = mapped_column(String(100), default="")
    updated_at: Mapped[datetime | None]
    """The tracker's time of the last change that was seen."""
    read_at: Mapped[datetime | None] = mapped_column(index=True)
    """Business time of the last reading."""
    lost_at: Mapped[datetime | None]
    """Since when it can't be found there."""
    settled: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Each field as both sides were when they were last settled: `{"due": ["2026-12-10", "2026-12-10"]}`."""
    trouble: Mapped[str] = mapped_column(String(TROUBLE_LIMIT), default="")
    """What the tracker did not take, in words; empty when it took all."""

    item: Mapped[ActionItem] = relationship(lazy="joined", innerjoin=True)

    def settled_fields(self) -> dict[Field, Settled]:
        """Its fields as they were settled."""
        known = {each.value for each in Field}
        return {Field(name): Settled(*pair) for name, pair in self.settled.items() if name in known}

    def settle(self, fields: dict[Field, Settled]) -> None:
        """Keep how fields were settled."""
        new = {each.value: [found.ours, found.theirs] for each, found in fields.items()}
        self.settled = {**self.settled, **new}


class TrackerWatch(Base):
    """Since when a tracker was asked what changed: one row for each."""

    __tablename__ = "tracker_watches"

    tracker: Mapped[str] = mapped_column(String(20), primary_key=True)
    asked_at: Mapped[datetime]
    """Business time of the last question that was answered."""
    seen_until: Mapped[datetime]
    """Business time up to which nothing was left out."""


class UnknownDelivery(Base):
    """Something a tracker sent, signed, that could not be understood: its outline, without what people wrote."""

    __tablename__ = "unknown_deliveries"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    outline: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(index=True)
