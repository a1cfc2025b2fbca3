"""The worker that works off what was delivered: many bodies in one transaction, and one by one where one of them won't go."""

import logging
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.config import Settings
from bot.db import UNAVAILABLE, CommitUnknown, Database
from bot.workflows import intake
from bot.workflows.sources.alert import Source

log = logging.getLogger(__name__)

IN_ONE = 100
"""How many bodies one transaction works off."""
ROUNDS = 50
"""After how many transactions the others get their turn."""
FAULTS = (SQLAlchemyError, LookupError, ArithmeticError, TypeError, ValueError, AttributeError, AssertionError)
"""What a body nobody foresaw could raise. None of them may hold up the bodies behind it."""


class Worker:
    """Works off bodies until none is left, or its time is over."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, sources: Mapping[str, Source]
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._settings = settings
        self._sources = sources

    def work_off(self) -> None:
        """Work off what is kept. Raises what a database raises that is away; the next run goes on then."""
        for _ in range(ROUNDS):
            try:
                done = self._transaction(most=IN_ONE)
            except (*UNAVAILABLE, CommitUnknown):
                raise
            except FAULTS:
                log.exception("alerts.not_worked_off_together")
                done = self._one_by_one()
            if done < IN_ONE:
                return

    def _one_by_one(self) -> int:
        for _ in range(IN_ONE):
            with self._database.read() as session:
                oldest = intake.oldest_waiting(session)
            if oldest is None:
                return 0
            try:
                self._transaction(most=1)
            except (*UNAVAILABLE, CommitUnknown):
                raise
            except FAULTS as fault:
                log.exception("alerts.not_worked_off", extra={"delivery": oldest})
                self._set_aside(oldest, f"Sevbot failed at it ({type(fault).__name__}), which its log tells of")
        return IN_ONE

    def _transaction(self, *, most: int) -> int:
        config, now = self._settings.current, self._clock.now()
        return self._database.run(
            lambda session: intake.work_off(session, self._sources, config, now=now, most=most), aside=True
        )

    def _set_aside(self, delivery_id: int, why: str) -> None:
        config = self._settings.current
        self._database.run(lambda session: intake.set_aside(session, delivery_id, why, config), aside=True)
