"""What the loop does about digests."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import CommitUnknown, Database
from bot.digest import service

log = logging.getLogger(__name__)

AT_MOST = 50
"""How many subscriptions one run looks at."""


class Digests:
    """Asks for digests when they are due, and follows the configuration when it changes."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._followed: Config | None = None

    def send_due(self) -> None:
        """Ask for every digest that is due, each in a transaction of its own."""
        self._follow()
        with self._database.read() as session:
            due = service.due(session, now=self._clock.now(), limit=AT_MOST)
        for subscription_id, due_at in due:
            try:
                self._issue(subscription_id, due_at)
            except (SQLAlchemyError, CommitUnknown):
                log.exception("digest.not_asked", extra={"subscription": subscription_id})  # it stays due

    def _follow(self) -> None:
        config = self._settings.current
        if config is not self._followed:
            self._database.run(
                lambda session: service.follow_configuration(session, config, now=self._clock.now()), aside=True
            )
            self._followed = config

    def _issue(self, subscription_id: int, due_at: datetime) -> None:
        def work(session: Session) -> None:
            service.issue(session, subscription_id, due_at, config=self._settings.current, now=self._clock.now())

        self._database.run(work, aside=True)
