"""The running bot: builds the ground, lets `house.py` put the rooms on it, and starts and stops it all in order."""

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError

from bot import runs, schema
from bot.clock import Clock
from bot.config import Settings
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.directory.people import Acquaintance
from bot.environment import Environment
from bot.errors import CallFailed
from bot.house import Ground, House
from bot.outbox import claims
from bot.outbox.announcements import Announcements
from bot.outbox.dispatcher import Dispatcher
from bot.outbox.enqueue import Enqueuer
from bot.outbox.kinds import Kinds
from bot.schedule import Job, Schedule
from bot.slack.client import Slack
from bot.slack.listeners import Listeners
from bot.slack.socket import Socket
from bot.slack.tls import trust
from bot.web.server import Server
from bot.web.v1 import tokens

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bot.web.api import Api

log = logging.getLogger(__name__)

STOP_WITHIN = 8.0
"""Seconds in which what is in flight may finish. What does not is found again by its lease."""
ANSWER_WITHIN = 1.0
"""Seconds in which people who just did something still get their answer."""
LATE_QUEUE = timedelta(minutes=5)
BEHIND_AFTER = timedelta(seconds=20)
"""From this age on, what waits for Slack is a backlog, of which people are told when they add to it."""
DATABASE_PAUSE = 2.0
"""Seconds between tries to begin with a database that was not there at the start."""


