"""What paging brings to the house: what is typed and clicked, deliveries, reactions, lines on cards, jobs."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.environment import PagerAccess
from bot.incidents.emergency_steps import EmergencyStep
from bot.incidents.reading import CardButtons, CardLines
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.paging import deliveries, emergency, jobs
from bot.paging import slack as paging_slack
from bot.paging.following import Following
from bot.paging.pagers import Pagers
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms


class PagingRoom:
    """Paging on the house's ground."""

    def __init__(self, access: PagerAccess, slack: Slack, clock: Clock, settings: Settings, database: Database) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._database = database
        self._pagers = Pagers(access, timeout=lambda: settings.current.delivery.call_timeout)
        self._listening = paging_slack.Paging(settings)

    def commands(self) -> tuple[Command, ...]:
        """The verbs."""
        return paging_slack.commands(self._listening)

    def listen(self, rooms: Rooms) -> None:
        """Attach the clicks and the form."""
        paging_slack.listen(rooms, self._listening)

    def reactions(self) -> dict[str, Reaction]:
        """What follows from what happens to a SEV."""
        return Following(self._settings, self._clock).reactions()

    def card_lines(self) -> CardLines:
        """What a SEV's card says of its pages."""
        return partial(deliveries.card_lines, self._settings)

    def buttons(self) -> CardButtons:
        """What a SEV's card and tray offer."""
        return self._listening.buttons

    def emergency_step(self) -> EmergencyStep:
        """What is done about a SEV that is declared while the database is down."""
        return emergency.step(self._pagers)

    def register(self, kinds: Kinds) -> None:
        """Add what is said to pagers, and in Slack of them, to the table."""
        deliveries.Deliveries(self._slack, self._settings, kinds, self._pagers).register()

    def begin(self, session: Session) -> None:
        """Ask who is on call, at the start and again and again."""
        jobs.refresh_on_call(session, self._settings.current, self._pagers, now=self._clock.now())

    def jobs(self) -> tuple[tuple[str, timedelta, Callable[[], None]], ...]:
        """What the loop calls: its name, how often, and what it does."""
        return (
            ("paging.refresh_on_call", timedelta(minutes=1), self.refresh_on_call),
            ("paging.forget_on_call", timedelta(hours=1), self.forget_on_call),
        )

    def refresh_on_call(self) -> None:
        """Ask who is on call. A recurring job calls this."""
        self._database.run(self.begin)

    def forget_on_call(self) -> None:
        """Forget who was on call for teams that are asked no more. A recurring job calls this."""
        config, now = self._settings.current, self._clock.now()
        self._database.run(lambda session: jobs.forget_on_call(session, config, now=now))
