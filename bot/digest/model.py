"""Which channels are sent a digest and when, and which digests there were."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

CONFIGURED = "config:"
"""What the keys of subscriptions begin with that stand in the configuration."""


class DigestSubscription(Base):
    """A channel that is sent a digest: by the configuration, or because somebody there asked for it."""

    __tablename__ = "digest_subscriptions"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    place: Mapped[str] = mapped_column(String(100), index=True)
    """The channel, as `directory.channels` knows it: by id, or as `#name`."""
    rhythm: Mapped[str] = mapped_column(String(8))
    at: Mapped[time]
    days: Mapped[list[str]] = mapped_column(JSON)
    time_zone: Mapped[str] = mapped_column(String(64))
    teams: Mapped[list[str]] = mapped_column(JSON)
    workflows: Mapped[list[str]] = mapped_column(JSON)
    what: Mapped[list[str]] = mapped_column(JSON)
    picture: Mapped[str] = mapped_column(String(10))
    skip_when_empty: Mapped[bool]
    counts_private: Mapped[bool] = mapped_column(default=False)
    grace_seconds: Mapped[int]
    tell: Mapped[str | None] = mapped_column(String(32))
    """Who is told when it can't be posted."""
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it is due next; None: it was stopped."""
    trouble: Mapped[str] = mapped_column(String(300), default="")
    """Why it could not be posted last time. Not empty: `tell` was told, and need not be again."""

    @property
    def subject(self) -> str:
        """How audit records name it."""
        return f"digest_subscription:{self.id}"

    @property
    def is_configured(self) -> bool:
        return self.key.startswith(CONFIGURED)

    @property
    def is_weekly(self) -> bool:
        return self.rhythm == "weekly"

    @property
    def grace(self) -> timedelta:
        """How late it may still be sent."""
        return timedelta(seconds=self.grace_seconds)


class DigestIssue(Base):
    """One digest of a subscription: each day it is due there is one, sent or left out, and never a second."""

    __tablename__ = "digest_issues"
    __table_args__ = (UniqueConstraint("subscription_id", "day"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("digest_subscriptions.id", ondelete="CASCADE"))
    day: Mapped[date]
    """The day on which it is due, where the subscription's clock hangs."""
    due_at: Mapped[datetime]
    left_out: Mapped[str] = mapped_column(String(100), default="")
    """Why it was not even asked for: the bot came too late."""
    file_id: Mapped[str | None] = mapped_column(String(32))
    """Its picture, uploaded and shown nowhere yet."""
    posted_at: Mapped[datetime | None]
    covers_until: Mapped[datetime | None]
    """Up to when it told what happened: the next one begins there."""

    @property
    def subject(self) -> str:
        """How outbox rows name it."""
        return f"digest:{self.id}"

    @property
    def key(self) -> str:
        """The key of its post in the outbox."""
        return f"digest:{self.subscription_id}:{self.day.isoformat()}"

    @property
    def picture_key(self) -> str:
        return f"{self.key}:picture"
