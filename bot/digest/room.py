"""What this room brings to the house: its verbs, what is clicked and sent, its deliveries, and its job."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.config import Settings, Workflow
from bot.db import Database
from bot.digest import health_chart, slack
from bot.digest.deliveries import DigestDeliveries
from bot.digest.jobs import Digests
from bot.digest.stats import Figures
from bot.nudges.subjects import AllSubjects
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms
from bot.slack.templates import Texts


class DigestRoom:
    """Digests and figures, on the house's ground."""

    def __init__(
        self,
        client: Slack,
        clock: Clock,
        settings: Settings,
        database: Database,
        subjects: AllSubjects,
        *,
        config_folder: Path,
    ) -> None:
        texts = Texts(config_folder)
        self._subscribing, self._figures = slack.Subscribing(settings, clock, texts), Figures(settings)
        self._charts = health_chart.Charts(settings)
        self._deliveries = DigestDeliveries(client, clock, settings, subjects, texts)
        self._digests = Digests(database, clock, settings)

    def commands(self) -> tuple[Command, ...]:
        """The verbs."""
        return slack.commands(self._subscribing, self._figures)

    def listen(self, rooms: Rooms) -> None:
        """Attach the clicks and the form."""
        slack.listen(rooms, self._subscribing, self._figures)
        rooms.clicks[health_chart.SHOW] = self._charts.show

    def buttons(self, workflow: Workflow) -> Sequence[Any]:
        """What is offered at a workflow."""
        return health_chart.buttons(workflow)

    def register(self, kinds: Kinds) -> None:
        """Add the kinds."""
        self._deliveries.register(kinds)

    def send_due(self) -> None:
        """Ask for every digest that is due."""
        self._digests.send_due()
