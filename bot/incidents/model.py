"""A SEV and what belongs to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db import Base

COUNTER = "incident"
WITHOUT_DATABASE = "declared_without_database"
"""The kind of the timeline entry that says so; its data name the journal's entry."""
TIMES = ("started_at", "detected_at", "declared_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")
TITLE_LIMIT = 150
SUMMARY_LIMIT = 3000
REASON_LIMIT = 500
UPDATE_LIMIT = 3000
LINK_LIMIT = 2000
LINK_TITLE_LIMIT = 100


class Counter(Base):
    """The last number given out. Its row is locked while a number is taken, so numbers have no gaps."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]


class Incident(Base):
    """One SEV. Every transaction that changes it, or anything that belongs to it, locks this row first."""

    __tablename__ = "incidents"
    __table_args__ = (Index(None, "declared_by", "number"), Index(None, "severity", "number"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    summary: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(
        String(40).with_variant(String(40, collation="C"), "postgresql"),
        index=True,  # see `lifecycle.open_now`
    )
    is_private: Mapped[bool] = mapped_column(default=False)
    is_drill: Mapped[bool] = mapped_column(default=False)
    is_quiet: Mapped[bool] = mapped_column(default=False)
    """Whether it shows in lists only: it was over before it was declared, so it has no channel and is announced nowhere."""
    declared_by: Mapped[str] = mapped_column(String(32))
    detected_by: Mapped[str | None] = mapped_column(String(16))
    """What noticed it before people did, by the sources of problems (`alert`, `burn`); None: people did."""
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT), default="")
    """Why it was cancelled, or last reopened or set back."""

    started_at: Mapped[datetime | None]
    detected_at: Mapped[datetime | None]
    declared_at: Mapped[datetime] = mapped_column(index=True)
    acknowledged_at: Mapped[datetime | None]
    mitigated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    next_update_at: Mapped[datetime | None]

    bridge: Mapped[str | None] = mapped_column(String(LINK_LIMIT))
    """The call of this SEV. None: the configured one."""

    channel_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    channel_attempt: Mapped[str] = mapped_column(String(80), default="")
    """The name under which the channel is being created, kept before the call: so it can be known again."""
    channel_trouble: Mapped[str] = mapped_column(String(20), default="")
    """Why the channel can't be used: `archived`, `deleted`, `bot_removed`. Empty: it can."""

    is_being_declared = False
    """Whether this very transaction declares it: then there is nothing of it in the database to look for."""

    workflows: Mapped[list["AffectedWorkflow"]] = relationship(
        order_by="AffectedWorkflow.workflow", cascade="all, delete-orphan"
    )

    fields: Mapped[list["FieldValue"]] = relationship(
        order_by="(FieldValue.field, FieldValue.place)", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str:
        """`SEV-42`: a number is no secret."""
        return f"SEV-{self.number}"

    @property
    def working_channel(self) -> str | None:
        """The channel in which people can work, if there is one."""
        return None if self.channel_trouble else self.channel_id

    @property
    def subject(self) -> str:
        """How audit records and outbox rows name it. By id, not by number: imported SEVs keep foreign numbers."""
        return f"incident:{self.id}"

    @property
    def workflow_keys(self) -> tuple[str, ...]:
        return tuple(each.workflow for each in self.workflows)


class ImportedSev(Base):
    """Where a SEV was imported from, and what it is called there: so that importing it again makes no second one."""

    __tablename__ = "imported_sevs"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    """Empty: the file did not say, and `external_id` is a digest of what it said."""
    external_id: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime]


class AffectedWorkflow(Base):
    """A workflow that a SEV affects, by its key in the configuration."""

    __tablename__ = "affected_workflows"
    __table_args__ = (Index(None, "workflow", "incident_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    workflow: Mapped[str] = mapped_column(String(40), primary_key=True)


class FieldValue(Base):
    """What a SEV's custom field holds: one row, or one for each choice where several can be made.

    A row tells all by itself (what the field was called, what kind it was, how its choice read), so that nothing is lost when
    the configuration forgets the field, or means something else by its key.
    """

    __tablename__ = "field_values"
    __table_args__ = (Index(None, "field", "sought", "incident_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The field's key in the configuration."""
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0, 1, ... among several choices."""
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)
    """In one form for each kind: a text, a number's digits, a choice's key, a person's id, a link, yes or no, 2026-12-24."""
    label: Mapped[str] = mapped_column(String(75), default="")
    """How the choice read, or the number's unit."""
    sought: Mapped[str] = mapped_column(String(80))
    """What it is found by: the beginning of its value, in small letters."""


class IncidentMember(Base):
    """Who may see a private SEV. Kept for every SEV, from its channel's members; where it is silent, nobody may."""

    __tablename__ = "incident_members"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)


class RoleHolder(Base):
    """Who holds a role in a SEV, and to whom they offered to hand it over."""

    __tablename__ = "role_holders"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), index=True)
    since: Mapped[datetime]
    offered_to: Mapped[str | None] = mapped_column(String(32))
    offered_at: Mapped[datetime | None]
    offer_id: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
    """The timeline entry of the offer that is open."""


class IncidentLink(Base):
    """An address that belongs to a SEV: a dashboard, a document."""

    __tablename__ = "incident_links"
    __table_args__ = (UniqueConstraint("incident_id", "address"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(LINK_LIMIT))
    title: Mapped[str] = mapped_column(String(LINK_TITLE_LIMIT))


class PlacedBookmark(Base):
    """A bookmark that is in a SEV's channel, by what it is for: so it can be replaced where it stands."""

    __tablename__ = "placed_bookmarks"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[str] = mapped_column(String(100), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(32))
    bookmark_id: Mapped[str] = mapped_column(String(32))


class Duplicate(Base):
    """A SEV that turned out to be another one."""

    __tablename__ = "duplicates"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)


class Briefing(Base):
    """Who was last told when how a SEV stands, since they came late."""

    __tablename__ = "briefings"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


class Subscriber(Base):
    """Somebody who is sent a SEV's updates by direct message, or once asked for them to end."""

    __tablename__ = "subscribers"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    stopped_at: Mapped[datetime | None]
    """When they asked for no more: it outweighs that the configuration names them."""


class HomeReader(Base):
    """Somebody who has opened the bot's Home, and when last: while they may still look at it, it is kept true."""

    __tablename__ = "home_readers"

    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)


class TimelineEntry(Base):
    """A fact about a SEV, at the time it happened. Mended only with an audit record."""

    __tablename__ = "timeline_entries"
    __table_args__ = (
        UniqueConstraint("incident_id", "source_channel", "source_ts"),
        Index("ix_timeline_entries_incident_id_at", "incident_id", "at"),
        Index("ix_timeline_entries_source_ts", "source_ts"),
        Index("ix_timeline_entries_incident_id_id", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    source_channel: Mapped[str | None] = mapped_column(String(32))
    """The message it came from, by channel and ts; a message is one entry at most."""
    source_ts: Mapped[str | None] = mapped_column(String(32))
    withdrawn_at: Mapped[datetime | None]
    """When it was taken away. It is kept, so that it can be restored."""
