"""What the health of workflows brings to the house: all of its rooms, and how they stand to each other."""

from collections.abc import Callable
from datetime import timedelta

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.environment import Environment
from bot.incidents.declaring import Declaring
from bot.incidents.reading import CardLines
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms
from bot.workflows.alerts.room import AlertsRoom
from bot.workflows.checks.room import ChecksRoom
from bot.workflows.health import portrait
from bot.workflows.health.portrait import Buttons, Lines
from bot.workflows.health.room import HealthRoom
from bot.workflows.heartbeats.room import HeartbeatsRoom
from bot.workflows.queries.room import QueriesRoom


class WorkflowsRoom:
    """The health of workflows on the house's ground. `owed` and `buttons` are what other rooms add to a workflow's page."""

    def __init__(
        self,
        environment: Environment,
        slack: Slack,
        clock: Clock,
        settings: Settings,
        database: Database,
        *,
        owed: Lines,
        buttons: Buttons,
    ) -> None:
        self.alerts = AlertsRoom(slack, clock, settings, database, environment.hooks)
        self.heartbeats = HeartbeatsRoom(database, clock, settings, environment.heartbeat_secrets)
        self.checks = ChecksRoom(slack, clock, settings, database, environment.check_secrets)
        self.queries = QueriesRoom(slack, database, clock, settings, environment.prometheus)
        lines = portrait.together(self.checks.lines, self.heartbeats.lines, self.queries.lines, owed)
        self.health = HealthRoom(environment, database, clock, settings, lines, buttons)

    def commands(self) -> tuple[Command, ...]:
        """The verbs."""
        return self.health.commands()

    def listen(self, rooms: Rooms, declaring: Declaring) -> None:
        """Attach the clicks and forms."""
        self.alerts.listen(rooms, declaring)
        self.health.listen(rooms)

    def reactions(self) -> tuple[dict[str, Reaction], ...]:
        """What follows when SEVs begin, change and end, room by room."""
        return self.alerts.reactions(), self.health.reactions()

    def card_lines(self) -> CardLines:
        """What a SEV's card says of its workflows."""
        signs, burned = self.alerts.card_lines(), self.health.card_lines()
        return lambda session, incident: [*signs(session, incident), *burned(session, incident)]

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        self.alerts.register(kinds)
        self.checks.register(kinds)
        self.queries.register(kinds)

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], object]], ...]:
        """What the loop calls: its name, how often, and what it does."""
        rooms = (self.alerts, self.health, self.heartbeats, self.checks, self.queries)
        return tuple(job for room in rooms for job in room.jobs())

    def stop(self) -> None:
        """Begin nothing more, and give back what was begun."""
        self.checks.runner.stop()
