"""What problems, and the alerts they come from, bring to the house: what is clicked and sent, deliveries, hooks, jobs."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.incidents.declaring import Declaring
from bot.incidents.membership import by_subject
from bot.incidents.reading import CardLines
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.slack.rooms import Rooms
from bot.workflows.alerts import operators
from bot.workflows.alerts.hooks import Hook
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.alerts.working_off import Worker
from bot.workflows.problems import jobs as problem_jobs
from bot.workflows.problems import sev_signs
from bot.workflows.problems import slack as problem_slack
from bot.workflows.problems import views as problem_views
from bot.workflows.problems.deliveries import ProblemDeliveries


class AlertsRoom:
    """Problems on the house's ground."""

    def __init__(
        self, slack: Slack, clock: Clock, settings: Settings, database: Database, secrets: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._database = database
        self._worker = Worker(database, clock, settings, SOURCES)
        self.hooks = {
            name: Hook(source, secrets.get(name, ()), database, clock).take for name, source in SOURCES.items()
        }
        """What takes deliveries, by the last part of their address."""

    def listen(self, rooms: Rooms, declaring: Declaring) -> None:
        """Attach the clicks and the form."""
        problem_slack.listen(rooms, problem_slack.Answering(self._settings, self._clock), declaring)

    def reactions(self) -> dict[str, Reaction]:
        """What follows when SEVs begin and end. Whoever announced it has locked the SEV's row."""
        return {
            "incident.declared": self._sev_began,
            "incident.reopened": self._sev_began,
            "incident.workflows": self._sev_began,
            "incident.status": self._sev_moved,
            "incident.channel": self._sev_moved,
        }

    def card_lines(self) -> CardLines:
        """What a SEV's card says of the problems it knows of."""
        return lambda session, incident: problem_views.card_lines(sev_signs.known_to(session, incident))

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        ProblemDeliveries(self._slack, self._clock, self._settings).register(kinds)
        kinds.add(operators.kind(self._slack, self._settings))

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], None]], ...]:
        """What the loop calls: its name, how often, and what it does."""
        return (
            ("alerts.work_off", timedelta(seconds=1), self.work_off),
            ("problems.show_news", timedelta(seconds=15), self.show_news),
            ("problems.end_silent", timedelta(hours=1), self.end_silent),
        )

    def work_off(self) -> None:
        """Work off what other services delivered. A recurring job calls this."""
        self._worker.work_off()

    def show_news(self) -> None:
        """Show what is new about problems. A recurring job calls this."""
        config, now = self._settings.current, self._clock.now()
        self._database.run(lambda session: problem_jobs.show_news(session, config, now=now), aside=True)
        self._database.run(lambda session: problem_jobs.reach_missed(session, config, now=now), aside=True)

    def end_silent(self) -> None:
        """Take to be over what was not heard of for long. A recurring job calls this."""
        now = self._clock.now()
        self._database.run(lambda session: problem_jobs.end_silent(session, now=now), aside=True)

    def _sev_began(self, session: Session, subject: str) -> None:
        sev_signs.tell_sev(session, by_subject(session, subject), config=self._settings.current, now=self._clock.now())

    def _sev_moved(self, session: Session, subject: str) -> None:
        sev_signs.show_known(session, by_subject(session, subject))
