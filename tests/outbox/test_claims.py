"""Which rows go, and in which order. Tried on both engines."""

from datetime import timedelta

import pytest

from bot.outbox import claims
from bot.outbox.model import Mode, State
from bot.outbox.policy import Decision
from tests.outbox.queues import DEAD, LEASE, SENT, Queue


def test_a_lane_goes_one_by_one_in_the_order_of_its_wishes(queue: Queue) -> None:
    queue.asks("third", "first", "second", lane="lines")
    for key in ("third", "first", "second"):
        (message,) = queue.claims()
        assert message.key == key
        assert queue.takes() == []
        queue.settles(message, SENT)
    assert queue.takes() == []


def test_lanes_go_side_by_side(queue: Queue) -> None:
    queue.asks("a", "b", "c")
    assert queue.takes() == ["a", "b", "c"]


def test_what_people_wait_for_goes_first(queue: Queue) -> None:
    queue.asks("a", "b")
    queue.asks("urgent", priority=10)
    assert queue.takes(limit=2) == ["urgent", "a"]


def test_a_retry_keeps_its_lane_waiting_until_it_is_due(queue: Queue) -> None:
    queue.asks("one", "two", lane="lines")
    (message,) = queue.claims()
    queue.retries(message, seconds=10)
    queue.clock.passes(seconds=9)
    assert queue.takes() == []
    queue.clock.passes(seconds=1)
    assert queue.takes() == ["one"]


def test_a_question_that_is_open_keeps_its_lane_waiting(queue: Queue) -> None:
    queue.asks("one", "two", lane="lines")
    (message,) = queue.claims()
    queue.retries(message, seconds=10, state=State.AMBIGUOUS)
    assert queue.takes() == []
    queue.clock.passes(seconds=10)
    (again,) = queue.claims()
    assert (again.key, again.state, again.unsure, again.attempts) == ("one", State.AMBIGUOUS, True, 2)


@pytest.mark.parametrize("decision", [DEAD, Decision(State.SKIPPED, reason="not needed")], ids=["dead", "skipped"])
def test_what_is_over_without_being_sent_frees_its_lane(queue: Queue, decision: Decision) -> None:
    queue.asks("one", "two", lane="lines")
    (message,) = queue.claims()
    queue.settles(message, decision)
    assert queue.takes() == ["two"]


def test_a_lane_has_one_delivery_in_flight_even_when_an_earlier_row_comes_back_to_life(queue: Queue) -> None:
    queue.asks("one", "two", lane="lines")
    (message,) = queue.claims()
    queue.settles(message, Decision(State.DEAD, due_at=queue.clock.machine(), reason="missing_scope"))
    (second,) = queue.claims()
    queue.database.run(lambda session: claims.revive(session, now=queue.clock.machine()))
    assert queue.takes() == []
    queue.settles(second, SENT)
    assert queue.takes() == ["one"]


def test_what_waits_for_another_goes_once_that_is_sent(queue: Queue) -> None:
    queue.asks("channel")
    queue.asks("topic", "card", after="channel")
    (channel,) = queue.claims()
    assert (channel.key, queue.takes()) == ("channel", [])
    queue.settles(channel, SENT)
    assert queue.takes() == ["topic", "card"]


def test_what_waits_for_another_goes_once_that_is_skipped(queue: Queue) -> None:
    queue.asks("channel")
    queue.asks("topic", after="channel")
    (channel,) = queue.claims()
    queue.settles(channel, Decision(State.SKIPPED, reason="it has a channel"))
    assert queue.takes() == ["topic"]


def test_what_waits_for_a_dead_row_goes_on_waiting_unless_any_end_will_do(queue: Queue) -> None:
    queue.asks("channel")
    queue.asks("topic", after="channel")
    queue.asks("announcement", after="channel", after_any_end=True)
    (channel,) = queue.claims()
    assert queue.takes() == []
    queue.settles(channel, DEAD)
    assert queue.takes() == ["announcement"]


