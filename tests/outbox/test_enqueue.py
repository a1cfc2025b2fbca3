"""Asking for side effects: once or the latest, in the transaction of the change. Tried on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.outbox.enqueue import ENQUEUED, Request, enqueue, retry_dead
from bot.outbox.model import Mode, State
from bot.outbox.policy import Decision
from tests.outbox.queues import DEAD, SENT, Queue


def wish(key: str, *, mode: Mode = Mode.ONCE, lane: str | None = None) -> Request:
    return Request(kind="say", subject="incident:1", key=key, mode=mode, lane=lane)


def test_what_is_said_once_is_never_asked_for_again(queue: Queue) -> None:
    queue.asks("digest:ops:2026-11-21")
    queue.asks("digest:ops:2026-11-21")
    queue.delivers("digest:ops:2026-11-21")
    queue.asks("digest:ops:2026-11-21")
    assert queue.takes() == []
    assert queue.keys() == ["digest:ops:2026-11-21"]


def test_wishes_of_one_transaction_with_the_same_key_are_one(queue: Queue) -> None:
    def ask_thrice(session: Session) -> None:
        for _ in range(3):
            enqueue(session, wish("card", mode=Mode.LATEST))

    queue.database.run(ask_thrice)
    assert queue.row("card").version == 1


def test_the_latest_is_due_again_when_asked_for_again_in_the_same_row(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    queue.delivers("card")
    token = queue.row("card").token
    queue.clock.passes(hours=1)
    queue.asks("card", mode=Mode.LATEST)
    row = queue.row("card")
    assert (row.state, row.due_at, row.version, row.token) == (State.PENDING, queue.clock.machine(), 2, token)
    assert row.queued_at == row.decided_at == queue.clock.machine()


def test_asking_again_does_not_hurry_a_row_that_waits_for_its_next_try(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    queue.retries(queue.claims()[0], seconds=30)
    before = queue.row("card")
    queue.clock.passes(seconds=1)
    queue.asks("card", mode=Mode.LATEST)
    after = queue.row("card")
    assert (after.due_at, after.attempts, after.queued_at) == (before.due_at, before.attempts, before.queued_at)


def test_asking_again_gives_a_dead_row_a_new_life(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    (message,) = queue.claims()
    queue.settles(message, Decision(State.DEAD, due_at=queue.clock.machine() + timedelta(days=1), reason="no_scope"))
    queue.clock.passes(hours=1)
    queue.asks("card", mode=Mode.LATEST)
    row = queue.row("card")
    assert (row.state, row.attempts, row.queued_at) == (State.PENDING, 0, queue.clock.machine())


@pytest.mark.parametrize("undelivered", ["waiting", "dead"])
def test_the_look_for_an_earlier_copy_still_begins_at_the_first_wish(queue: Queue, undelivered: str) -> None:
    queue.asks("card", mode=Mode.LATEST)
    first = queue.row("card").decided_at
    (message,) = queue.claims()
    queue.retries(message, seconds=1, state=State.AMBIGUOUS)
    if undelivered == "dead":
        queue.clock.passes(seconds=1)
        queue.settles(queue.claims()[0], DEAD)
    queue.clock.passes(minutes=10)
    queue.asks("card", mode=Mode.LATEST)
    row = queue.row("card")
    assert (row.decided_at, row.unsure) == (first, True)


def test_a_wish_is_lost_with_its_transaction(queue: Queue) -> None:
    def ask_and_fail(session: Session) -> None:
        enqueue(session, wish("announcement"))
        raise LookupError

    with pytest.raises(LookupError):
        queue.database.run(ask_and_fail)
    assert queue.keys() == []


def test_rows_are_written_in_the_order_of_their_keys_so_that_two_transactions_never_wait_for_each_other(
    queue: Queue,
) -> None:
    def ask(session: Session) -> None:
        for key in ("c", "a", "b"):
            enqueue(session, wish(key, mode=Mode.LATEST))

    queue.database.run(ask)
    assert queue.keys() == ["a", "b", "c"]


def test_wishes_of_one_transaction_for_one_lane_keep_their_order(queue: Queue) -> None:
    lines = [f"line:{number}" for number in (9, 10, 11)]

    def ask(session: Session) -> None:
        for line in lines:
            enqueue(session, wish(line, lane="lines"))

    queue.database.run(ask)
    queue.delivers(*lines)


def test_what_shows_the_latest_state_has_no_place_in_a_lane_of_others(queue: Queue) -> None:
    with pytest.raises(ValueError, match="card: what shows the latest state has no place in a lane of others"):
        queue.database.run(lambda session: enqueue(session, wish("card", mode=Mode.LATEST, lane="lines")))


def test_a_transaction_tells_whether_it_asked_for_something(queue: Queue) -> None:
    told: list[object] = []
    queue.database.after_commit.append(lambda session: told.append(session.info.get(ENQUEUED, False)))
    queue.asks("card")
    queue.database.run(lambda _session: None)
    queue.database.run(lambda session: retry_dead(session, "incident:1", now=queue.clock.machine()))
    assert told == [True, False, True]


def test_retrying_makes_due_what_was_given_up_or_waits_for_its_next_try(queue: Queue) -> None:
    queue.asks("dead", "pending", "ambiguous", "sent", "in flight")
    queue.asks("of another", subject="incident:2")
    dead, pending, ambiguous, sent, _in_flight, other = queue.claims()
    queue.settles(dead, DEAD)
    queue.retries(pending, seconds=100)
    queue.retries(ambiguous, seconds=100, state=State.AMBIGUOUS)
    queue.settles(sent, SENT)
    queue.settles(other, DEAD)
    queue.clock.passes(seconds=10)
    assert queue.database.run(lambda session: retry_dead(session, "incident:1", now=queue.clock.machine())) == 3
    assert [(each.key, each.unsure) for each in queue.claims()] == [
        ("dead", False),
        ("pending", False),
        ("ambiguous", True),
    ]
    assert queue.row("dead").queued_at == queue.clock.machine()
    assert queue.row("of another").state == State.DEAD
