"""What counts and SLOs bring to the house: the API that takes them, what looks at them, and the verbs that show them."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.api import Callers
from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.environment import Environment
from bot.incidents import lifecycle
from bot.incidents.home import HomeSection
from bot.incidents.membership import by_subject
from bot.incidents.model import Incident
from bot.incidents.reading import CardLines
from bot.outbox.announcements import Reaction
from bot.slack.commands import Command
from bot.slack.rooms import Rooms
from bot.workflows.counts.api import CountsApi
from bot.workflows.evaluation import objectives
from bot.workflows.evaluation.evaluating import Evaluating
from bot.workflows.health import burned_views, home, keeping_burned
from bot.workflows.health import slack as health_slack
from bot.workflows.health.portrait import Buttons, Lines


class HealthRoom:
    """The health of workflows, on the house's ground. `lines` and `buttons` are what other rooms add to a workflow's page."""

    def __init__(  # noqa: PLR0917 - it stands on the whole ground
        self,
        environment: Environment,
        database: Database,
        clock: Clock,
        settings: Settings,
        lines: Lines,
        buttons: Buttons,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self.counts = CountsApi(Callers(environment.api_tokens, clock.monotonic), database, clock, settings)
        self.evaluating = Evaluating(database, clock, settings, objectives.watched)
        self._showing = health_slack.Showing(settings, lines, buttons)

    def commands(self) -> tuple[Command, ...]:
        """The verbs."""
        return health_slack.commands(self._showing)

    def listen(self, rooms: Rooms) -> None:
        """Attach the clicks."""
        health_slack.listen(rooms, self._showing)

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], object]], ...]:
        """What is done again and again: its name, how often, and what."""
        return (
            ("workflows.evaluate", timedelta(seconds=15), self.evaluating.evaluate),
            ("workflows.forget", timedelta(hours=1), self.evaluating.forget),
            ("workflows.measure_sevs", timedelta(minutes=1), self.measure_sevs),
        )

    def reactions(self) -> dict[str, Reaction]:
        """What follows when it is told of a SEV that is over when it was. Of open ones the loop keeps what they burn."""
        return {f"incident.{fact}": self._told_of_sev for fact in ("declared", "times", "workflows")}

    def card_lines(self) -> CardLines:
        """What a SEV's card says of the error budgets it burned."""

        def lines(session: Session, incident: Incident) -> Sequence[str]:
            config = self._settings.current
            is_open = lifecycle.is_open(config, incident)
            return burned_views.card_lines(config, keeping_burned.kept(session, incident), is_open=is_open)

        return lines

    def home_section(self) -> HomeSection:
        """What somebody finds at Home of their workflows."""
        return home.section(self._settings, self._clock)

    def measure_sevs(self) -> None:
        """Keep what SEVs burned of error budgets. A recurring job calls this."""
        config, now = self._settings.current, self._clock.now()
        if not self.evaluating.roll_up():
            return
        with self._database.read() as session:
            news = [
                each for each in keeping_burned.due(session, config)
                if keeping_burned.has_news(session, config, each, now=now)
            ]  # fmt: skip
        for incident_id in news:
            self._database.run(lambda session: keeping_burned.keep(session, config, incident_id, now=now), aside=True)  # noqa: B023 - it is run at once

    def _told_of_sev(self, session: Session, subject: str) -> None:
        config, incident = self._settings.current, by_subject(session, subject)
        if not lifecycle.is_open(config, incident):
            keeping_burned.keep(session, config, incident.id, now=self._clock.now())
