"""Delivers the outbox: claims what is due, lets workers send it, writes down how it ended."""

import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import CommitUnknown, Database, log_failure
from bot.errors import Blame, CallFailed, NotYet, OutcomeUnknown, Permanent, Temporary
from bot.outbox import claims
from bot.outbox.enqueue import ENQUEUED
from bot.outbox.kinds import Kind, Kinds, LeaseLost, Nature, Result, Skip
from bot.outbox.model import Mode, OutboxMessage, State
from bot.outbox.policy import decide

log = logging.getLogger(__name__)

IDLE_POLL = 1.0
"""Seconds until work that another process committed is seen."""
SETTLE_PAUSES = (0.2, 1.0, 3.0)
"""Seconds between tries to write down an outcome while the database is away; then the lease runs out."""
SECOND_LOOKS_AT_ONCE = 20

Outcome = Skip | CallFailed | None


class Try:
    """One try at one row; see `kinds.Attempt`. `claimed_at` is the monotonic time just before the row was claimed."""

    def __init__(self, database: Database, clock: Clock, message: OutboxMessage, *, deadline: float) -> None:
        self.message = message
        self.look_first = message.unsure
        self.has_written = False
        self._database = database
        self._clock = clock
        self._deadline = deadline

    def require_lease(self, seconds: float) -> None:
        if self._clock.monotonic() + seconds > self._deadline:
            raise LeaseLost

    def commit(self, work: Callable[[Session], None]) -> None:
        def keep(session: Session) -> None:
            work(session)
            if claims.holds(session, self.message) is None:
                raise LeaseLost

        self._database.run(keep)


