"""What capturing asks Slack for, and what it shows there. It asks for deliveries; it renders nothing."""

from sqlalchemy.orm import Session

from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.surfaces import key
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode

MEET = "timeline.meet"
FETCH = "timeline.fetch_message"
CONFIRM = "timeline.confirm"
CATCH_UP = "timeline.catch_up"
LAST_OF_ALL = -1
"""The priority of what nobody waits for: a channel takes one post a second, and its lines come first."""


def meet(session: Session, incident: Incident, user_id: str) -> None:
    """Ask who somebody is, whose reaction was seen before they were met."""
    _ask(session, incident, MEET, f"meet:{user_id}", arguments={"user": user_id})


def fetch(session: Session, incident: Incident, channel_id: str, ts: str) -> None:
    """Ask for a message, of which only the address is known."""
    address = {"channel": channel_id, "ts": ts}
    _ask(session, incident, FETCH, f"message:{channel_id}:{ts}", arguments=address)


def confirm(session: Session, incident: Incident, entry: TimelineEntry) -> None:
    """Say in the message's thread, or say anew, whether it is on the timeline; elsewhere than in the SEV's channel nothing."""
    if entry.source_channel is not None and entry.source_channel == incident.working_channel:
        _ask(
            session, incident, CONFIRM, f"confirmation:{entry.source_ts}", arguments={"ts": entry.source_ts or ""},
            priority=LAST_OF_ALL,
        )  # fmt: skip


def catch_up(session: Session, incident: Incident) -> None:
    """Read the SEV's channel for what events may have missed."""
    _ask(session, incident, CATCH_UP, "catch_up")


def _ask(
    session: Session,
    incident: Incident,
    kind: str,
    surface: str,
    *,
    arguments: dict[str, str] | None = None,
    priority: int = 0,
) -> None:
    enqueue(
        session,
        Request(
            kind=kind,
            subject=incident.subject,
            key=key(incident, surface),
            mode=Mode.LATEST,
            arguments=arguments or {},
            priority=priority,
        ),
    )
