"""Runs what is due on this replica: claims checks, lets threads run them, and writes down what came of it."""

import logging
import queue
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import CommitUnknown, Database, log_failure
from bot.workflows.checks import held, leases, running, telling
from bot.workflows.checks.connecting import Connector, Deadline, Guard
from bot.workflows.checks.control import Control
from bot.workflows.checks.leases import Claimed, Known, Result
from bot.workflows.checks.pool import Pool
from bot.workflows.checks.streaks import Verdict

log = logging.getLogger(__name__)

PER_WORKER = 4
"""How many checks are claimed at most for each thread: those that hang leave room for the others."""
SETTLED_AT_ONCE = 100
AWAY = timedelta(seconds=30)
"""When nobody looked for so long here, what is due is spread anew."""
TIDY_EVERY = timedelta(seconds=30)
TOGETHER = timedelta(seconds=90)
"""What failed within so long failed at once."""


class Runner:
    """The checks that this replica runs. `tick` is called every second."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, secrets: Mapping[str, str]) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._secrets = secrets
        self._owner = uuid4().hex
        self._pool: Pool | None = None
        self._done: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._claims: dict[tuple[str, str], Claimed] = {}
        self._followed: Config | None = None
        self._known: Known = {}
        self._is_needed = True
        self._looked_at: datetime | None = None
        self._tidied_at: datetime | None = None
        self._is_stopping = False
        self._control = Control(clock, self._has_good)

    @property
    def unfinished(self) -> int:
        """How many checks are running here, or about to."""
        return self._pool.unfinished if self._pool else 0

    def tick(self) -> None:
        """Write down what is done, tell of it, and begin what is due. Where no checks are configured, nothing happens."""
        if self._is_stopping:
            return
        config, machine_now = self._settings.current, self._clock.machine()
        self._follow(config, machine_now)
        if not self._is_needed:
            return
        self._settle(config)
        self._tell(config)
        if self._tidied_at is None or machine_now - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = machine_now
            self._let_go(config, machine_now)
        self._begin(config, machine_now)

    def stop(self) -> None:
        """Begin nothing more, write down what is done, and give back the rest: another replica takes it at once."""
        self._is_stopping = True
        if self._pool is None:
            return
        self._pool.stop()
        try:
            self._settle(self._settings.current)
            claims = list(self._claims.values())
            self._database.run(lambda session: leases.release(session, claims), aside=True)
        except (SQLAlchemyError, CommitUnknown) as error:
            log_failure(log, "checks.not_released", error)  # their leases run out

    def _follow(self, config: Config, machine_now: datetime) -> None:
        """Have a row for each check of the settings, whenever those changed, or nobody looked for long."""
        was_away = self._looked_at is None or machine_now - self._looked_at > AWAY
        self._looked_at = machine_now
        if config is self._followed and not was_away:
            return
        known = leases.known_of(config)
        is_first = self._followed is None

        def follow(session: Session) -> None:
            if is_first and self._database.is_sqlite:
                leases.free_all(session)  # those that a crash left behind
            leases.follow(session, known, machine_now=machine_now)

        if known or self._are_left():
            self._database.run(follow, aside=True)
        self._known, self._followed = known, config
        self._look_whether_needed()

    def _look_whether_needed(self) -> None:
        """Whether there is anything to do: checks, or what was told of some that were taken out of the settings."""
        self._is_needed = bool(self._known) or self._are_left()

    def _are_left(self) -> bool:
        with self._database.read() as session:
            return telling.are_left(session)

    def _begin(self, config: Config, machine_now: datetime) -> None:
        rules = config.checks
        free = (self._pool.most if self._pool else rules.workers) * PER_WORKER - self.unfinished
        with self._database.read() as session:
            if free <= 0 or not leases.is_due(session, machine_now=machine_now):
                return
        claimed = self._database.run(
            lambda session: leases.claim(session, self._known, owner=self._owner, machine_now=machine_now, limit=free),
            aside=True,
        )
        if claimed and self._pool is None:
            self._pool = Pool(rules.workers)
        for each in claimed:
            self._claims[each.name] = each
            self._give(partial(self._run, each, config), after=each.due_at - self._clock.machine())

    def _give(self, work: partial[None], *, after: timedelta) -> None:
        if self._pool is not None:
            self._pool.give(work, after=max(after.total_seconds(), 0.0))

    def _run(self, claimed: Claimed, config: Config, tries: int = 1) -> None:
        """Run it once. A failure is tried again before it counts."""
        check, machine_now = claimed.check, self._clock.machine()
        if machine_now + 2 * check.patience > claimed.lease_until:
            self._claims.pop(claimed.name, None)
            return  # it waited too long for a thread, and somebody else may run it by now
        connector = Connector(Guard(config.checks.allowed_networks), Deadline(check.patience.total_seconds()))
        began_at = self._clock.now()
        outcome = replace(running.run(check, connector, self._secrets, now=machine_now), tries=tries)
        is_failure = outcome.verdict is Verdict.FAILS
        if is_failure and tries <= check.confirm.retries:
            self._give(partial(self._run, claimed, config, tries + 1), after=check.confirm.delay)
            return
        is_held = is_failure and self._control.is_down(config.checks)
        self._done.put(Result(claimed, outcome, began_at, is_held=is_held))

    def _settle(self, config: Config) -> None:
        while results := self._some_done():
            try:
                self._keep(results, config)
            except (SQLAlchemyError, CommitUnknown):
                for each in results:
                    self._done.put(each)  # what was kept nevertheless is dropped then: it is not ours any more
                raise
            for each in results:
                if self._claims.get(each.claimed.name) == each.claimed:
                    del self._claims[each.claimed.name]

    def _keep(self, results: Sequence[Result], config: Config) -> None:
        now, machine_now, zone = self._clock.now(), self._clock.machine(), config.nudges.time_zone

        def keep(session: Session) -> None:
            leases.settle(session, results, self._known, zone=zone, now=now, machine_now=machine_now)
            if any(each.is_held for each in results):
                held.tell(session, config, at=now)

        self._database.run(keep, aside=True)

    def _some_done(self) -> list[Result]:
        """Some of what is done, each check once: what came of a check twice is written down in turn."""
        found: dict[tuple[str, str], Result] = {}
        while len(found) < SETTLED_AT_ONCE:
            try:
                result = self._done.get_nowait()
            except queue.Empty:
                break
            if result.claimed.name in found:
                self._done.put(result)
                break
            found[result.claimed.name] = result
        return list(found.values())

    def _tell(self, config: Config) -> None:
        with self._database.read() as session:
            news = telling.with_news(session)
        for each in news:
            now = self._clock.now()
            self._database.run(lambda session: telling.tell(session, each, config, now=now), aside=True)  # noqa: B023 - it is run at once

    def _let_go(self, config: Config, machine_now: datetime) -> None:
        with self._database.read() as session:
            left: Sequence[str] = telling.left(session, self._known, machine_now=machine_now)
        for each in left:
            now = self._clock.now()
            self._database.run(
                lambda session: telling.let_go(session, each, self._known, config, now=now, machine_now=machine_now),  # noqa: B023 - it is run at once
                aside=True,
            )
        if left:
            self._look_whether_needed()

    def _has_good(self) -> bool:
        """Whether any check went well just now, whoever ran it."""
        if self._is_stopping:
            return True  # nobody waits for it any more
        since = self._clock.machine() - TOGETHER
        try:
            with self._database.read() as session:
                return leases.has_good(session, since=since)
        except SQLAlchemyError:
            return True  # nothing is known, so nothing is held back