class Dispatcher:
    """The claiming thread and its workers."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, kinds: Kinds) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._kinds = kinds
        self._workers = settings.current.delivery.workers
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="deliver")
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._in_flight: set[Future[None]] = set()
        self._thread = threading.Thread(target=self._claim_until_stopped, name="claim", daemon=True)

    def start(self) -> None:
        """Begin to deliver. The one instance on an embedded database first ends the leases a crash left behind."""
        if self._database.is_sqlite:
            self._database.run(lambda session: claims.free_all(session, now=self._clock.machine()))
        self._wake.set()
        self._thread.start()

    def stop(self, *, within: float) -> None:
        """Claim nothing more, and let what is in flight finish, for `within` seconds at most."""
        deadline = self._clock.monotonic() + within
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=within)
        wait(set(self._in_flight), timeout=max(deadline - self._clock.monotonic(), 0.0))
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """Look now: something was committed."""
        self._wake.set()

    def after_commit(self, session: Session) -> None:
        """Wake up if the transaction asked for something."""
        if session.info.get(ENQUEUED):
            self.wake()

    def revive(self) -> None:
        """Try again what an operator may have mended meanwhile. A recurring job calls this."""
        if self._database.run(lambda session: claims.revive(session, now=self._clock.machine())):
            self.wake()

    def look_twice(self) -> None:
        """Take away second copies left by late answers, where the second look is due. A recurring job calls this."""
        lease = self._settings.current.delivery.lease
        names = self._kinds.names()
        rows = self._database.run(
            lambda session: claims.due_for_second_look(
                session, names, now=self._clock.machine(), lease=lease, limit=SECOND_LOOKS_AT_ONCE
            )
        )
        for row in rows:
            self._look_twice_at(row)

    def _look_twice_at(self, row: OutboxMessage) -> None:
        kind = self._kinds[row.kind]
        attempt = self._try(row, started=self._clock.monotonic())
        try:
            with self._database.read() as session:
                snapshot = kind.load(session, row)
            if kind.remove_copies is not None and not isinstance(snapshot, Skip):
                kind.remove_copies(snapshot, attempt)
        except (CallFailed, LeaseLost) as error:
            log.warning("outbox.second_look_failed", extra={"key": row.key, "error": str(error)})
            return

        def done(session: Session) -> None:
            found = session.get_one(OutboxMessage, row.id, with_for_update=True)
            found.second_look_at = None
            if kind.overwrites and found.mode == Mode.LATEST:
                claims.show_anew(found, now=self._clock.machine())

        self._database.run(done)
        self.wake()

    def _claim_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(IDLE_POLL)
            self._wake.clear()
            try:
                self._claim_all_due()
            except (SQLAlchemyError, CommitUnknown) as error:
                log_failure(log, "outbox.claim_failed", error)
                self._stopping.wait(IDLE_POLL)

    def _claim_all_due(self) -> None:
        while not self._stopping.is_set():
            free = self._workers - len(self._in_flight)
            if free <= 0:
                return  # each worker that ends wakes this thread
            started = self._clock.monotonic()
            taken = self._claim(free)
            for message in taken:
                future = self._pool.submit(self._deliver, self._try(message, started=started))
                self._in_flight.add(future)
                future.add_done_callback(self._ended)
            if len(taken) < free:
                return

    def _claim(self, limit: int) -> list[OutboxMessage]:
        now = self._clock.machine()
        with self._database.read() as session:
            found = claims.find_due(session, self._kinds.names(), now=now, limit=limit)
            session.expunge_all()  # they outlive the session
        if not found:
            return []
        until = now + self._settings.current.delivery.lease
        return self._database.run(lambda session: claims.claim(session, found, until=until), aside=True)

    def _try(self, message: OutboxMessage, *, started: float) -> Try:
        limit = self._settings.current.delivery.attempt_limit.total_seconds()
        return Try(self._database, self._clock, message, deadline=started + limit)

    def _ended(self, future: Future[None]) -> None:
        self._in_flight.discard(future)
        self._wake.set()
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("outbox.worker_failed", exc_info=error)

    def _deliver(self, attempt: Try) -> None:
        kind = self._kinds[attempt.message.kind]
        try:
            outcome, result = self._attempt(kind, attempt)
            self._settle_patiently(kind, attempt, outcome, result)
        except LeaseLost:
            log.warning("outbox.lease_lost", extra={"key": attempt.message.key})
            self._plan_second_look(attempt.message)

    def _attempt(self, kind: Kind[Any], attempt: Try) -> tuple[Outcome, Result]:
        if kind.nature is Nature.AT_MOST_ONCE and attempt.look_first:
            return Skip("it may have arrived, and is never repeated"), {}
        try:
            snapshot = self._load(kind, attempt.message)
            if isinstance(snapshot, Skip):
                return snapshot, {}
            return None, kind.send(snapshot, attempt)
        except CallFailed as error:
            return error, {}
        except (SQLAlchemyError, CommitUnknown) as error:
            return OutcomeUnknown("database_unavailable", type(error).__name__), {}
        except LeaseLost:
            raise
        except Exception as error:  # a fault in one kind must not stop the others
            log.exception("outbox.kind_failed", extra={"key": attempt.message.key, "kind": kind.name})
            return Permanent("internal_fault", type(error).__name__, blame=Blame.OURS), {}

    def _load(self, kind: Kind[Any], message: OutboxMessage) -> Any:
        try:
            with self._database.read() as session:
                return kind.load(session, message)
        except SQLAlchemyError as error:
            raise Temporary("database_unavailable", type(error).__name__) from None

    def _settle_patiently(self, kind: Kind[Any], attempt: Try, outcome: Outcome, result: Result) -> None:
        for pause in (*SETTLE_PAUSES, None):
            try:
                self._database.run(lambda session: self._settle(session, kind, attempt, outcome, result), aside=True)
            except (SQLAlchemyError, CommitUnknown) as error:
                if pause is None:
                    log_failure(log, "outbox.settle_failed", error, key=attempt.message.key)
                    return  # the lease runs out, and the next try looks before it repeats
                # No fault yet: where many deliveries begin at once on a busy server, connecting alone may take too long.
                told = {"key": attempt.message.key, "error": type(error).__name__}
                log.warning("outbox.settle_delayed", extra=told)
                self._stopping.wait(pause)
            else:
                return

    def _settle(self, session: Session, kind: Kind[Any], attempt: Try, outcome: Outcome, result: Result) -> None:
        """Write down the outcome. The kind's own rows are locked before the outbox row, as everywhere."""
        message = attempt.message
        now = self._clock.machine()
        rules = self._settings.current.delivery
        if outcome is None and kind.record is not None:
            kind.record(session, message, result, self._clock.now())
        row = claims.holds(session, message)
        if row is None:
            raise LeaseLost
        decision = decide(
            outcome,
            nature=kind.nature,
            looking=attempt.look_first,
            attempts=row.attempts,
            queued_at=row.queued_at,
            now=now,
            rules=rules,
            jitter=random.random(),  # noqa: S311 - it spreads retries, it guards nothing
        )
        was_shown = row.last_error is not None
        may_have_worked = isinstance(outcome, OutcomeUnknown) or (outcome is not None and attempt.has_written)
        row.unsure = row.unsure or may_have_worked
        claims.settle(row, decision, now=now, business_now=self._clock.now())
        if decision.state is State.SENT and attempt.look_first and kind.wants_second_look:
            row.second_look_at = now + rules.second_look
        is_shown = row.last_error is not None and decision.state is not State.SKIPPED
        if kind.on_trouble is not None and (was_shown or is_shown):
            kind.on_trouble(session, row)
        if outcome is not None:
            level = logging.DEBUG if isinstance(outcome, NotYet) else logging.WARNING
            log.log(
                level, "outbox.not_sent", extra={"key": row.key, "state": decision.state, "reason": decision.reason}
            )

    def _plan_second_look(self, message: OutboxMessage) -> None:
        def plan(session: Session) -> None:
            row = session.get_one(OutboxMessage, message.id)
            row.second_look_at = self._clock.machine() + self._settings.current.delivery.second_look

        if self._kinds[message.kind].wants_second_look:
            self._database.run(plan)
