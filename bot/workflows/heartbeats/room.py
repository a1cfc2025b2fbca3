"""What heartbeats bring to the house: the door for pings, what looks at them, and lines on a workflow's page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import Database
from bot.workflows.heartbeats import listening
from bot.workflows.heartbeats import views as heartbeat_views
from bot.workflows.heartbeats.hooks import HeartbeatDoor
from bot.workflows.heartbeats.model import HeartbeatRow

ROUNDS = 40
"""After how many transactions the others get their turn."""


class HeartbeatsRoom:
    """Heartbeats on the house's ground."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, secrets: tuple[str, ...]) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._followed: Config | None = None
        self._ahead: timedelta | None = None
        """How far business time was ahead of machine time when this looked last."""
        self.door = HeartbeatDoor(secrets, database, clock, settings)

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], None]], ...]:
        """What the loop calls: its name, how often, and what it does."""
        return (("heartbeats.look", timedelta(seconds=1), self.look),)

    def look(self) -> None:
        """Look at the heartbeats that are due. A recurring job calls this, on each of the replicas."""
        config, now, machine_now = self._settings.current, self._clock.now(), self._clock.machine()
        if any(listening.all_of(config)):
            self._keep_watch(now, machine_now)
        if config is not self._followed:
            self._database.run(lambda session: listening.look_at_all(session, now=now), aside=True)
            self._followed = config
        with self._database.read() as session:
            is_due = listening.is_due(session, now=now)
        for _ in range(ROUNDS if is_due else 0):
            done = self._database.run(lambda session: listening.look(session, config, now=now), aside=True)
            if done < listening.AT_ONCE:
                return

    def _keep_watch(self, now: datetime, machine_now: datetime) -> None:
        ahead = now - machine_now
        leapt = self._ahead is not None and ahead - self._ahead > listening.LEAP
        self._ahead = ahead
        with self._database.read() as session:
            is_due = leapt or listening.is_watch_due(session, machine_now=machine_now)
        if is_due:
            self._database.run(
                lambda session: listening.watch(session, now=now, machine_now=machine_now, leapt=leapt), aside=True
            )

    def lines(self, session: Session, config: Config, workflow: str, user_id: str, now: datetime) -> list[str]:
        """What a workflow's page says of its heartbeats: lines of mrkdwn, the worst first."""
        known = config.workflow(workflow)
        if known is None or not known.heartbeats:
            return []
        rows = {
            each.key: each for each in session.scalars(select(HeartbeatRow).where(HeartbeatRow.workflow == workflow))
        }
        up_since = listening.up_since(session) or now
        return heartbeat_views.lines(known, rows, zone=config.nudges.time_zone, up_since=up_since)
