"""What the health page is told of the queue. Tried on both engines."""

from datetime import timedelta

from bot.outbox import claims
from bot.outbox.claims import QueueState
from bot.outbox.model import State
from bot.outbox.policy import Decision
from tests.outbox.queues import DEAD, SENT, Queue

IN_TIME = timedelta()


def state(queue: Queue) -> QueueState:
    with queue.database.read() as session:
        return claims.queue_state(session, now=queue.clock.machine())


def test_an_empty_queue_is_in_time(queue: Queue) -> None:
    assert state(queue) == QueueState(waiting=0, oldest_due=IN_TIME, dead=0)


def test_what_could_go_and_was_not_taken_is_late(queue: Queue) -> None:
    queue.asks("old")
    queue.clock.passes(minutes=6)
    queue.asks("new")
    assert state(queue) == QueueState(waiting=2, oldest_due=timedelta(minutes=6), dead=0)


def test_what_is_in_flight_waits_and_is_not_late(queue: Queue) -> None:
    queue.asks("sending", "ambiguous")
    _sending, ambiguous = queue.claims()
    queue.retries(ambiguous, seconds=1, state=State.AMBIGUOUS)
    queue.clock.passes(minutes=6)
    assert state(queue) == QueueState(waiting=2, oldest_due=IN_TIME, dead=0)


def test_what_waits_for_its_next_try_is_not_late_before_that_is_due(queue: Queue) -> None:
    queue.asks("one")
    queue.retries(queue.claims()[0], seconds=60)
    queue.clock.passes(seconds=90)
    assert state(queue).oldest_due == timedelta(seconds=30)


def test_what_waits_behind_a_dead_channel_does_not_make_the_bot_late_for_ever(queue: Queue) -> None:
    queue.asks("channel")
    queue.asks("topic", after="channel")
    queue.settles(queue.claims()[0], DEAD)
    queue.clock.passes(hours=1)
    assert state(queue) == QueueState(waiting=1, oldest_due=IN_TIME, dead=1)


def test_what_waits_in_its_lane_is_not_late(queue: Queue) -> None:
    queue.asks("first", "second", lane="lines")
    queue.retries(queue.claims()[0], seconds=3600)
    queue.clock.passes(minutes=30)
    assert state(queue) == QueueState(waiting=2, oldest_due=IN_TIME, dead=0)


def test_what_is_over_is_not_counted(queue: Queue) -> None:
    queue.asks("sent", "skipped")
    sent, skipped = queue.claims()
    queue.settles(sent, SENT)
    queue.settles(skipped, Decision(State.SKIPPED, reason="not needed"))
    assert state(queue) == QueueState(waiting=0, oldest_due=IN_TIME, dead=0)
