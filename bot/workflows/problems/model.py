"""What goes wrong with a workflow, as signs tell it, and the SEVs that know of it."""

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

SignSource = Literal["burn", "check", "heartbeat", "alert"]
Urgency = Literal["critical", "warning", "info"]
KEY_LIMIT = 255
TITLE_LIMIT = 300
DETAIL_LIMIT = 1000
LINK_LIMIT = 2000
IS_OPEN = text("recovered_at IS NULL")


class Problem(Base):
    """One episode of something going wrong: from its first sign until it recovered. What comes back is a new row.

    Whoever changes it locks its row first, and the row of a SEV only after that.
    """

    __tablename__ = "problems"
    __table_args__ = (
        Index("uq_problems_open", "source", "key", unique=True, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN),
        Index(None, "source", "key", "episode"),
        Index(None, "workflow", "began_at"),
        Index(None, "place", "told_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    source: Mapped[str] = mapped_column(String(16))
    """What noticed it: `burn`, `check`, `heartbeat` or `alert`."""
    key: Mapped[str] = mapped_column(String(KEY_LIMIT))
    """By which its source knows it again."""
    episode: Mapped[int]
    """How often it came, this time included."""
    workflow: Mapped[str] = mapped_column(String(40), default="")
    """By its key in the configuration; empty where nobody knows which one it is about."""
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    detail: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(LINK_LIMIT), default="")
    urgency: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(100), default="")
    """The channel it is told in; empty: there is none."""
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When its latest sign came."""
    seen_count: Mapped[int] = mapped_column(default=1)
    recovered_at: Mapped[datetime | None] = mapped_column(index=True)

    raised_at: Mapped[datetime | None]
    """When it last became critical, and that was told."""
    ended_by: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Who said that it is over: somebody, or Sevbot, which did not hear of it for long; empty: its source did."""

    showing: Mapped[int] = mapped_column(default=1)
    """The how manieth message about it is the one that people act on."""
    told_count: Mapped[int] = mapped_column(default=0)
    """How often it had been seen when its message was last asked for."""
    told_at: Mapped[datetime | None]
    """When it was first told; None: it was not yet, for it is ignored, or comes and goes."""
    head_id: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), index=True)
    """The problem in whose message it is told, since many came at once; None: in its own. No key: that may be forgotten."""
    ignored_until: Mapped[datetime | None] = mapped_column(index=True)
    ignored_by: Mapped[str] = mapped_column(String(32), default="")

    @property
    def subject(self) -> str:
        """How audit records and outbox rows name it."""
        return f"problem:{self.id}"


class ProblemIncident(Base):
    """A SEV in whose timeline a problem was noted."""

    __tablename__ = "problem_incidents"

    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
