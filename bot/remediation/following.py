"""What this room does about what happens to SEVs."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.directory.people import BOT
from bot.incidents import lifecycle, membership
from bot.incidents.surfaces import show_card
from bot.outbox.announcements import Reaction
from bot.remediation import prevention, reading, service, surfaces
from bot.remediation.model import ActionItem

MOST_CARDS = 10
"""How many cards of later SEVs one change of an item shows anew."""


def reactions(settings: Settings, clock: Clock) -> dict[str, Reaction]:
    """What follows from which event. Whoever announced it has locked the SEV's row."""

    def severity_changed(session: Session, subject: str) -> None:
        incident = membership.by_subject(session, subject)
        for item in reading.of_incident(session, incident):
            service.follow_severity(session, item, config=settings.current, actor=BOT, now=clock.now())

    def may_have_come_before(session: Session, subject: str) -> None:
        surfaces.recall(session, membership.by_subject(session, subject))

    def named_elsewhere(session: Session, subject: str) -> None:
        """What later SEVs name as still open may be so no more, or be called something else."""
        item = session.get_one(ActionItem, int(subject.rpartition(":")[2]))
        for later in prevention.later_than(session, item.incident_id, most=MOST_CARDS):
            if lifecycle.is_open(settings.current, later):
                show_card(session, later)

    return {
        "incident.severity": severity_changed,
        **dict.fromkeys(("incident.declared", "incident.title", "incident.workflows"), may_have_come_before),
        **dict.fromkeys(("item.added", "item.changed", "item.closed", "item.reopened"), named_elsewhere),
    }
