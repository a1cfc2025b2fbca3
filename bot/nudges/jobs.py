"""What the loop does about reminders."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.config import Settings
from bot.db import CommitUnknown, Database
from bot.nudges import service
from bot.nudges.subjects import AllSubjects

log = logging.getLogger(__name__)

AT_MOST = 50
"""How many subjects one run looks at."""


def remind(database: Database, clock: Clock, settings: Settings, subjects: AllSubjects) -> None:
    """Decide about every subject that is due, each in a transaction of its own; then tell each person in one message."""
    config = settings.current.nudges

    def consider(subject: str, look_at: datetime) -> None:
        if database.run(lambda session: service.claim(session, subject, look_at, now=clock.now()), aside=True):
            database.run(
                lambda session: service.consider(session, subject, subjects=subjects, config=config, now=clock.now()),
                aside=True,
            )

    def gather(person: str) -> None:
        database.run(
            lambda session: service.gather(session, person, subjects=subjects, config=config, now=clock.now()),
            aside=True,
        )

    with database.read() as session:
        due = service.due(session, now=clock.now(), limit=AT_MOST)
    for subject, look_at in due:
        try:
            consider(subject, look_at)
        except (SQLAlchemyError, CommitUnknown):
            log.exception("nudges.not_decided", extra={"subject": subject})  # it is due again soon
    with database.read() as session:
        people = service.waiting_for(session)
    for person in people:
        gather(person)


def forget(database: Database, clock: Clock, settings: Settings) -> None:
    """Forget what ended longer ago than the ledger is kept."""
    before = clock.now() - settings.current.nudges.retention
    database.run(lambda session: service.forget_old(session, before=before), aside=True)
