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
UPDATE_CONFIRMATION = "timeline.update_confirmation"
LAST_OF_ALL = -1
"""The priority of what nobody waits for: a channel takes one post a second, and its lines come first."""


def meet(session: Session, incident: Incident, user_id: str) -> None:
    """Ask who somebody is, whose reaction was seen before they were met."""
    _ask(session, incident, MEET, f"meet:{user_id}", arguments={"user": user_id})


def fetch(session: Session, incident: Incident, channel_id: str, ts: str) -> None:
    """Ask for a message, of which only the address is known."""
    address = {"channel": channel_id, "ts": ts}
    _ask(session, incident, FETCH, f"message:{channel_id}:{ts}", arguments=address)


def confirmation_key(incident: Incident, ts: str) -> str:
    """The outbox key of the confirmation in a message's thread."""
    return key(incident, f"confirmation:{ts}")


def confirm(session: Session, incident: Incident, entry: TimelineEntry) -> None:
    """Say in the message's thread that it is on the timeline, once; elsewhere than in the SEV's channel nothing.

    One is said at a time, so that a crowd of them neither hurries nor holds up what else is said in the channel.
    """
    if _is_in_channel(incident, entry):
        _ask(
            session, incident, CONFIRM, f"confirmation:{entry.source_ts}", arguments={"ts": entry.source_ts or ""},
            mode=Mode.ONCE, lane=key(incident, "confirmations"), priority=LAST_OF_ALL,
        )  # fmt: skip


def update_confirmation(session: Session, incident: Incident, entry: TimelineEntry) -> None:
    """What was said in the message's thread is true no more: say what is."""
    if _is_in_channel(incident, entry):
        _ask(
            session, incident, UPDATE_CONFIRMATION, f"confirmation_now:{entry.source_ts}",
            arguments={"ts": entry.source_ts or ""}, after=confirmation_key(incident, entry.source_ts or ""),
            priority=LAST_OF_ALL,
        )  # fmt: skip


def _is_in_channel(incident: Incident, entry: TimelineEntry) -> bool:
    return entry.source_channel is not None and entry.source_channel == incident.working_channel


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
    mode: Mode = Mode.LATEST,
    lane: str | None = None,
    after: str | None = None,
    priority: int = 0,
) -> None:
    enqueue(
        session,
        Request(
            kind=kind,
            subject=incident.subject,
            key=key(incident, surface),
            mode=mode,
            arguments=arguments or {},
            lane=lane,
            after=after,
            after_any_end=True,
            priority=priority,
        ),
    )