class Bot:
    """All parts of one running bot."""

    def __init__(self, environment: Environment, *, settings: Settings | None = None, migrates: bool = False) -> None:
        self.environment = environment
        self._migrates = migrates
        self._waits_for_database = False
        self._stopping = threading.Event()
        self.clock = Clock()
        self.settings = settings or Settings(environment.config_folder)
        self.database = Database(environment.database_url)
        self.slack = Slack(
            environment.slack_bot_token,
            environment.slack_api_url,
            self.clock,
            timeout=self.settings.current.delivery.call_timeout,
        )
        self.kinds = Kinds()
        self.dispatcher = Dispatcher(self.database, self.clock, self.settings, self.kinds)
        self.acquaintance = Acquaintance(self.database, self.clock, self.slack)
        self.house = House(
            Ground(environment, self.clock, self.settings, self.database, self.slack, self.kinds, self.acquaintance)
        )
        self.database.before_commit.append(Announcements(self.house.reactions()).flush)
        self.database.before_commit.append(Enqueuer(self.clock).flush)
        self.database.after_commit.append(self.dispatcher.after_commit)
        self.rooms = self.house.rooms()
        self.listeners = Listeners(
            self.database,
            self.clock,
            self.slack,
            self.rooms,
            learn=self.acquaintance.learn,
            all_must_be_known=lambda: self.settings.current.permissions.see != "everyone",
            is_behind=self._is_behind,
        )
        self.bolt = self._bolt()
        self.listeners.attach(self.bolt)
        self.schedule = Schedule(self.clock, self._jobs())
        self._run_notes = runs.Notes(runs.here())
        self.socket = (
            Socket(self.bolt, environment.slack_app_token, before=self.slack.identity, on_connect=self._connected)
            if environment.socket_mode
            else None
        )
        self.server = Server(self._routes, host=environment.http_host, port=environment.http_port)

    def start(self) -> None:
        """Begin to work. A schema that is behind raises `SchemaBehind`.

        While the database is down SEVs can be declared nevertheless, so the bot does not wait for it: all that needs it
        begins when it is there.
        """
        self.house.emergencies.start()
        try:
            self._begin_with_database()
        except (*UNAVAILABLE, CommitUnknown) as error:
            self._waits_for_database = True
            log_failure(log, "database.not_there", error)
            threading.Thread(target=self._wait_for_database, name="database", daemon=True).start()
        self.schedule.start()
        if not self._waits_for_database:
            self._note_start()
        if self.socket:
            self.socket.start()
        else:
            self.reconcile()
        self.server.start()

    def _begin_with_database(self) -> None:
        if self.database.is_sqlite and self._migrates:
            schema.upgrade(self.database)  # which makes the file, where there is none
        self.database.ping()
        schema.require_current(self.database)
        self.database.run(self.house.begin)
        self.dispatcher.start()
        self._waits_for_database = False

    def _wait_for_database(self) -> None:
        """Try again until it is there, or the bot is told to stop."""
        while not self._stopping.wait(DATABASE_PAUSE):
            try:
                self._begin_with_database()
            except schema.SchemaBehind as behind:
                log.error("database.is_behind", extra={"error": str(behind)})  # noqa: TRY400 - the text says what to do
            except (*UNAVAILABLE, CommitUnknown) as error:
                log_failure(log, "database.not_there", error)
            else:
                log.info("database.is_there")
                self.reconcile()
                return

    def stop(self) -> None:
        """Take nothing more, finish or release what is in flight, and let go of everything, all within `STOP_WITHIN`."""
        self._stopping.set()
        deadline = self.clock.monotonic() + STOP_WITHIN
        if self.socket:
            self.socket.stop(within=ANSWER_WITHIN)
        self.server.stop(within=ANSWER_WITHIN)
        self.schedule.stop()
        self.listeners.stop()
        self.house.emergencies.stop()
        self.house.workflows.stop()
        self.dispatcher.stop(within=max(deadline - self.clock.monotonic(), 0.0))
        noting = threading.Thread(target=self._note_stop, name="stop", daemon=True)  # a database may not answer
        noting.start()
        noting.join(max(deadline - self.clock.monotonic(), ANSWER_WITHIN))
        self.database.close()

    def _connected(self) -> None:
        """Time has passed, and what happened meanwhile was missed."""
        self.slack.learn_time()
        self.reconcile()

    def reconcile(self) -> None:
        """Look at every open SEV's channel: at the start, and whenever events may have been missed."""
        try:
            self.database.run(self.house.look_after_open)
            self.database.run(self.house.watch_open, aside=True)
        except (SQLAlchemyError, CommitUnknown) as error:
            log_failure(log, "reconcile.not_asked", error)  # the recurring job asks again

    def _jobs(self) -> tuple[Job, ...]:
        patience = self.settings.current.delivery
        return (
            Job("outbox.revive", timedelta(seconds=10), self.dispatcher.revive),
            Job("outbox.second_look", min(timedelta(seconds=10), patience.second_look), self.dispatcher.look_twice),
            Job("api.note_uses", timedelta(minutes=1), self._note_uses),
            Job("incidents.reconcile", timedelta(minutes=10), self.reconcile),
            Job("operations.note_runs", timedelta(minutes=1), self._note_runs),
            *self.house.jobs(),
        )

    def _bolt(self) -> App:
        def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            """Who the bot is, from memory: asking Slack at each delivery would be what the person waits for."""
            identity = self.slack.identity()
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id or identity.team_id, bot_user_id=identity.user_id,
                bot_id=identity.bot_id, bot_token=self.environment.slack_bot_token,
            )  # fmt: skip

        client = WebClient(
            token=self.environment.slack_bot_token, base_url=self.environment.slack_api_url, retry_handlers=[],
            ssl=trust(),
        )  # fmt: skip
        return App(
            name="sevbot",  # without one Bolt searches the stack for it, through every loaded module
            client=client,
            signing_secret=self.environment.slack_signing_secret or "unused in Socket Mode",
            authorize=authorize,
            process_before_response=True,
            ignoring_self_events_enabled=False,  # it takes the deletion of the bot's own card for the bot's own deed
            logger=logging.getLogger("slack_bolt"),
        )

    def _routes(self) -> "FastAPI":
        from bot.web.routes import Health, build  # late, to be there for the first visit sooner

        return build(
            Health({"database": self._database_fault, "slack": self._slack_fault, "queue": self._queue_fault}),
            slack=None if self.environment.socket_mode else self.bolt,
            metrics_token=self.environment.metrics_token,
            hooks={"jira": self.house.tracking.hooks.take, **self.house.workflows.alerts.hooks},
            services=self._services(),
            heartbeats=self.house.workflows.heartbeats.door.take,
        )

    def _services(self) -> "Api":
        from bot.web.api import Api
        from bot.web.v1.doors import Doors
        from bot.web.v1.incidents import IncidentsApi
        from bot.web.v1.telling import TellingApi

        counts = self.house.workflows.health.counts
        doors = Doors(counts.callers, self.database, self.clock, self.settings)
        return Api(counts.take, IncidentsApi(doors), TellingApi(doors))

    def _note_uses(self) -> None:
        tokens.note_uses(self.house.workflows.health.counts.callers, self.database, self.clock)

    def _note_runs(self) -> None:
        """Write down how the recurring jobs fare."""
        now, known = self.clock.machine(), self.schedule.runs()
        news = self.database.run(lambda session: self._run_notes.write(session, known, now=now), aside=True)
        self._run_notes.written(news)

    def _note_start(self) -> None:
        try:
            self._note_runs()
        except (SQLAlchemyError, CommitUnknown) as error:
            log_failure(log, "start.not_noted", error)  # the recurring job notes it

    def _note_stop(self) -> None:
        """Write down that this bot was told to stop, so that nobody is alarmed when its jobs run no more."""
        now = self.clock.machine()
        try:
            self.database.run(lambda session: self._run_notes.stop(session, now=now), aside=True)
        except (SQLAlchemyError, CommitUnknown) as error:
            log_failure(log, "stop.not_noted", error)

    def _is_behind(self) -> bool:
        """Whether Slack takes nothing, and has not for a while. The database is asked only where the last call failed."""
        if not self.slack.is_away:
            return False
        try:
            with self.database.read() as session:
                return claims.is_behind(session, before=self.clock.now() - BEHIND_AFTER)
        except SQLAlchemyError:
            return False

    def _database_fault(self) -> str | None:
        if self._waits_for_database:
            return "it was not there at the start, or its schema is behind; waiting for it"
        try:
            self.database.ping()
        except SQLAlchemyError as error:
            return type(error).__name__
        return None

    def _slack_fault(self) -> str | None:
        if self.socket:
            return None if self.socket.is_connected() else "the socket is not connected"
        try:
            self.slack.identity()
        except CallFailed as error:
            return str(error)
        return None

    def _queue_fault(self) -> str | None:
        try:
            with self.database.read() as session:
                queue = claims.queue_state(session, now=self.clock.machine())
        except SQLAlchemyError as error:
            return type(error).__name__
        return f"the oldest delivery waits for {queue.oldest_due}" if queue.oldest_due > LATE_QUEUE else None
