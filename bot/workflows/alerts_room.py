"""What problems, and the alerts they come from, bring to the house: what is clicked and sent, deliveries, hooks, jobs."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.incidents.declaring import Declaring
from bot.incidents.model import Incident
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.slack.rooms import Rooms
from bot.workflows import intake, problem_jobs, problem_slack, sev_signs
from bot.workflows.problem_deliveries import ProblemDeliveries


class AlertsRoom:
    """Problems on the house's ground."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, database: Database) -> None:
        self._clock = clock
        self._settings = settings
        self._database = database
        self._deliveries = ProblemDeliveries(slack, clock, settings)

    def listen(self, rooms: Rooms, declaring: Declaring) -> None:
        """Attach the clicks and the form."""
        problem_slack.listen(rooms, problem_slack.Answering(self._settings), declaring)

    def reactions(self) -> dict[str, Reaction]:
        """What follows when SEVs begin and end. Whoever announced it has locked the SEV's row."""
        return {
            "incident.declared": self._sev_began,
            "incident.reopened": self._sev_began,
            "incident.workflows": self._sev_began,
            "incident.status": self._sev_moved,
            "incident.channel": self._sev_moved,
        }

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        self._deliveries.register(kinds)

    def show_news(self) -> None:
        """Show what is new about problems. A recurring job calls this."""
        now = self._clock.now()
        self._database.run(lambda session: problem_jobs.show_news(session, now=now), aside=True)

    def forget(self) -> None:
        """Forget what was over long ago. A recurring job calls this."""
        now = self._clock.now()
        self._database.run(lambda session: problem_jobs.forget(session, now=now), aside=True)
        self._database.run(lambda session: intake.forget(session, now=now), aside=True)

    def _sev_began(self, session: Session, subject: str) -> None:
        sev_signs.tell_sev(session, _incident(session, subject), config=self._settings.current, now=self._clock.now())

    def _sev_moved(self, session: Session, subject: str) -> None:
        sev_signs.show_known(session, _incident(session, subject))


def _incident(session: Session, subject: str) -> Incident:
    return session.get_one(Incident, int(subject.rpartition(":")[2]))
