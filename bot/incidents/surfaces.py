"""Where a SEV shows in Slack, and what must be shown anew after a change. It asks for deliveries; it renders nothing."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents.audience import Audience, audience
from bot.incidents.bookmarks import wanted_bookmarks
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode, OutboxMessage

CREATE_CHANNEL = "incident.create_channel"
INVITE = "incident.invite"
CARD = "incident.card"
PIN = "incident.pin"
TOPIC = "incident.topic"
BOOKMARK = "incident.bookmark"
ANNOUNCEMENT = "incident.announcement"
LINE = "incident.line"
ANSWER = "incident.answer"
TROUBLE = "incident.trouble"
RECONCILE = "incident.reconcile"
NAME = "incident.name"
RECOVERED = "incident.recovered"


def audience_of(config: Config, incident: Incident) -> Audience:
    """Who is invited, told and paged, as the SEV is now."""
    return audience(
        config,
        severity=incident.severity,
        workflows=incident.workflow_keys,
        is_private=incident.is_private,
        declared_by=incident.declared_by,
        is_drill=incident.is_drill,
    )


def key(incident: Incident, surface: str) -> str:
    """The outbox key of one surface of a SEV: `incident:42:card`."""
    return f"{incident.subject}:{surface}"


def line_key(incident: Incident, entry_id: int) -> str:
    """The outbox key of an entry's line in the channel."""
    return key(incident, f"line:{entry_id}")


def set_up(session: Session, incident: Incident, config: Config) -> None:
    """Ask for a channel and all that belongs in and around it.

    Everything waits for the channel only, side by side, but for the pin, which waits for the card. What tells people
    does not wait in vain: if no channel can be had, the announcement says so, and the SEV runs in its thread.
    """
    _ask(session, incident, CREATE_CHANNEL, "channel", priority=URGENT)
    refresh(session, incident, config)
    invite(session, incident)
    _ask(session, incident, PIN, "pin", after=key(incident, "card"))
    add_bookmarks(session, incident, config)


def invite(session: Session, incident: Incident) -> None:
    """Invite whom its severity and workflows call for. Not at every change: whoever left is not called back by a title."""
    if incident.is_quiet:
        return
    _ask(session, incident, INVITE, "invite", priority=URGENT, after=key(incident, "channel"), after_any_end=True)


def add_bookmarks(session: Session, incident: Incident, config: Config) -> None:
    """Put at the top of the channel what belongs there."""
    if incident.is_quiet:
        return
    for bookmark in wanted_bookmarks(session, incident, config):
        show_bookmark(session, incident, bookmark.slot)


def show_bookmark(session: Session, incident: Incident, slot: str) -> None:
    """Show one bookmark as it is now, or take it away where there is none any more."""
    _ask(session, incident, BOOKMARK, f"bookmark:{slot}", arguments={"slot": slot}, after=key(incident, "channel"))


def refresh(session: Session, incident: Incident, config: Config) -> None:
    """Show the SEV as it is now wherever it shows."""
    if incident.is_quiet:
        return
    show_card(session, incident)
    _ask(session, incident, TOPIC, "topic", after=key(incident, "channel"))
    for place in dict.fromkeys((*audience_of(config, incident).places, *_announced_in(session, incident))):
        announce_in(session, incident, place)


_ANNOUNCEMENTS = select(OutboxMessage.arguments).where(
    OutboxMessage.subject == bindparam("incident"), OutboxMessage.kind == ANNOUNCEMENT
)


def _announced_in(session: Session, incident: Incident) -> list[str]:
    """Where it was announced before: those announcements stay true, also when its severity calls for them no more."""
    if incident.is_being_declared:
        return []
    rows = session.connection().execute(_ANNOUNCEMENTS, {"incident": incident.subject})
    return sorted(arguments["place"] for (arguments,) in rows)


def show_card(session: Session, incident: Incident) -> None:
    """Show the card as it is now."""
    _ask(session, incident, CARD, "card", priority=URGENT, after=key(incident, "channel"), after_any_end=True)


def announce_at_once(session: Session, incident: Incident, config: Config) -> None:
    """Announce it without waiting for its channel any longer."""
    for place in audience_of(config, incident).places:
        announce_in(session, incident, place, wait=False)


def announce_in(session: Session, incident: Incident, place: str, *, wait: bool = True) -> None:
    """Show the announcement in one place as it is now."""
    _ask(
        session,
        incident,
        ANNOUNCEMENT,
        f"announcement:{place}",
        arguments={"place": place},
        after=key(incident, "channel") if wait else None,
        after_any_end=True,
        audience=place,
    )


def say(session: Session, incident: Incident, entry: TimelineEntry) -> None:
    """Post one timeline entry as a line of its own. Lines come in the order of what they tell."""
    if incident.is_quiet:
        return
    session.flush()  # the line speaks of its entry by id
    enqueue(
        session,
        Request(
            kind=LINE,
            subject=incident.subject,
            arguments={"entry": entry.id},
            key=line_key(incident, entry.id),
            lane=key(incident, "lines"),
            mode=Mode.ONCE,
            after=key(incident, "card" if entry.kind == "declared" else "channel"),
            after_any_end=True,
        ),
    )


def answer_declarer(session: Session, incident: Incident, *, arguments: dict[str, str]) -> None:
    """Tell the declarer, where they are, that the channel is there: through the form or the command they used."""
    enqueue(
        session,
        Request(
            kind=ANSWER,
            subject=incident.subject,
            arguments=arguments,
            key=key(incident, "answer"),
            mode=Mode.ONCE,
            priority=URGENT,
            after=key(incident, "invite"),
            after_any_end=True,
            audience=incident.declared_by,
        ),
    )


def tell_trouble(session: Session, incident: Incident) -> None:
    """Tell the declarer by direct message that the channel can't be used, with what can be done about it."""
    _ask(session, incident, TROUBLE, "trouble", priority=URGENT, audience=incident.declared_by)


def show_again(session: Session, incident: Incident) -> None:
    """Show the card anew, and pin it: somebody deleted it."""
    show_card(session, incident)
    _ask(session, incident, PIN, "pin", after=key(incident, "card"))


def reconcile(session: Session, incident: Incident) -> None:
    """Look at the channel and see whether anything was missed."""
    _ask(session, incident, RECONCILE, "reconcile")


def _ask(
    session: Session,
    incident: Incident,
    kind: str,
    surface: str,
    *,
    arguments: dict[str, str] | None = None,
    priority: int = 0,
    after: str | None = None,
    after_any_end: bool = False,
    audience: str = "",
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
            after=after,
            after_any_end=after_any_end,
            audience=audience,
        ),
    )
