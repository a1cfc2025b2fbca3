"""What the room of operations brings to the house: it looks at everything, mends what failed, and forgets what is old."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.incidents.home import HomeSection
from bot.nudges.subjects import AllSubjects
from bot.operations import why
from bot.operations.alive import MEASURE_EVERY, TELL_EVERY, Alive
from bot.operations.config_watch import ConfigWatch
from bot.operations.doctor import EVERY, Doctor
from bot.operations.retention.running import Forgetting
from bot.outbox.kinds import Kinds
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms


class OperationsRoom:
    """Accounting for what was said, reading the configuration anew, the doctor, and forgetting."""

    def __init__(
        self,
        slack: Slack,
        clock: Clock,
        settings: Settings,
        database: Database,
        kinds: Kinds,
        *,
        subjects: AllSubjects,
        alive_url: str,
    ) -> None:
        self.config_watch = ConfigWatch(settings, database, slack)
        self.doctor = Doctor(slack, clock, settings, database, kinds)
        self.alive = Alive(alive_url, database, slack, clock)
        self.forgetting = Forgetting(database, clock, settings)
        self._why = why.Accounting(settings, kinds, subjects)
        self._subjects = subjects

    def begin(self, session: Session) -> None:
        """What is asked for once, when the bot starts."""
        self.config_watch.begin(session)

    def commands(self) -> tuple[Command, ...]:
        return (*why.commands(self._why), *self.doctor.commands())

    def listen(self, rooms: Rooms) -> None:
        self.doctor.listen(rooms)

    def register(self, kinds: Kinds) -> None:
        kinds.add(self.config_watch.kind())

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], object]], ...]:
        """Name, how often, and what: the loop's jobs of this room."""
        return (
            ("operations.read_config", timedelta(seconds=5), self.config_watch.look),
            ("operations.ask_slack", EVERY, self.doctor.ask_slack),
            ("operations.measure", MEASURE_EVERY, self.alive.measure),
            ("operations.tell_alive", TELL_EVERY, self.alive.tell),
            ("retention.hourly", timedelta(hours=1), self.forgetting.hourly),
            ("retention.nightly", timedelta(minutes=10), self.forgetting.nightly),
        )

    def home_section(self) -> HomeSection:
        return why.reminded(self._subjects)
