"""All rooms, and what each of them brings: deliveries, verbs, clicks, forms, rules for events, reactions, lines and jobs.

Together with `app.py`, which starts and stops it all, this is the composition root: no other file knows every room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.digest.room import DigestRoom
from bot.directory import channels as directory_channels
from bot.directory import people
from bot.environment import Environment
from bot.hearing import event_rules
from bot.incidents import (
    access_slack,
    duplicates,
    field_slack,
    jobs,
    linking_slack,
    links,
    membership,
    nudge_slack,
    people_slack,
    silencing,
    subscribers,
    updating,
)
from bot.incidents import slack as incidents
from bot.incidents.access_deliveries import AccessDeliveries
from bot.incidents.bookmark_deliveries import BookmarkDeliveries
from bot.incidents.channel_deliveries import ChannelDeliveries
from bot.incidents.declaring import Declaring
from bot.incidents.deliveries import Deliveries
from bot.incidents.emergency import Emergencies
from bot.incidents.emergency_steps import EmergencyStep
from bot.incidents.home import Home, HomeSection, sections
from bot.incidents.journal import Journal
from bot.incidents.linking_slack import Linking
from bot.incidents.looking import Looking
from bot.incidents.nudging import SevNudges
from bot.incidents.people_deliveries import PeopleDeliveries
from bot.incidents.people_slack import People
from bot.incidents.reading import CardButtons, CardLines
from bot.incidents.recovery_deliveries import RecoveryDeliveries
from bot.incidents.update_deliveries import UpdateDeliveries
from bot.nudges import jobs as nudge_jobs
from bot.nudges import service as nudges
from bot.nudges.daily_deliveries import DailyDeliveries
from bot.nudges.deliveries import NudgeDeliveries
from bot.nudges.subjects import AllSubjects
from bot.operations.room import OperationsRoom
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.paging.room import PagingRoom
from bot.postmortems.room import PostmortemRoom
from bot.remediation import jobs as remediation_jobs
from bot.remediation import nudging, of_workflow
from bot.remediation.nudging import ItemNudges
from bot.remediation.room import Remediation
from bot.remediation.tracking_room import Tracking
from bot.schedule import Job
from bot.slack.client import Slack
from bot.slack.commands import Commands, help_command
from bot.slack.events import Events
from bot.slack.rooms import Rooms
from bot.slack.templates import Texts
from bot.timeline import jobs as timeline_jobs
from bot.timeline import reading as timeline_reading
from bot.timeline import slack as timeline_slack
from bot.timeline import starting as timeline_starting
from bot.timeline.deliveries import CaptureDeliveries
from bot.timeline.memory import Memory
from bot.timeline.reconciling import CatchUp
from bot.timeline.telling_deliveries import TellingDeliveries
from bot.webhooks.room import WebhooksRoom
from bot.workflows.problems import slack as problem_slack
from bot.workflows.room import WorkflowsRoom

HOME_EVENTS = (
    "declared", "severity", "status", "reopened", "title", "update", "channel", "channel_replaced", "role", "handoff",
    *PostmortemRoom.EVENTS,
)  # fmt: skip
"""The facts of a SEV after which Homes are shown anew."""
WATCHED_EVENTS = ("declared", "reopened", "severity", "status", "update", "role", "handoff", "fields")
"""The facts of a SEV that change what people need to be reminded of."""
MISSED_EVENTS = ("channel_regained", "declared_without_database", "reopened")
"""The facts of a SEV after which its channel is read: something may have been said there unheard."""
ITEM_EVENTS = ("added", "changed", "closed", "reopened")
"""The same for action items."""


@dataclass(frozen=True)
class Ground:
    """What every room stands on."""

    environment: Environment
    clock: Clock
    settings: Settings
    database: Database
    slack: Slack
    kinds: Kinds
    acquaintance: people.Acquaintance


class House:
    """The rooms on their ground."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        slack, clock, settings, database = ground.slack, ground.clock, ground.settings, ground.database
        self.memory = Memory()
        self.postmortems = PostmortemRoom(slack, clock, settings, database, ground.environment.config_folder)
        self.subjects = AllSubjects(
            {"incident": SevNudges(settings), "item": ItemNudges(settings, clock), **self.postmortems.subjects()}
        )
        self._reminding = nudge_jobs.Reminding(ground.database, clock, settings, self.subjects)
        self.paging = PagingRoom(ground.environment.pagers, slack, clock, settings, database)
        self.remediation = Remediation(slack, clock, settings, self.memory)
        folder = ground.environment.config_folder
        self.digests = DigestRoom(slack, clock, settings, database, self.subjects, config_folder=folder)
        self.operations = OperationsRoom(
            slack, clock, settings, database, ground.kinds,
            subjects=self.subjects, alive_url=ground.environment.alive_url,
        )  # fmt: skip
        self.tracking = Tracking(ground.environment.tracker, ground.database, slack, clock, settings)
        self.workflows = WorkflowsRoom(
            ground.environment, slack, clock, settings, database, owed=of_workflow.owed, buttons=self.digests.buttons
        )
        self.webhooks = WebhooksRoom(clock, settings, ground.environment.webhooks)
        self.home = Home(slack, clock, settings, self._home_sections())
        self.emergencies = Emergencies(
            Journal(ground.environment.journal_folder), ground.database, slack, clock, settings,
            standing=ground.acquaintance.standing, pages=self._emergency_steps(),
        )  # fmt: skip
        self._register_kinds()

    def reactions(self) -> dict[str, tuple[Reaction, ...]]:
        """What follows from which event, in which room; pages first."""
        settings = self._ground.settings
        tables: tuple[dict[str, Reaction], ...] = (
            self.paging.reactions(),
            {f"incident.{fact}": timeline_jobs.catch_up_one for fact in MISSED_EVENTS},
            {"incident.reopened": duplicates.forget},
            subscribers.reactions(settings),
            self.remediation.reactions(),
            self.tracking.reactions(),
            {f"incident.{fact}": nudges.watch for fact in WATCHED_EVENTS},
            {f"item.{fact}": nudges.watch for fact in ITEM_EVENTS},
            {people.CHANGED: nudging.watch_items_of},
            self.postmortems.reactions(),
            *self.workflows.reactions(),
            self.webhooks.reactions(),
            {f"incident.{fact}": self.home.changed for fact in HOME_EVENTS},
            {membership.CHANGED: self.home.membership_changed},
        )
        events = {event for table in tables for event in table}
        return {event: tuple(table[event] for table in tables if event in table) for event in events}

    def rooms(self) -> Rooms:
        """Every verb, click, form and rule for events."""
        slack, settings = self._ground.slack, self._ground.settings
        declaring = Declaring(settings, slack.permalink, self.emergencies, also=(problem_slack.declared_from,))
        looking = Looking(settings, card_buttons=self._card_buttons(), tray_buttons=self.remediation.tray_buttons())
        changing, updater = incidents.Changing(settings, self._ground.clock), updating.Updating(settings)
        persons, guarding = People(settings), access_slack.Guarding(settings)
        silence, filling = nudge_slack.Silencing(settings), field_slack.FieldWork(settings)
        capturing = timeline_slack.Capturing(slack, settings, self.memory)
        reading = timeline_reading.Reading(settings, slack.permalink)
        starting = timeline_starting.Starting(settings, slack)
        verbs = (
            *incidents.commands(declaring, changing, looking),
            *updating.commands(updater),
            *people_slack.commands(persons),
            *linking_slack.commands(Linking(settings)),
            *field_slack.commands(filling),
            *self.paging.commands(),
            *self.postmortems.commands(),
            *timeline_slack.commands(capturing),
            *timeline_reading.commands(reading),
            *timeline_starting.commands(starting),
            *nudge_slack.commands(silence),
            *self.remediation.commands(),
            *self.digests.commands(),
            *self.workflows.commands(),
            *self.operations.commands(),
            *access_slack.commands(guarding),
        )
        rules = event_rules(slack, settings, self.memory, is_asking=self._ground.acquaintance.is_asking)
        explain = help_command(lambda verb: commands.help(verb))  # noqa: PLW0108 - there are no commands yet
        commands = Commands((*verbs, explain), incidents.tray(looking))
        rooms = Rooms(commands=commands, events=Events(self._ground.database, rules))
        incidents.listen(rooms, declaring, changing)
        updating.listen(rooms, updater)
        people_slack.listen(rooms, persons)
        field_slack.listen(rooms, filling)
        timeline_slack.listen(rooms, capturing)
        timeline_reading.listen(rooms, reading)
        timeline_starting.listen(rooms, starting)
        nudge_slack.listen(rooms, silence)
        access_slack.listen(rooms, guarding)
        self.workflows.listen(rooms, declaring)
        for room in (self.paging, self.postmortems, self.remediation, self.digests, self.operations):
            room.listen(rooms)
        return rooms

    def jobs(self) -> tuple[Job, ...]:
        """What the rooms do again and again."""
        overdue = partial(self._by_settings, remediation_jobs.show_overdue)
        return (
            Job("incidents.carry_on", timedelta(seconds=2), self.emergencies.carry_on),
            Job("incidents.forget_answers", timedelta(minutes=5), self._forget_answers),
            Job("incidents.expire_requests", timedelta(minutes=5), partial(self._now, jobs.expire_requests)),
            Job("digest.send_due", timedelta(seconds=15), self.digests.send_due),
            Job("nudges.remind", timedelta(seconds=15), self.remind),
            Job("remediation.show_overdue", timedelta(minutes=10), overdue),
            Job("postmortems.ask_reviewers", timedelta(minutes=1), self.postmortems.ask_reviewers),
            Job("tracker.watch", timedelta(seconds=15), self.tracking.watch),
            *(Job(*each) for room in (self.paging, self.workflows, self.operations) for each in room.jobs()),
        )

    def begin(self, session: Session) -> None:
        """What is asked for once, when the bot starts."""
        self.operations.begin(session)
        self.paging.begin(session)

    def look_after_open(self, session: Session) -> None:
        """Look at every open SEV's channel and at what was said in it: events may have been missed."""
        config = self._ground.settings.current
        jobs.reconcile_open(session, config)
        timeline_jobs.catch_up_open(session, config)

    def watch_open(self, session: Session) -> None:
        """Let people be reminded of every open SEV and item, whatever way it came into the database."""
        jobs.watch_open(session, self._ground.settings.current)
        nudging.watch_open_items(session)
        self.postmortems.watch(session)

    def remind(self) -> None:
        """Remind people of what is due."""
        self._reminding.remind()

    def _card_lines(self) -> tuple[CardLines, ...]:
        """Which rooms add lines to a SEV's card, in order."""
        settings = self._ground.settings
        learning = (self.remediation.card_lines(), self.postmortems.card_lines())
        known = (links.card_lines(settings), duplicates.card_lines(), self.workflows.card_lines())
        return (self.paging.card_lines(), *known, *learning, silencing.card_lines)

    def _card_buttons(self) -> tuple[CardButtons, ...]:
        """Which rooms add buttons to a SEV's card and tray, in order."""
        return (self.paging.buttons(), self.remediation.card_buttons(), self.postmortems.card_buttons())

    def _home_sections(self) -> tuple[HomeSection, ...]:
        """What the rooms show in a person's Home, in order."""
        *now, over = sections(self._ground.settings)
        mine = (self.remediation.home_section(), self.postmortems.home_section(), self.workflows.health.home_section())
        return (*now, *mine, over, self.operations.home_section())

    def _emergency_steps(self) -> tuple[EmergencyStep, ...]:
        """What other rooms do about a SEV that is declared while the database is down, before all else."""
        return (self.paging.emergency_step(),)

    def _register_kinds(self) -> None:
        slack, clock, settings, kinds = (
            self._ground.slack, self._ground.clock, self._ground.settings, self._ground.kinds,
        )  # fmt: skip
        texts = Texts(self._ground.environment.config_folder)
        kinds.add(*directory_channels.kinds(slack), *people.kinds(slack), self.home.kind())
        Deliveries(
            slack, clock, settings, kinds, texts, card_lines=self._card_lines(), card_buttons=self._card_buttons()
        ).register()
        ChannelDeliveries(slack, clock, settings, kinds).register()
        BookmarkDeliveries(slack, settings, kinds).register()
        PeopleDeliveries(slack, clock, settings, kinds).register()
        AccessDeliveries(slack, settings, kinds).register()
        RecoveryDeliveries(slack, settings, kinds).register()
        UpdateDeliveries(slack, clock, settings, texts).register(kinds)
        NudgeDeliveries(slack, clock, settings, self.subjects).register(kinds)
        DailyDeliveries(slack, clock, settings, self.subjects).register(kinds)
        CaptureDeliveries(slack, clock, settings, kinds, self.memory).register()
        CatchUp(slack, clock, settings, kinds, self.memory, also=(self.remediation.seen,)).register()
        TellingDeliveries(slack, settings, kinds).register()
        for room in (
            self.paging, self.remediation, self.digests, self.tracking, self.postmortems, self.workflows, self.webhooks,
            self.operations,
        ):  # fmt: skip
            room.register(kinds)

    def _forget_answers(self) -> None:
        machine_now = self._ground.clock.machine()
        self._ground.database.run(lambda session: jobs.forget_answers(session, machine_now=machine_now))

    def _now(self, work: Callable[..., object]) -> None:
        now = self._ground.clock.now()
        self._ground.database.run(lambda session: work(session, now=now))

    def _by_settings(self, work: Callable[..., object]) -> None:
        config, now = self._ground.settings.current, self._ground.clock.now()
        self._ground.database.run(lambda session: work(session, config, now=now))
