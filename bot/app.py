"""The composition root: the one file that knows every room. It builds all there is, and starts and stops it in order."""

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError

from bot import inbound, schema
from bot.clock import Clock
from bot.config import Settings
from bot.db import CommitUnknown, Database
from bot.directory import channels as directory_channels
from bot.directory import people
from bot.environment import Environment
from bot.errors import CallFailed
from bot.incidents import jobs
from bot.incidents.channel import ChannelEvents
from bot.incidents.channel_deliveries import ChannelDeliveries
from bot.incidents.declaring import Declaring
from bot.incidents.deliveries import Deliveries
from bot.incidents.looking import Looking
from bot.incidents.reading import CardButtons, CardLines
from bot.incidents.slack import Changing, commands, listen, tray
from bot.outbox import claims
from bot.outbox.announcements import Announcements, Reaction
from bot.outbox.dispatcher import Dispatcher
from bot.outbox.enqueue import Enqueuer
from bot.outbox.kinds import Kinds
from bot.paging import deliveries as paging_deliveries
from bot.paging import jobs as paging_jobs
from bot.paging import slack as paging_slack
from bot.paging.following import Following
from bot.paging.pagers import Pagers
from bot.schedule import Job, Schedule
from bot.slack.client import Slack
from bot.slack.commands import Command, Commands, Line
from bot.slack.events import EventRule, Events
from bot.slack.listeners import Listeners, Rooms
from bot.slack.socket import Socket
from bot.slack.templates import Texts
from bot.slack.visit import Answer, Visit
from bot.web.server import Server

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

STOP_WITHIN = 8.0
"""Seconds in which what is in flight may finish. What does not is found again by its lease."""
ANSWER_WITHIN = 1.0
"""Seconds in which people who just did something still get their answer."""
LATE_QUEUE = timedelta(minutes=5)


