"""Adopting a channel: people work in it already, and it becomes a SEV's. Its pinned messages may become entries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import audit
from bot.config import Category, Config
from bot.db import Base
from bot.directory.channels import KnownChannel
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership, surfaces
from bot.incidents.model import AffectedWorkflow, Incident, IncidentMember, TimelineEntry
from bot.incidents.noting import note
from bot.incidents.numbers import next_number
from bot.incidents.words import checked_severity, checked_summary, checked_title
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode

MOVE_IN = "timeline.move_in"
OFFER = "timeline.offer_pinned"


class PinnedMessage(Base):
    """A message that was pinned when the channel was adopted, and waits to become an entry or to be passed over."""

    __tablename__ = "pinned_messages"

    incident_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True
    )
    ts: Mapped[str] = mapped_column(String(32), primary_key=True)
    author: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    permalink: Mapped[str] = mapped_column(String(500))

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(float(self.ts), UTC)


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What a person says of the channel they adopt."""

    channel_id: str
    is_private: bool
    """Whether the channel is: the SEV is then private too, since a bot cannot make one public, nor the other way round."""
    title: str
    severity: str
    summary: str = ""
    workflows: tuple[str, ...] = ()


def adopt(session: Session, said: Adoption, *, config: Config, actor: Actor, now: datetime) -> Incident:
    """Declare a SEV whose channel is this one. Raises `Refused`."""
    require(config, actor, "declare")
    title, summary = checked_title(said.title), checked_summary(said.summary)
    severity = checked_severity(config, said.severity)
    number = next_number(session)  # two who adopt the same channel queue here, and the second sees the first's SEV
    refuse_taken(session, said.channel_id, user_id=actor.user_id)
    incident = Incident(
        number=number,
        title=title,
        summary=summary,
        severity=severity,
        status=config.status_of(Category.INVESTIGATING).key,
        is_private=said.is_private,
        declared_by=actor.user_id,
        declared_at=now,
        channel_id=said.channel_id,
        workflows=[AffectedWorkflow(workflow=key) for key in dict.fromkeys(said.workflows) if config.workflow(key)],
    )
    session.add(incident)
    session.flush()
    session.add(IncidentMember(incident_id=incident.id, user_id=actor.user_id))
    entry = note(session, incident, "declared", actor=actor, now=now, severity=severity, adopted=said.channel_id)
    surfaces.set_up(session, incident, config)
    _move_in(session, incident)
    surfaces.say(session, incident, entry)
    return incident


def refuse_taken(session: Session, channel_id: str, *, user_id: str) -> None:
    """Raise `Refused` for a channel that is a SEV's already, or in which SEVs are announced."""
    present = membership.by_channel(session, channel_id, user_id=user_id)
    if present is not None:
        raise Refused(f"This is the channel of {present.name} already.")
    if session.scalar(select(KnownChannel.place).where(KnownChannel.channel_id == channel_id).limit(1)):
        raise Refused(
            "SEVs are announced in this channel, so it can't be one's own. `/sev declare` makes a new channel."
        )


def _move_in(session: Session, incident: Incident) -> None:
    """Let the bot move in before anything else: all that waits for the channel waits for this instead."""
    moved_in, made = surfaces.key(incident, "move_in"), surfaces.key(incident, "channel")
    first = Request(kind=MOVE_IN, subject=incident.subject, key=moved_in, mode=Mode.LATEST, priority=URGENT)
    then = Request(
        kind=surfaces.CREATE_CHANNEL, subject=incident.subject, key=made, mode=Mode.LATEST, priority=URGENT,
        after=moved_in,
    )  # fmt: skip
    for request in (first, then):
        enqueue(session, request)


def moved_in(session: Session, incident: Incident, members: set[str], pinned: Collection[PinnedMessage]) -> None:
    """The bot is in the channel: whoever is there belongs to the SEV, and what is pinned there is offered."""
    membership.replace(session, incident, members | {incident.declared_by})
    known = set(session.scalars(select(PinnedMessage.ts).where(PinnedMessage.incident_id == incident.id)))
    session.add_all(each for each in pinned if each.ts not in known)
    if pinned:
        offer(session, incident)


def offer(session: Session, incident: Incident) -> None:
    """Show in the channel how many pinned messages wait, as it is now; first it is told that the SEV was declared."""
    declared = session.scalars(
        select(TimelineEntry.id).where(TimelineEntry.incident_id == incident.id, TimelineEntry.kind == "declared")
    ).first()
    enqueue(
        session,
        Request(
            kind=OFFER, subject=incident.subject, key=surfaces.key(incident, "pinned"), mode=Mode.LATEST,
            after=surfaces.key(incident, f"line:{declared}"), after_any_end=True,
        ),
    )  # fmt: skip


def waiting(session: Session, incident: Incident) -> list[PinnedMessage]:
    """The pinned messages that nobody has dealt with yet, the oldest first."""
    query = select(PinnedMessage).where(PinnedMessage.incident_id == incident.id)
    return [*session.scalars(query.order_by(PinnedMessage.ts))]


def number_waiting(session: Session, incident: Incident) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).where(PinnedMessage.incident_id == incident.id)) or 0


def add_pinned(
    session: Session, incident: Incident, wanted: Collection[str], *, config: Config, actor: Actor, now: datetime
) -> int:
    """Make entries of the pinned messages with these ts, and pass over the others. Returns how many were added.

    A message that is an entry already, by whatever way, stays the one it is. Raises `Refused`.
    """
    require(config, actor, "change")
    offered = waiting(session, incident)
    entries = select(TimelineEntry.source_ts).where(
        TimelineEntry.incident_id == incident.id, TimelineEntry.source_channel == incident.channel_id
    )
    present = set(session.scalars(entries))
    chosen = [each for each in offered if each.ts in wanted and each.ts not in present]
    session.add_all(_entry(incident, each) for each in chosen)
    added = [each.ts for each in chosen]
    session.execute(delete(PinnedMessage).where(PinnedMessage.incident_id == incident.id))
    audit.record(
        session, actor=actor.user_id, action="timeline.add_pinned", subject=incident.subject, source=actor.door, now=now,
        added=added,
    )  # fmt: skip
    if offered:
        offer(session, incident)
    return len(added)


def _entry(incident: Incident, message: PinnedMessage) -> TimelineEntry:
    return TimelineEntry(
        incident_id=incident.id,
        kind="message",
        at=message.at,
        actor=message.author,
        text=message.text,
        data={"permalink": message.permalink},
        source_channel=incident.channel_id,
        source_ts=message.ts,
    )
