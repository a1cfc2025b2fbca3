"""What the loop does about reminders."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import CommitUnknown, Database
from bot.nudges import service
from bot.nudges.daily import gather_day
from bot.nudges.looking_again import fingerprint, look_again
from bot.nudges.service import Agenda
from bot.nudges.subjects import AllSubjects

log = logging.getLogger(__name__)

AT_ONCE = 50
"""How many subjects are asked for by one query."""
AT_MOST = 1000
"""How many one run looks at."""
WAIT_FOR_ALL = timedelta(minutes=30)
"""How long the message of a day waits until everything that is due was looked at, so that it tells all of it."""


class Reminding:
    """Decides about every subject that is due, each in a transaction of its own; then tells each person in one message."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, subjects: AllSubjects) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._subjects = subjects
        self._known: Config | None = None
        """The settings by which every subject was looked at, or is known to have been."""

    def remind(self) -> None:
        """One run."""
        agenda = self._agenda()
        looked = 0
        while agenda.subjects and looked < AT_MOST:
            for subject, look_at in agenda.subjects:
                self._consider(subject, look_at)
            looked += len(agenda.subjects)
            agenda = self._agenda()
        for person in agenda.people:
            self._gather(person)
        for audience, since in agenda.daily:  # while there is more to look at, its message would tell but a part
            if not agenda.subjects or since < self._clock.now() - WAIT_FOR_ALL:
                self._gather_day(audience)
        if not agenda.subjects and self._known is not self._settings.current:
            self._look_again(self._settings.current)

    def _agenda(self) -> Agenda:
        with self._database.read() as session:
            return service.agenda(session, now=self._clock.now(), limit=AT_ONCE)

    def _consider(self, subject: str, look_at: datetime) -> None:
        clock, subjects, config = self._clock, self._subjects, self._settings.current.nudges
        try:
            if self._database.run(
                lambda session: service.claim(session, subject, look_at, now=clock.now()), aside=True
            ):  # fmt: skip
                self._database.run(
                    lambda session: service.consider(
                        session, subject, subjects=subjects, config=config, now=clock.now()
                    ),
                    aside=True,
                )
        except (SQLAlchemyError, CommitUnknown):
            log.exception("nudges.not_decided", extra={"subject": subject})  # it is due again soon

    def _gather(self, person: str) -> None:
        clock, subjects, config = self._clock, self._subjects, self._settings.current.nudges
        self._database.run(
            lambda session: service.gather(session, person, subjects=subjects, config=config, now=clock.now()),
            aside=True,
        )

    def _gather_day(self, audience: str) -> None:
        clock, subjects, config = self._clock, self._subjects, self._settings.current
        self._database.run(
            lambda session: gather_day(session, audience, subjects=subjects, config=config, now=clock.now()),
            aside=True,
        )

    def _look_again(self, config: Config) -> None:
        """Some of the subjects are due now, since other settings are in force; all of them after some runs."""
        settings, now = fingerprint(config), self._clock.now()
        if self._database.run(lambda session: look_again(session, settings, limit=AT_MOST, now=now), aside=True):
            self._known = config
