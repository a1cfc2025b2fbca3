"""Pages: who was called to a SEV, how far it got; and who is on call, as far as that is known."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base

WHY_LIMIT = 200


class Reason(StrEnum):
    """Why a team is paged."""

    SEVERITY = "severity"
    """The SEV's severity calls for it."""
    REOPENED = "reopened"
    """It was called for before, and the SEV is open again."""
    ASKED = "asked"
    """Somebody asked for it."""
    NO_COMMANDER = "no_commander"
    """Nobody is in command."""


class State(StrEnum):
    """How far a page is."""

    REQUESTED = "requested"
    SENT = "sent"
    FAILED = "failed"
    """The pager did not take it so far; it is tried on."""
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Installation(Base):
    """Which Sevbot this is: one row, made with the schema. Two that share a pager's account never share an alert."""

    __tablename__ = "installations"

    id: Mapped[int] = mapped_column(Integer(), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), default=lambda: uuid4().hex[:12])


class Page(Base):
    """One call for one team. Paged again, a team has another one, since its pager would not ring twice for the first."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("incident_id", "team", "occurrence"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    team: Mapped[str] = mapped_column(String(40))
    occurrence: Mapped[int]
    """The how-manieth page of this team in this SEV."""
    alert_key: Mapped[str] = mapped_column(String(200), unique=True)
    """Under which the pager knows it. Kept, so that it stays the same whatever is retried, by whichever replica."""
    asked_by: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(WHY_LIMIT), default="")
    told: Mapped[str] = mapped_column(String(12), default="")
    """What the pager was last told for sure: an `Action`, or nothing yet."""

    requested_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    """When people were told that it did not get through."""
    acknowledged_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]

    @property
    def state(self) -> State:
        """How far it is."""
        if self.resolved_at:
            return State.RESOLVED
        if self.acknowledged_at:
            return State.ACKNOWLEDGED
        if self.sent_at:
            return State.SENT
        return State.FAILED if self.failed_at else State.REQUESTED


class Duty(Base):
    """Who is on call for a team, as its pager last said. It still helps when the pager is down."""

    __tablename__ = "duties"

    team: Mapped[str] = mapped_column(String(40), primary_key=True)
    people: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Names and phone numbers, the first to be called first: `{"name": …, "phones": […]}`."""
    learned_at: Mapped[datetime]
