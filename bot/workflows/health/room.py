"""What counts and SLOs bring to the house: the API that takes them, what looks at them, and the verbs that show them."""

from collections.abc import Callable
from datetime import timedelta

from bot.api import Callers
from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.environment import Environment
from bot.slack.commands import Command
from bot.slack.rooms import Rooms
from bot.workflows.counts.api import CountsApi
from bot.workflows.evaluation import objectives
from bot.workflows.evaluation.evaluating import Evaluating
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
        )
