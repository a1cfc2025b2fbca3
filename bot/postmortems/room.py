"""All that this room brings to the house, in one place: `house.py` puts it in its tables."""

from pathlib import Path

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.incidents.home import HomeSection
from bot.incidents.reading import CardButtons, CardLines
from bot.nudges.subjects import Subjects
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.postmortems import asking, deliveries, following, home, nudge_slack, slack, writing_slack
from bot.postmortems.nudging import PREFIX, PostmortemReminders, watch_unpublished
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.rooms import Rooms


class PostmortemRoom:
    """Postmortems on the house's ground."""

    EVENTS = following.EVENTS

    def __init__(
        self, client: Slack, clock: Clock, settings: Settings, database: Database, config_folder: Path
    ) -> None:
        self._clock = clock
        self._database = database
        self._slack = client
        self._settings = settings
        self._config_folder = config_folder
        self._postmortems = slack.Postmortems(settings, client.permalink)

    def commands(self) -> tuple[Command, ...]:
        """The verb."""
        return slack.commands(self._postmortems)

    def listen(self, rooms: Rooms) -> None:
        """Attach the clicks and forms."""
        slack.listen(rooms, self._postmortems)
        writing_slack.listen(rooms, writing_slack.Writing(self._settings))
        nudge_slack.listen(rooms, nudge_slack.Silencing(self._settings))

    def reactions(self) -> dict[str, Reaction]:
        """What follows from which event."""
        return following.reactions(self._settings)

    def subjects(self) -> dict[str, Subjects]:
        """What people are reminded of."""
        return {PREFIX: PostmortemReminders(self._settings)}

    def watch(self, session: Session) -> None:
        """Let people be reminded of what is not published yet, whatever way it came into the database."""
        watch_unpublished(session)

    def ask_reviewers(self) -> None:
        """Ask those whose working day has begun. A recurring job calls this."""
        config, now = self._settings.current, self._clock.now()
        with self._database.read() as session:
            found = asking.waiting(session, config, now=now)
        for incident_id, user_id in found:
            self._database.run(lambda session: asking.ask(session, incident_id, user_id), aside=True)  # noqa: B023 - it is run at once

    def card_lines(self) -> CardLines:
        """What a SEV's card says of its postmortem."""
        return deliveries.card_lines(self._settings, self._slack.permalink)

    def card_buttons(self) -> CardButtons:
        """What leads to the postmortem from a SEV's card."""
        return self._postmortems.buttons

    def home_section(self) -> HomeSection:
        """What somebody finds at Home of what they owe, and of what waits for their review."""
        return home.section(self._settings)

    def register(self, kinds: Kinds) -> None:
        """Add what is said in Slack to the table."""
        deliveries.Deliveries(self._slack, self._settings, kinds, self._config_folder).register()
