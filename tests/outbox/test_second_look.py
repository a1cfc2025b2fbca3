"""The second look: what a late answer or a frozen replica left behind. Tried on both engines."""

from sqlalchemy.orm import Session

from bot.errors import Temporary
from bot.outbox import claims
from bot.outbox.dispatcher import Dispatcher
from bot.outbox.kinds import Nature
from bot.outbox.model import Mode, OutboxMessage, State
from bot.outbox.policy import Decision
from tests.outbox.queues import LEASE, SENT, Queue
from tests.outbox.senders import Sender


def plan_second_look(queue: Queue, *keys: str) -> None:
    def plan(session: Session) -> None:
        for key in keys:
            session.get_one(OutboxMessage, queue.row(key).id).second_look_at = queue.clock.machine()

    queue.database.run(plan)


def test_the_second_look_removes_copies_once(queue: Queue, sender: Sender, dispatcher: Dispatcher) -> None:
    queue.asks("one")
    queue.delivers("one")
    plan_second_look(queue, "one")
    dispatcher.look_twice()
    dispatcher.look_twice()
    assert sender.cleaned == ["one"]
    assert queue.row("one").second_look_at is None


def test_a_second_look_ends_also_where_there_was_nothing_to_do_any_more(queue: Queue, dispatcher: Dispatcher) -> None:
    queue.asks("gone")
    (message,) = queue.claims()
    queue.settles(message, Decision(State.SKIPPED, reason="nobody needs it"))
    plan_second_look(queue, "gone")
    dispatcher.look_twice()
    assert (queue.row("gone").second_look_at, queue.row("gone").state) == (None, State.SKIPPED)


def test_a_second_look_that_fails_does_not_keep_others_from_theirs_and_is_taken_later(
    queue: Queue, sender: Sender, dispatcher: Dispatcher
) -> None:
    queue.asks("unknown", kind="from.next.version")
    queue.asks("one", "two")
    for message in queue.claims(kinds=["say", "from.next.version"]):
        queue.settles(message, SENT)
    plan_second_look(queue, "unknown", "one", "two")
    sender.load_faults.append(Temporary("channel_not_learned_yet"))
    dispatcher.look_twice()
    assert sender.cleaned == ["two"]
    assert queue.row("unknown").second_look_at == queue.clock.machine()
    queue.clock.passes(minutes=5)
    dispatcher.look_twice()
    assert sender.cleaned == ["two", "one"]


def test_the_second_look_shows_anew_what_a_late_call_may_have_overwritten(queue: Queue, dispatcher: Dispatcher) -> None:
    topic = Sender(name="topic", nature=Nature.IDEMPOTENT)
    dispatcher._kinds.add(topic.kind(overwrites=True, remove_copies=None))
    queue.asks("latest", kind="topic", mode=Mode.LATEST)
    queue.asks("once", kind="topic")
    for message in queue.claims(kinds=["topic"]):
        queue.settles(message, SENT)
    plan_second_look(queue, "latest", "once")
    dispatcher.look_twice()
    assert queue.takes(kinds=["topic"]) == ["latest"]
    assert queue.row("once").second_look_at is None


def test_a_second_look_is_taken_by_one_replica_only(queue: Queue) -> None:
    queue.asks("post")
    queue.delivers("post")
    plan_second_look(queue, "post")

    def take(session: Session) -> list[str]:
        found = claims.due_for_second_look(session, ["say"], now=queue.clock.machine(), lease=LEASE, limit=5)
        return [message.key for message in found]

    assert queue.database.run(take) == ["post"]
    assert queue.database.run(take) == []
    queue.clock.passes(minutes=5)
    assert queue.database.run(take) == ["post"]
    assert queue.row("post").state == State.SENT
