"""`/sev doctor`: how the bot itself fares, with a button to try again what failed.

Listeners call nobody, so Slack is asked aside, again and again, and the answer tells what it said last.
"""

from datetime import datetime, timedelta

from prometheus_client import generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import runs
from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.operations import doctor_views, examining, findings, job_findings
from bot.operations.findings import Finding
from bot.outbox.enqueue import retry_all_dead
from bot.outbox.kinds import Kinds
from bot.outbox.model import OutboxMessage, State
from bot.slack.client import Slack
from bot.slack.commands import NAME, Command, Line
from bot.slack.rooms import Rooms
from bot.slack.visit import Answer, Visit

EVERY = timedelta(minutes=5)
"""How often Slack is asked."""


class Doctor:
    """The verb, the button, and the job that asks Slack."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, database: Database, kinds: Kinds) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._database = database
        self._kinds = kinds
        self._of_slack: tuple[Finding, ...] = ()
        self._asked_at: datetime | None = None

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                verb="doctor", usage="doctor", summary="see how Sevbot itself fares, and what to do about it",
                run=self._tell, takes_target=False,
            ),
        )  # fmt: skip

    def listen(self, rooms: Rooms) -> None:
        rooms.clicks[doctor_views.RETRY] = self._retry

    def ask_slack(self) -> None:
        """Ask Slack whether it lets the bot do its work. A recurring job calls this."""
        with self._database.read() as session:
            places = examining.places(session, self._settings.current)
        now = self._clock.machine()
        self._of_slack, self._asked_at = tuple(examining.slack(self._slack, places, now=now)), now

    def _tell(self, session: Session, visit: Visit, _line: Line) -> Answer:
        require(self._settings.current, actor_of(session, visit), "operate")
        now = self._clock.machine()
        found = [
            *self._of_slack,
            *examining.database(session, self._database, self._kinds, now=now),
            *findings.loop(generate_latest().decode(), now=now, with_jobs=False),
            *job_findings.jobs(runs.known(session), now=now),
        ]
        dead = session.scalar(select(func.count()).where(OutboxMessage.state == State.DEAD)) or 0
        ago = None if self._asked_at is None else now - self._asked_at
        text, blocks = doctor_views.told(found, dead=dead, slack_was_asked=ago)
        return Answer(text=text, blocks=blocks)

    def _retry(self, session: Session, visit: Visit) -> Answer:
        require(self._settings.current, actor_of(session, visit), "operate")
        count = retry_all_dead(session, now=self._clock.machine())
        if not count:
            return Answer(text="Nothing is left that failed.")
        what = f"{count} deliveries are" if count != 1 else "One delivery is"
        return Answer(text=f"{what} tried again. `{NAME} doctor` says how that went.")
