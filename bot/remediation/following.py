"""What this room does about what happens to SEVs."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.directory.people import BOT
from bot.incidents.model import Incident
from bot.outbox.announcements import Reaction
from bot.remediation import reading, service


def reactions(settings: Settings, clock: Clock) -> dict[str, Reaction]:
    """What follows from which event. Whoever announced it has locked the SEV's row."""

    def severity_changed(session: Session, subject: str) -> None:
        incident = session.get_one(Incident, int(subject.rpartition(":")[2]))
        for item in reading.of_incident(session, incident):
            service.follow_severity(session, item, config=settings.current, actor=BOT, now=clock.now())

    return {"incident.severity": severity_changed}
