"""Where a postmortem shows, and what must be shown anew. It asks for deliveries; it renders nothing."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.surfaces import key, show_card
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode, OutboxMessage
from bot.postmortems.model import Postmortem

BOARD = "postmortems.board"
ANNOUNCEMENT = "postmortems.announcement"
REVIEW = "postmortems.review"
TELL = "postmortems.tell"
EXPORT = "postmortems.export"
ON_BOARD = "postmortem"
"""The surface on which it is worked."""


def show(session: Session, incident: Incident) -> None:
    """Show how the postmortem stands: in the SEV's channel, on its card, and wherever it was announced."""
    show_board(session, incident)
    show_card(session, incident)
    announced = select(OutboxMessage.arguments).where(
        OutboxMessage.subject == incident.subject, OutboxMessage.kind == ANNOUNCEMENT
    )
    for place in sorted(arguments["place"] for (arguments,) in session.execute(announced)):
        _announce_in(session, incident, place)


def show_board(session: Session, incident: Incident) -> None:
    """Show the message in the SEV's channel on which it is worked."""
    _ask(session, incident, BOARD, ON_BOARD, after=key(incident, "channel"), after_any_end=True)


def announce(session: Session, incident: Incident, config: Config) -> None:
    """Say that it is published: in the SEV's channel, and in the configured one unless it is private."""
    _announce_in(session, incident, "")
    if config.postmortems.announce and not incident.is_private:
        _announce_in(session, incident, config.postmortems.announce)


def review_key(incident: Incident, postmortem: Postmortem, user_id: str) -> str:
    """The outbox key of what asks a reviewer, in this round."""
    return key(incident, f"postmortem_review:{postmortem.round}:{user_id}")


def show_review(session: Session, incident: Incident, postmortem: Postmortem, user_id: str) -> None:
    """Ask a reviewer by direct message, or show there what became of it."""
    enqueue(
        session,
        Request(
            kind=REVIEW, subject=incident.subject, key=review_key(incident, postmortem, user_id), mode=Mode.LATEST,
            arguments={"to": user_id, "round": postmortem.round}, priority=URGENT, audience=user_id,
        ),
    )  # fmt: skip


def tell(session: Session, incident: Incident, entry: TimelineEntry, user_id: str) -> None:
    """Tell somebody by direct message what a reviewer said of what they submitted."""
    session.flush()  # the message speaks of its entry by id
    _ask(
        session, incident, TELL, f"postmortem_told:{entry.id}:{user_id}", mode=Mode.ONCE,
        arguments={"entry": entry.id, "to": user_id}, audience=user_id,
    )  # fmt: skip


def export(session: Session, incident: Incident, form: str, template: str, *, user_id: str, asking: str) -> None:
    """Send it as a file, by direct message, to the person who asked. `asking` is the key of their asking."""
    _ask(
        session, incident, EXPORT, f"postmortem_export:{asking}", mode=Mode.ONCE,
        arguments={"user": user_id, "format": form, "template": template}, audience=user_id, priority=URGENT,
    )  # fmt: skip


def _announce_in(session: Session, incident: Incident, place: str) -> None:
    surface = f"postmortem_announcement:{place}"
    after = None if place else key(incident, "channel")
    _ask(
        session, incident, ANNOUNCEMENT, surface, arguments={"place": place}, audience=place, after=after,
        after_any_end=True,
    )  # fmt: skip


def _ask(
    session: Session, incident: Incident, kind: str, surface: str, *, mode: Mode = Mode.LATEST, **fields: Any
) -> None:
    name = key(incident, surface)[:200]
    enqueue(session, Request(kind=kind, subject=incident.subject, key=name, mode=mode, **fields))