def test_what_waits_waits_again_when_the_other_becomes_due_again(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    queue.asks("pin", after="card")
    queue.delivers("card")
    queue.asks("card", mode=Mode.LATEST)
    assert queue.takes() == ["card"]


def test_kinds_that_this_version_does_not_know_are_left_to_others(queue: Queue) -> None:
    queue.asks("new", kind="from.next.version")
    queue.asks("behind", lane="new")
    queue.asks("known")
    assert queue.takes() == ["known"]
    assert queue.takes(kinds=["from.next.version"]) == ["new"]


def test_a_lease_holds_until_it_ends(queue: Queue) -> None:
    queue.asks("one")
    (first,) = queue.claims()
    queue.clock.passes(seconds=LEASE.total_seconds() - 1)
    assert queue.takes() == []
    queue.clock.passes(seconds=1)
    (second,) = queue.claims()
    assert (second.state, second.unsure) == (State.AMBIGUOUS, True)
    assert not queue.settles(first, SENT)
    assert queue.row("one").state == State.AMBIGUOUS
    assert queue.settles(second, SENT)


def test_success_answers_the_question_whether_it_was_done(queue: Queue) -> None:
    queue.asks("one")
    (message,) = queue.claims()
    queue.retries(message, seconds=0, state=State.AMBIGUOUS)
    (again,) = queue.claims()
    queue.settles(again, SENT)
    row = queue.row("one")
    assert (row.state, row.unsure, row.lease, row.last_error) == (State.SENT, False, None, None)
    assert row.confirmed_at == queue.clock.now()


def test_leases_that_a_crash_left_behind_can_be_ended_at_once(queue: Queue) -> None:
    queue.asks("in flight", "waiting", "pending")
    in_flight, waiting = queue.claims(limit=2)
    queue.retries(waiting, seconds=10, state=State.AMBIGUOUS)
    assert queue.database.run(lambda session: claims.free_all(session, now=queue.clock.machine())) == 1
    assert [(each.key, each.unsure) for each in queue.claims()] == [(in_flight.key, True), ("pending", False)]


def test_a_dead_row_comes_back_when_its_time_has_come_and_not_before(queue: Queue) -> None:
    queue.asks("mendable", "hopeless")
    mendable, hopeless = queue.claims()
    later = queue.clock.machine() + timedelta(seconds=30)
    queue.settles(mendable, Decision(State.DEAD, due_at=later, reason="missing_scope"))
    queue.settles(hopeless, DEAD)
    queue.clock.passes(seconds=29)
    assert queue.database.run(lambda session: claims.revive(session, now=queue.clock.machine())) == 0
    queue.clock.passes(seconds=1)
    assert queue.database.run(lambda session: claims.revive(session, now=queue.clock.machine())) == 1
    (again,) = queue.claims()
    assert (again.key, again.attempts) == ("mendable", 2)


def test_a_wish_that_comes_while_it_is_being_sent_makes_it_due_again_at_once(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    (message,) = queue.claims()
    queue.asks("card", mode=Mode.LATEST)
    assert queue.takes() == []
    queue.settles(message, SENT)
    row = queue.row("card")
    assert (row.state, row.due_at, row.attempts) == (State.PENDING, queue.clock.machine(), 0)
    queue.delivers("card")
    assert queue.row("card").state == State.SENT


def test_a_wish_that_comes_while_it_is_being_given_up_makes_it_due_again_at_once(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    (message,) = queue.claims()
    queue.asks("card", mode=Mode.LATEST)
    queue.settles(message, DEAD)
    assert queue.takes() == ["card"]


def test_a_wish_that_comes_before_a_retry_needs_no_try_of_its_own(queue: Queue) -> None:
    queue.asks("card", mode=Mode.LATEST)
    (message,) = queue.claims()
    queue.asks("card", mode=Mode.LATEST)
    queue.retries(message, seconds=10)
    queue.clock.passes(seconds=10)
    queue.delivers("card")
    assert queue.row("card").state == State.SENT
