"""What paging does when something happens to a SEV, in the same transaction."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.incidents.membership import by_subject
from bot.outbox.announcements import Reaction
from bot.paging import service
from bot.paging.model import Reason


class Following:
    """The reactions of this room."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def _config(self) -> Config:
        return self._settings.current

    def reactions(self) -> dict[str, Reaction]:
        """What follows from which event."""
        return {
            "incident.declared": self.declared,
            "incident.severity": self.declared,
            "incident.status": self.moved,
            "incident.reopened": self.reopened,
            "incident.role": self.role_changed,
            "incident.handoff": self.role_changed,
            "nudge.page": self.nobody_came,
        }

    def declared(self, session: Session, subject: str) -> None:
        """It was declared, or its severity changed: whoever it newly calls for is paged."""
        service.page_called_for(
            session, by_subject(session, subject), Reason.SEVERITY, config=self._config, now=self._clock.now()
        )

    def moved(self, session: Session, subject: str) -> None:
        """Its status changed: where nobody needs to come any more, pages end; where it came back, they ring again."""
        incident = by_subject(session, subject)
        if service.is_ringing(self._config, incident):
            service.page_again(session, incident, config=self._config, now=self._clock.now())
        else:
            service.resolve(session, incident, now=self._clock.now())

    def reopened(self, session: Session, subject: str) -> None:
        """It is open again: whoever it calls for is paged again."""
        service.page_called_for(
            session, by_subject(session, subject), Reason.REOPENED, config=self._config, now=self._clock.now()
        )

    def role_changed(self, session: Session, subject: str) -> None:
        """Somebody may be in command now."""
        service.acknowledge(session, by_subject(session, subject), config=self._config, now=self._clock.now())

    def nobody_came(self, session: Session, subject: str) -> None:
        """A nudge was not enough: nobody is in command still."""
        service.page_for_command(session, by_subject(session, subject), config=self._config, now=self._clock.now())
