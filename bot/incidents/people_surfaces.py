"""What people are told or asked about their part in a SEV. It asks for deliveries; it renders nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.incidents.model import Briefing, Incident, TimelineEntry
from bot.incidents.surfaces import key, reconcile
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode

INSTRUCTIONS = "incident.role_instructions"
OFFER = "incident.handoff_offer"
TELL = "incident.tell_person"
INVITE_PEOPLE = "incident.invite_people"
BRIEF = "incident.late_brief"
BRIEFED_FOR = timedelta(hours=4)
"""How long somebody counts as knowing how a SEV stands."""


def instruct(session: Session, incident: Incident, entry: TimelineEntry, user_id: str) -> None:
    """Tell the new holder of a role, by direct message, what is expected of them. `entry` is the change of hands."""
    _ask(session, incident, INSTRUCTIONS, f"instructions:{entry.id}", {"entry": entry.id, "to": user_id})


def tell(session: Session, incident: Incident, entry: TimelineEntry, user_id: str) -> None:
    """Tell somebody by direct message of an entry that concerns them and that they may not have seen."""
    _ask(session, incident, TELL, f"told:{entry.id}:{user_id}", {"entry": entry.id, "to": user_id})


def show_offer(session: Session, incident: Incident, entry_id: int, user_id: str) -> None:
    """Show the offer of a role, by direct message, as it stands: open, taken, declined or over."""
    _ask(session, incident, OFFER, f"offer:{entry_id}", {"entry": entry_id, "to": user_id}, mode=Mode.LATEST)


def bring(
    session: Session,
    incident: Incident,
    entry: TimelineEntry,
    people: Sequence[str],
    groups: Sequence[str] = (),
    *,
    asked_by: str,
) -> None:
    """Invite people and user groups into the channel, for the reason that `entry` tells; whoever asked hears of failures."""
    arguments = {"entry": entry.id, "people": list(people), "groups": list(groups), "asked_by": asked_by}
    _ask(session, incident, INVITE_PEOPLE, f"invite:{entry.id}", arguments, after=key(incident, "channel"))


def brief(session: Session, incident: Incident, user_id: str, *, now: datetime) -> None:
    """Show somebody who came late, in the channel and to them alone, how things stand; not again within `BRIEFED_FOR`.

    Who is in a private SEV's channel is looked at first.
    """
    known = session.get(Briefing, (incident.id, user_id))
    if known is not None and now - known.at < BRIEFED_FOR:
        return
    count_as_briefed(session, incident, user_id, now=now)
    surface, after = f"brief:{user_id}:{int(now.timestamp())}", None
    if incident.is_private:
        reconcile(session, incident)
        after = key(incident, "reconcile")
    _ask(session, incident, BRIEF, surface, {"to": user_id}, after=after)


def count_as_briefed(session: Session, incident: Incident, user_id: str, *, now: datetime) -> None:
    """From now on, and for a while, they know how things stand."""
    session.merge(Briefing(incident_id=incident.id, user_id=user_id, at=now))


def _ask(
    session: Session,
    incident: Incident,
    kind: str,
    surface: str,
    arguments: dict[str, Any],
    *,
    mode: Mode = Mode.ONCE,
    after: str | None = None,
) -> None:
    enqueue(
        session,
        Request(
            kind=kind,
            subject=incident.subject,
            key=key(incident, surface),
            mode=mode,
            arguments=arguments,
            priority=URGENT,
            after=after,
            after_any_end=kind == BRIEF,
            audience=arguments.get("to", ""),
        ),
    )
