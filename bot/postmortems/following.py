"""What this room does when something happened to a SEV, or to its postmortem."""

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.incidents import membership
from bot.nudges import service as nudges
from bot.outbox.announcements import Reaction
from bot.postmortems import service
from bot.postmortems.model import Postmortem

EVENTS = (
    "postmortem_drafted", "postmortem_submitted", "postmortem_approved", "postmortem_changes_asked",
    "postmortem_published", "postmortem_taken_back",
)  # fmt: skip
"""The facts of a SEV that are about its postmortem."""
TURNS = ("status", "reopened", "severity", "times", "role", "handoff", "workflows")
"""The facts of a SEV that change whether it owes one, until when, or who does."""


def reactions(settings: Settings) -> dict[str, Reaction]:
    """What follows from which event."""

    def turned(session: Session, subject: str) -> None:
        incident = membership.by_subject(session, subject)
        service.owe(session, incident, config=settings.current)
        watch(session, subject)

    table: dict[str, Reaction] = {f"incident.{fact}": turned for fact in TURNS}
    return table | {f"incident.{fact}": watch for fact in EVENTS}


def watch(session: Session, subject: str) -> None:
    """See whether people must be reminded of the SEV's postmortem, if there is one."""
    postmortem = session.get(Postmortem, int(subject.rpartition(":")[2]))
    if postmortem is not None:
        nudges.watch(session, postmortem.subject)
