"""The outbox as tests speak to it: wishes in, claims out, outcomes written down."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from bot.db import Database
from bot.outbox import claims
from bot.outbox.enqueue import Enqueuer, Request, enqueue
from bot.outbox.model import Mode, OutboxMessage, State
from bot.outbox.policy import Decision
from tests.outbox.clocks import MovableClock

LEASE = timedelta(seconds=60)
SENT = Decision(State.SENT)
DEAD = Decision(State.DEAD, reason="missing_scope")


class Queue:
    """One database's outbox, on a clock that the test moves."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.database = database
        self.clock = clock
        database.before_commit.append(Enqueuer(clock).flush)

    def asks(self, *keys: str, **fields: Any) -> None:
        """Ask for each key, in one transaction each. Fields are those of `Request`; the kind is `say`, said once."""
        for key in keys:
            request = Request(**{"kind": "say", "subject": "incident:1", "mode": Mode.ONCE, **fields, "key": key})
            self.database.run(partial(enqueue, request=request))

    def claims(self, limit: int = 10, kinds: Sequence[str] = ("say",)) -> list[OutboxMessage]:
        """Claim what is due."""
        return self.claims_as_seen(*self.sees(limit, kinds))

    def sees(self, limit: int = 10, kinds: Sequence[str] = ("say",)) -> list[OutboxMessage]:
        """What is due, as it is at the moment."""
        with self.database.read() as session:
            found = claims.find_due(session, kinds, now=self.clock.machine(), limit=limit)
            session.expunge_all()
            return found

    def claims_as_seen(self, *seen: OutboxMessage) -> list[OutboxMessage]:
        """Claim rows as they were seen at some time before."""
        until = self.clock.machine() + LEASE
        return self.database.run(lambda session: claims.claim(session, seen, until=until))

    def takes(self, limit: int = 10, kinds: Sequence[str] = ("say",)) -> list[str]:
        """The keys of what is claimed, in the order of the claims."""
        return [message.key for message in self.claims(limit, kinds)]

    def settles(self, message: OutboxMessage, decision: Decision) -> bool:
        """Write down how a try ended. False: its lease was lost."""

        def write(session: Any) -> bool:
            row = claims.holds(session, message)
            if row is not None:
                claims.settle(row, decision, now=self.clock.machine(), business_now=self.clock.now())
            return row is not None

        return self.database.run(write)

    def delivers(self, *keys: str) -> None:
        """Claim exactly these rows, in this order one after the other, and mark them as sent."""
        for key in keys:
            (message,) = self.claims(limit=1)
            assert message.key == key
            self.settles(message, SENT)

    def retries(self, message: OutboxMessage, *, seconds: float = 10, state: State = State.PENDING) -> None:
        """A try failed: the next one is due in so many seconds."""
        due_at = self.clock.machine() + timedelta(seconds=seconds)
        assert self.settles(message, Decision(state, due_at=due_at, reason="ratelimited"))

    def row(self, key: str) -> OutboxMessage:
        """The row as it is in the database."""
        with self.database.read() as session:
            found = session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()
            session.expunge(found)
            return found

    def keys(self) -> list[str]:
        """Every key there is, in the order of the rows."""
        with self.database.read() as session:
            return list(session.scalars(select(OutboxMessage.key).order_by(OutboxMessage.id)))

    def waits_for(self, key: str, state: State) -> OutboxMessage:
        """The row, once it is in that state and in nobody's hands."""
        waits_until(lambda: (row := self.row(key)).state == state and row.lease is None)
        return self.row(key)


def waits_until(condition: Callable[[], object], *, within: float = 10.0) -> None:
    """Wait until something is so, looking every few milliseconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.005)
