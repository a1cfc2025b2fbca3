"""Action items: what people promised to do after a SEV, so that it does not come again."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db import Base
from bot.incidents.model import Incident

ITEM_TITLE_LIMIT = 200
EVIDENCE_LIMIT = 1000
QUOTE_LIMIT = 3000
ITEM_REASON_LIMIT = 500
TRACKER_LIMIT = 2000


class ItemState(StrEnum):
    """Where an action item stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WONT_DO = "wont_do"
    WITHDRAWN = "withdrawn"
    """It came by a reaction that was taken away again: nobody promised it, and no figure counts it."""


OPEN_STATES = (ItemState.OPEN, ItemState.IN_PROGRESS)
"""In these somebody still owes it."""


class ItemKind(StrEnum):
    """What an action item does about the next SEV."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    PROCESS = "process"


class Priority(StrEnum):
    """How much an action item matters, most first; with the SEV's severity it decides when it is due."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class ActionItem(Base):
    """One promise, owned by a person or by a team, or by nobody yet. Changing it locks its SEV's row first, then its own.

    A due date is a day, and ends when it ends where the owner lives.
    """

    __tablename__ = "action_items"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        UniqueConstraint("incident_id", "source_channel", "source_ts"),
        Index(None, "owner_user", "state", "due_on"),
        Index(None, "owner_team", "state", "due_on"),
        Index(None, "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counted within its SEV, without gaps: people say `SEV-42/2`."""
    title: Mapped[str] = mapped_column(String(ITEM_TITLE_LIMIT))
    kind: Mapped[str] = mapped_column(String(12), default=ItemKind.PREVENT)
    priority: Mapped[str] = mapped_column(String(8), default=Priority.P2)
    state: Mapped[str] = mapped_column(String(12), default=ItemState.OPEN)
    reason: Mapped[str] = mapped_column(String(ITEM_REASON_LIMIT), default="")
    """Why it won't be done, or was opened again."""

    owner_user: Mapped[str | None] = mapped_column(String(32))
    owner_team: Mapped[str | None] = mapped_column(String(40))
    """A team of the configuration, by its key. At most one of the two owners is there."""
    giving: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), index=True)
    """The timeline entry by which somebody else gave it to its owner; all that is handed over at once shares the first
    item's. None: nobody owns it, or they took it themselves."""
    due_on: Mapped[date | None]
    is_due_by_policy: Mapped[bool] = mapped_column(default=True)
    """Whether the policy gave the due date: then it follows severity and priority. False: a person set it."""
    due_from: Mapped[date | None]
    """The day from which the policy counts, where that is not the day it was made: it was opened again then."""

    proof: Mapped[str] = mapped_column(String(EVIDENCE_LIMIT), default="")
    """How it will be shown that it works, in words or as a link. Not empty: closing it asks for evidence."""
    evidence: Mapped[str] = mapped_column(String(EVIDENCE_LIMIT), default="")
    """What was shown when it was done."""
    tracker_url: Mapped[str] = mapped_column(String(TRACKER_LIMIT), default="")

    quote: Mapped[str] = mapped_column(Text, default="")
    """The words of the message it was made from."""
    source_channel: Mapped[str | None] = mapped_column(String(32))
    source_ts: Mapped[str | None] = mapped_column(String(32))
    source_thread: Mapped[str | None] = mapped_column(String(32))
    """For a reply: the ts of its thread."""
    is_tagged: Mapped[bool] = mapped_column(default=False)
    """Whether it came by a reaction and nobody has touched it since: then it goes with the reaction."""

    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by: Mapped[str | None] = mapped_column(String(32))

    incident: Mapped[Incident] = relationship()

    @property
    def name(self) -> str:
        """`SEV-42/2`: what people call it."""
        return f"{self.incident.name}/{self.number}"

    @property
    def subject(self) -> str:
        """How audit records, outbox rows and reminders name it."""
        return f"item:{self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class EarlierSev(Base):
    """A SEV before this one that was much the same: on the same workflow, or with the same words in its title."""

    __tablename__ = "earlier_sevs"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    earlier_id: Mapped[int] = mapped_column(
        ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    workflow: Mapped[str | None] = mapped_column(String(40))
    """The workflow both affect. None: it is the words."""
