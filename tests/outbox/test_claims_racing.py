"""Several claimers on one database: compare-and-swap, whatever they saw before."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.db import Database
from bot.outbox import claims
from bot.outbox.model import Mode, OutboxMessage
from tests.outbox.clocks import MovableClock
from tests.outbox.queues import LEASE, SENT, Queue

LANES = 6
EACH = 8
CLAIMERS = 3
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def claims_as_seen(queue: Queue, seen: OutboxMessage) -> bool:
    """Claim a row as it was seen at some time before."""
    until = queue.clock.machine() + LEASE
    return queue.database.run(lambda session: bool(claims.claim(session, [seen], until=until)))


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda queue: queue.claims(),
        lambda queue: queue.asks("card", mode=Mode.LATEST),
        lambda queue: queue.retries(queue.claims()[0], seconds=10),
    ],
    ids=["it was claimed", "it was asked for anew", "it was tried and waits"],
)
def test_a_claim_fails_when_the_row_has_changed_since_it_was_seen(
    queue: Queue, meanwhile: Callable[[Queue], Any]
) -> None:
    queue.asks("card", mode=Mode.LATEST)
    seen = queue.row("card")
    meanwhile(queue)
    before = queue.row("card")
    assert queue.claims_as_seen(seen) == []
    after = queue.row("card")
    assert (after.lease, after.attempts, after.due_at) == (before.lease, before.attempts, before.due_at)


def test_claimers_side_by_side_share_the_work_and_keep_the_order_of_each_lane(
    database_url: str, clock: MovableClock, queue: Queue
) -> None:
    for place in range(EACH):
        for lane in range(LANES):
            queue.asks(f"{lane}:{place}", lane=f"lane {lane}")
    taken: list[str] = []
    together = threading.Barrier(CLAIMERS)

    def work() -> None:
        with closing(Database(database_url)) as opened:
            mine = Queue(opened, clock)
            together.wait()
            while len(taken) < LANES * EACH:
                for message in mine.claims(limit=4):
                    taken.append(message.key)
                    assert mine.settles(message, SENT)

    with ThreadPoolExecutor(CLAIMERS) as pool:
        for claimer in [pool.submit(work) for _ in range(CLAIMERS)]:
            claimer.result(timeout=30)
    assert len(taken) == len(set(taken)) == LANES * EACH
    for lane in range(LANES):
        assert [key for key in taken if key.startswith(f"{lane}:")] == [f"{lane}:{place}" for place in range(EACH)]


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize("key", ["one", "two"], ids=["the same row", "another row of its lane"])
def test_a_claimer_that_comes_second_waits_for_the_first_and_goes_away_empty_handed(
    database_url: str, clock: MovableClock, queue: Queue, key: str
) -> None:
    queue.asks("one", "two", lane="one")
    one, seen = queue.row("one"), queue.row(key)
    with closing(Database(database_url)) as opened, ThreadPoolExecutor(1) as pool:
        second = Queue(opened, clock)

        def claim_and_wait(session: Session) -> Future[list[OutboxMessage]]:
            assert claims.claim(session, [one], until=clock.machine() + LEASE) == [one]
            other = pool.submit(second.claims_as_seen, seen)
            while session.scalar(WAITING) == 0:
                assert not other.done()
            return other

        assert queue.database.run(claim_and_wait).result(timeout=5) == []
