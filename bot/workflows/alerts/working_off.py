"""The worker that works off what was delivered: body by body, a few alerts in one transaction, so that people get between."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import UNAVAILABLE, CommitUnknown, Database
from bot.workflows.alerts import intake
from bot.workflows.alerts.model import AlertDelivery
from bot.workflows.alerts.sources.alert import Source, Understood

log = logging.getLogger(__name__)

LONGEST = timedelta(seconds=20)
"""After how long the loop's other jobs get their turn."""
FAULTS = (SQLAlchemyError, LookupError, ArithmeticError, TypeError, ValueError, AttributeError, AssertionError)
"""What a body nobody foresaw could raise. None of them may hold up the bodies behind it."""


class Worker:
    """Works off bodies until none is left, or its time is over."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, sources: Mapping[str, Source]) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._sources = sources

    def work_off(self) -> None:
        """Work off what is kept. Raises what a database raises that is away; the next run goes on then."""
        until = self._clock.machine() + LONGEST
        while self._clock.machine() < until:
            with self._database.read() as session:
                oldest = intake.oldest_waiting(session)
                session.expunge_all()  # it is only looked at from here on
            if oldest is None:
                return
            self._work_off_or_set_aside(oldest, until)

    def _work_off_or_set_aside(self, row: AlertDelivery, until: datetime) -> None:
        """Two tries: the first may have met others, who wanted the same rows."""
        for is_last in (False, True):
            try:
                self._work_off(row, until)
            except (*UNAVAILABLE, CommitUnknown):
                raise
            except FAULTS as fault:
                log.exception("alerts.not_worked_off", extra={"delivery": row.id})
                if is_last:
                    self._set_aside(row.id, f"Sevbot failed at it ({type(fault).__name__}), which its log tells of")
            else:
                return

    def _work_off(self, row: AlertDelivery, until: datetime) -> None:
        """Work it off, slice by slice. It is read before, since a transaction holds up others."""
        config = self._settings.current
        found = intake.understood(self._sources[row.source], row.body, config)
        while self._clock.machine() < until and not self._slice(row.id, found, config):
            pass

    def _slice(self, delivery_id: int, found: Understood, config: Config) -> bool:
        now = self._clock.now()
        return self._database.run(
            lambda session: intake.work_off(session, delivery_id, found, config, now=now), aside=True
        )

    def _set_aside(self, delivery_id: int, why: str) -> None:
        config = self._settings.current
        self._database.run(lambda session: intake.set_aside(session, delivery_id, why, config), aside=True)