class Bot:
    """All parts of one running bot."""

    def __init__(self, environment: Environment, *, settings: Settings | None = None) -> None:
        self.environment = environment
        self.clock = Clock()
        self.settings = settings or Settings(environment.config_folder)
        self.database = Database(environment.database_url)
        self.slack = Slack(
            environment.slack_bot_token,
            environment.slack_api_url,
            self.clock,
            timeout=self.settings.current.delivery.call_timeout,
        )
        self.pagers = Pagers(environment.pagers, timeout=lambda: self.settings.current.delivery.call_timeout)
        self.paging = paging_slack.Paging(self.settings)
        self.kinds = Kinds()
        self.dispatcher = Dispatcher(self.database, self.clock, self.settings, self.kinds)
        self.database.before_commit.append(Announcements(self._reactions()).flush)
        self.database.before_commit.append(Enqueuer(self.clock).flush)
        self.database.after_commit.append(self.dispatcher.after_commit)
        self._register_kinds()
        self.acquaintance = people.Acquaintance(self.database, self.clock, self.slack)
        self.rooms = self._rooms()
        self.listeners = Listeners(
            self.database,
            self.clock,
            self.slack,
            self.rooms,
            learn=self.acquaintance.learn,
            all_must_be_known=lambda: self.settings.current.permissions.see != "everyone",
        )
        self.bolt = self._bolt()
        self.listeners.attach(self.bolt)
        self.schedule = Schedule(self.clock, self._jobs())
        self.socket = (
            Socket(self.bolt, environment.slack_app_token, before=self.slack.identity, on_connect=self.reconcile)
            if environment.socket_mode
            else None
        )
        self.server = Server(self._routes, host=environment.http_host, port=environment.http_port)

    def start(self) -> None:
        """Begin to work. The schema must be current."""
        schema.require_current(self.database)
        self.dispatcher.start()
        self.database.run(lambda session: directory_channels.learn_places(session, self.settings.current))
        self._refresh_on_call()
        self.schedule.start()
        if self.socket:
            self.socket.start()
        else:
            self.reconcile()
        self.server.start()

    def stop(self) -> None:
        """Take nothing more, finish or release what is in flight, and let go of everything, all within `STOP_WITHIN`."""
        deadline = self.clock.monotonic() + STOP_WITHIN
        self.listeners.finish(within=ANSWER_WITHIN)
        if self.socket:
            self.socket.stop()
        self.server.stop(within=ANSWER_WITHIN)
        self.schedule.stop()
        self.listeners.stop()
        self.dispatcher.stop(within=max(deadline - self.clock.monotonic(), 0.0))
        self.database.close()

    def reconcile(self) -> None:
        """Look at every open SEV's channel: at the start, and whenever events may have been missed."""
        try:
            self.database.run(lambda session: jobs.reconcile_open(session, self.settings.current))
        except (SQLAlchemyError, CommitUnknown):
            log.exception("reconcile.not_asked")  # the recurring job asks again

    def _reactions(self) -> dict[str, tuple[Reaction, ...]]:
        """What follows from which event, in which room."""
        paging = Following(self.settings, self.clock)
        return {
            "incident.declared": (paging.declared,),
            "incident.severity": (paging.declared,),
            "incident.status": (paging.moved,),
            "incident.reopened": (paging.reopened,),
            "incident.role": (paging.role_changed,),
            "nudge.page": (paging.nobody_came,),
        }

    def _card_lines(self) -> tuple[CardLines, ...]:
        """Which rooms add lines to a SEV's card, in order."""
        return (partial(paging_deliveries.card_lines, self.settings),)

    def _card_buttons(self) -> tuple[CardButtons, ...]:
        """Which rooms add buttons to a SEV's card and tray, in order."""
        return (self.paging.buttons,)

    def _register_kinds(self) -> None:
        self.kinds.add(*directory_channels.kinds(self.slack))
        texts = Texts(self.environment.config_folder)
        Deliveries(
            self.slack, self.settings, self.kinds, texts, card_lines=self._card_lines(),
            card_buttons=self._card_buttons(),
        ).register()  # fmt: skip
        ChannelDeliveries(self.slack, self.clock, self.settings, self.kinds).register()
        paging_deliveries.Deliveries(self.slack, self.settings, self.kinds, self.pagers).register()

    def _rooms(self) -> Rooms:
        declaring = Declaring(self.settings, self.slack.permalink)
        looking = Looking(self.settings, card_buttons=self._card_buttons())
        changing = Changing(self.settings, self.clock)
        verbs = (*commands(declaring, changing, looking), *paging_slack.commands(self.paging), self._help())
        rules = event_rules(self.slack, self.settings)
        rooms = Rooms(commands=Commands(verbs, tray(looking)), events=Events(self.database, rules))
        listen(rooms, declaring, changing)
        paging_slack.listen(rooms, self.paging)
        return rooms

    def _help(self) -> Command:
        def run(_session: object, _visit: Visit, line: Line) -> Answer:
            return Answer(text=self.rooms.commands.help(line.text))

        return Command(
            verb="help", usage="help [VERB]", summary="list the verbs, or explain one", run=run, changes=False
        )

    def _jobs(self) -> tuple[Job, ...]:
        patience = self.settings.current.delivery
        return (
            Job("outbox.revive", timedelta(seconds=10), self.dispatcher.revive),
            Job("outbox.second_look", min(timedelta(seconds=10), patience.second_look), self.dispatcher.look_twice),
            Job("incidents.reconcile", timedelta(minutes=10), self.reconcile),
            Job("incidents.forget_answers", timedelta(minutes=5), self._forget_answers),
            Job("paging.refresh_on_call", timedelta(minutes=1), self._refresh_on_call),
            Job("paging.forget_on_call", timedelta(hours=1), self._forget_on_call),
            Job("inbound.forget", timedelta(hours=1), self._forget_inbound),
        )

    def _forget_answers(self) -> None:
        self.database.run(lambda session: jobs.forget_answers(session, machine_now=self.clock.machine()))

    def _refresh_on_call(self) -> None:
        config, now = self.settings.current, self.clock.now()
        self.database.run(lambda session: paging_jobs.refresh_on_call(session, config, self.pagers, now=now))

    def _forget_on_call(self) -> None:
        config, now = self.settings.current, self.clock.now()
        self.database.run(lambda session: paging_jobs.forget_on_call(session, config, now=now))

    def _forget_inbound(self) -> None:
        self.database.run(lambda session: inbound.forget_old(session, now=self.clock.now()))

    def _bolt(self) -> App:
        def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            """Who the bot is, from memory: asking Slack at each delivery would be what the person waits for."""
            identity = self.slack.identity()
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id or identity.team_id, bot_user_id=identity.user_id,
                bot_id=identity.bot_id, bot_token=self.environment.slack_bot_token,
            )  # fmt: skip

        client = WebClient(
            token=self.environment.slack_bot_token, base_url=self.environment.slack_api_url, retry_handlers=[]
        )
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
        )

    def _database_fault(self) -> str | None:
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


def event_rules(slack: Slack, settings: Settings) -> tuple[EventRule, ...]:
    """What the rooms do about Slack's events, in order."""
    return (*people.event_rules(slack), *ChannelEvents(slack, settings).rules())


def event_types(environment: Environment) -> set[str]:
    """Every type of event the bot listens to: what its Slack app must subscribe to."""
    slack = Slack("", environment.slack_api_url, Clock())
    return {name for rule in event_rules(slack, Settings(environment.config_folder)) for name in rule.types}
