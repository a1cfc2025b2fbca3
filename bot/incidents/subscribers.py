"""Who is sent a SEV's updates by direct message: those who asked for it, and those the configuration names."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership, surfaces
from bot.incidents.model import Incident, IncidentMember, Subscriber, TimelineEntry
from bot.outbox.announcements import Reaction
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode

STATE = "incident.state"
NEWS = "incident.news"
TOLD = ("update", "status", "reopened", "severity")
"""Kinds of entry that are news to subscribers."""
SHOWN = (*TOLD, "declared", "title", "channel", "channel_replaced")
"""Kinds of entry after which what they were shown of the SEV is true no longer."""

_ASKED = select(Subscriber.user_id, Subscriber.stopped_at).where(Subscriber.incident_id == bindparam("incident"))
_MEMBERS = select(IncidentMember.user_id).where(IncidentMember.incident_id == bindparam("incident"))
_NEWEST = (
    select(TimelineEntry)
    .where(TimelineEntry.incident_id == bindparam("incident"), TimelineEntry.kind == bindparam("kind"))
    .order_by(TimelineEntry.id.desc())
    .limit(1)
)


def standing(config: Config, severity: str) -> tuple[str, ...]:
    """Whom the configuration names for a severity."""
    found = config.severity(severity)
    return found.subscribers if found else ()


def subscribers(
    session: Session, incident: Incident, config: Config, *, entry: TimelineEntry | None = None
) -> list[str]:
    """Who is sent the SEV's updates now. Of a private one, members only.

    Whoever is sent them for its severity is also told of the change (`entry`) that ends that.
    """
    rows = () if incident.is_being_declared else session.execute(_ASKED, {"incident": incident.id})
    asked = {row.user_id: row.stopped_at for row in rows}
    named = [*standing(config, incident.severity)]
    if entry is not None and entry.kind == "severity":
        named += standing(config, entry.data["before"])
    wanted = [user for user in dict.fromkeys([*named, *sorted(asked)]) if asked.get(user) is None]
    if wanted and incident.is_private:
        members = set(session.scalars(_MEMBERS, {"incident": incident.id}))
        wanted = [user for user in wanted if user in members]
    return wanted


def subscribe(session: Session, incident: Incident, *, config: Config, actor: Actor) -> None:
    """Send the actor the SEV's updates from now on. Raises `Refused` where they are sent them already."""
    require(config, actor, "see")
    row = session.get(Subscriber, (incident.id, actor.user_id))
    if row is None and actor.user_id not in standing(config, incident.severity):
        session.add(Subscriber(incident_id=incident.id, user_id=actor.user_id))
    elif row is not None and row.stopped_at is not None:
        row.stopped_at = None
    else:
        raise Refused(
            f"You are sent the updates of {incident.name} already. `/sev unsubscribe {incident.name}` ends it."
        )
    show_state(session, incident, actor.user_id)


def unsubscribe(session: Session, incident: Incident, *, config: Config, actor: Actor, now: datetime) -> None:
    """Send the actor no more updates of the SEV, also none that wait. Raises `Refused` where they are sent none."""
    if actor.user_id not in subscribers(session, incident, config):
        raise Refused(f"You are not sent the updates of {incident.name}. `/sev subscribe {incident.name}` begins it.")
    row = session.get(Subscriber, (incident.id, actor.user_id))
    if row is None:  # the configuration names them
        row = Subscriber(incident_id=incident.id, user_id=actor.user_id)
        session.add(row)
    row.stopped_at = now
    show_state(session, incident, actor.user_id)


def show_state(session: Session, incident: Incident, user_id: str) -> None:
    """Show one subscriber how the SEV stands, in the message that is kept true."""
    enqueue(
        session,
        Request(
            kind=STATE,
            subject=incident.subject,
            key=state_key(incident, user_id),
            mode=Mode.LATEST,
            arguments={"user": user_id},
            after=surfaces.key(incident, "channel"),
            after_any_end=True,
            audience=user_id,
        ),
    )


def state_key(incident: Incident, user_id: str) -> str:
    """The outbox key of what a subscriber is shown of the SEV."""
    return surfaces.key(incident, f"state:{user_id}")


def news_key(incident: Incident, entry_id: int, user_id: str) -> str:
    """The outbox key of one piece of news to one subscriber."""
    return surfaces.key(incident, f"news:{entry_id}:{user_id}")


def reaction(settings: Settings, kind: str) -> Reaction:
    """What follows from a fact of this kind: subscribers are told, and shown the SEV as it is now."""

    def tell(session: Session, subject: str) -> None:
        config = settings.current
        incident = membership.by_subject(session, subject)
        if kind not in TOLD:
            for user_id in subscribers(session, incident, config):
                show_state(session, incident, user_id)
            return
        session.flush()  # the news speak of their entry by id
        entry = session.scalars(_NEWEST, {"incident": incident.id, "kind": kind}).one()
        for user_id in subscribers(session, incident, config, entry=entry):
            show_state(session, incident, user_id)
            if user_id != entry.actor and "told_by" not in entry.data:
                _tell(session, incident, entry, user_id)

    return tell


def reactions(settings: Settings) -> dict[str, Reaction]:
    """What this room does about what happens to a SEV, by event."""
    return {f"incident.{kind}": reaction(settings, kind) for kind in SHOWN}


def _tell(session: Session, incident: Incident, entry: TimelineEntry, user_id: str) -> None:
    enqueue(
        session,
        Request(
            kind=NEWS,
            subject=incident.subject,
            key=news_key(incident, entry.id, user_id),
            lane=surfaces.key(incident, f"news:{user_id}"),
            mode=Mode.ONCE,
            arguments={"entry": entry.id, "user": user_id},
            after=state_key(incident, user_id),
            after_any_end=True,
            audience=user_id,
        ),
    )
