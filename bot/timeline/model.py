"""What the timeline keeps beside its entries: who asked for which message, and how far each channel was read."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

SHORTCUT = ""
"""The name of a tag that no emoji made: the message shortcut."""


class Tag(Base):
    """Somebody's wish to have a message on a SEV's timeline, by one emoji or the shortcut.

    A tag that was taken away keeps its row, so that an older event, arriving late, does not bring it back.
    """

    __tablename__ = "timeline_tags"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ts: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    """The emoji's, with its skin tone, since each is a reaction of its own."""
    event_ts: Mapped[str] = mapped_column(String(32))
    """Slack's time of the last event that was believed: events come in no promised order."""
    is_present: Mapped[bool]
    counts: Mapped[bool]
    """Whether the person is known to be allowed to tag."""
    learned_at: Mapped[datetime]
    """When this was heard. What was read from Slack before that is older."""


class Reading(Base):
    """How far a SEV's channel was read for what events may have missed."""

    __tablename__ = "timeline_readings"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    seen_until: Mapped[str] = mapped_column(String(32), default="")
    """The newest message when the channel was last read to its end."""
    resume_from: Mapped[str] = mapped_column(String(32), default="")
    """Where a reading that was broken off goes on; empty: none is under way."""
