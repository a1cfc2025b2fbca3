"""A SEV's postmortem: its state, the sections people wrote with all their versions, who reviews it, where else it stands."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base
from bot.incidents.model import LINK_LIMIT, LINK_TITLE_LIMIT, REASON_LIMIT

TEXT_LIMIT = 3000


class State(StrEnum):
    """How far a postmortem has come."""

    OWED = "owed"
    """The SEV needs one, and nobody has begun it."""
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"


UNPUBLISHED = (State.OWED, State.DRAFT, State.IN_REVIEW)
WRITABLE = (State.OWED, State.DRAFT)


class Verdict(StrEnum):
    """What a reviewer said."""

    NONE = ""
    APPROVED = "approved"
    CHANGES = "changes"


class Postmortem(Base):
    """The postmortem of one SEV, from the moment it is owed or drafted. Changing it, or what belongs to it, locks the SEV first."""

    __tablename__ = "postmortems"
    __table_args__ = (Index(None, "state", "published_at"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    round: Mapped[int] = mapped_column(default=0)
    """How many times it was submitted for review: each time reviewers are asked anew."""
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT), default="")
    """Why it is a draft again."""
    drafted_at: Mapped[datetime | None]
    drafted_by: Mapped[str | None] = mapped_column(String(32))
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(String(32))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(32))

    @property
    def subject(self) -> str:
        """How reminders name it: by its SEV's id."""
        return f"postmortem:{self.incident_id}"


class WrittenSection(Base):
    """A section as it is now. It may be empty; one that nobody wrote is not there."""

    __tablename__ = "postmortem_sections"
    __table_args__ = (UniqueConstraint("incident_id", "key"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("postmortems.incident_id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class SectionVersion(Base):
    """A section as it once was, the present one too. None is ever changed."""

    __tablename__ = "postmortem_versions"
    __table_args__ = (UniqueConstraint("incident_id", "key", "number"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("postmortems.incident_id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class Reviewer(Base):
    """Somebody who was asked to review it this time, and what they said."""

    __tablename__ = "postmortem_reviewers"
    __table_args__ = (Index(None, "user_id", "verdict"),)

    incident_id: Mapped[int] = mapped_column(
        ForeignKey("postmortems.incident_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(10), default=Verdict.NONE)
    answered_at: Mapped[datetime | None]


class PostmortemLink(Base):
    """A document elsewhere that belongs to it."""

    __tablename__ = "postmortem_links"
    __table_args__ = (UniqueConstraint("incident_id", "address"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("postmortems.incident_id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(LINK_LIMIT))
    title: Mapped[str] = mapped_column(String(LINK_TITLE_LIMIT))


class NamedCause(Base):
    """A category of what contributed to the SEV, by its key in the configuration."""

    __tablename__ = "postmortem_causes"
    __table_args__ = (Index(None, "cause", "incident_id"),)

    incident_id: Mapped[int] = mapped_column(
        ForeignKey("postmortems.incident_id", ondelete="CASCADE"), primary_key=True
    )
    cause: Mapped[str] = mapped_column(String(40), primary_key=True)
