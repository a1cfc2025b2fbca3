"""What must be told about a page, and to whom. It asks for deliveries; it renders and sends nothing."""

from sqlalchemy.orm import Session

from bot.incidents.model import Incident
from bot.incidents.surfaces import key as incident_key
from bot.incidents.surfaces import show_card
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode
from bot.paging.model import Page

TELL = "paging.tell"
OUTCOME = "paging.outcome"
CALL = "paging.call"
ON_CALL = "paging.on_call"
FIRST = 2 * URGENT
"""A page waits for nothing, and goes before all else."""


def key(incident: Incident, page: Page, surface: str = "") -> str:
    """The outbox key of a page: `incident:42:page:payments:1`."""
    return incident_key(incident, f"page:{page.team}:{page.occurrence}") + (f":{surface}" if surface else "")


def on_call_key(team: str) -> str:
    """The outbox key of the question who is on call."""
    return f"team:{team}:on_call"


def tell_pager(session: Session, incident: Incident, page: Page) -> None:
    """Tell the pager how the page is now, and show it on the card."""
    session.flush()  # the row speaks of its page by id
    enqueue(
        session,
        Request(
            kind=TELL,
            subject=incident.subject,
            arguments={"page": page.id},
            key=key(incident, page),
            mode=Mode.LATEST,
            priority=FIRST,
            rule=page.reason,
        ),
    )
    show_card(session, incident)


def show_outcome(session: Session, incident: Incident, page: Page) -> None:
    """Say in the SEV's channel what became of the page: one line, kept true."""
    enqueue(
        session,
        Request(
            kind=OUTCOME,
            subject=incident.subject,
            arguments={"page": page.id},
            key=key(incident, page, "outcome"),
            mode=Mode.LATEST,
            priority=URGENT,
            after=incident_key(incident, "channel"),
            after_any_end=True,
        ),
    )


def call_directly(session: Session, incident: Incident, page: Page, user_id: str) -> None:
    """Tell somebody of the team by direct message, since the pager does not."""
    enqueue(
        session,
        Request(
            kind=CALL,
            subject=incident.subject,
            arguments={"page": page.id, "user": user_id},
            key=key(incident, page, f"call:{user_id}"),
            mode=Mode.ONCE,
            priority=FIRST,
        ),
    )


def ask_who_is_on_call(session: Session, team: str) -> None:
    """Ask the team's pager who is on call now."""
    enqueue(
        session,
        Request(
            kind=ON_CALL, subject=f"team:{team}", arguments={"team": team}, key=on_call_key(team), mode=Mode.LATEST
        ),
    )
