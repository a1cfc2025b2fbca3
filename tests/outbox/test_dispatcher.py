"""The dispatcher at work: woken, disturbed, stopped. Tried on both engines."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.db import Database
from bot.errors import Blame, NotYet, OutcomeUnknown, Permanent, Temporary
from bot.outbox import dispatcher as dispatching
from bot.outbox.dispatcher import Dispatcher
from bot.outbox.enqueue import retry_dead
from bot.outbox.kinds import Attempt, Nature
from bot.outbox.model import OutboxMessage, State
from tests.outbox.queues import Queue, waits_until
from tests.outbox.senders import RULES, Sender

AWAY = OperationalError("SELECT 1", {}, ConnectionError("the server is away"))


@pytest.mark.usefixtures("running")
def test_what_is_committed_is_delivered_at_once(queue: Queue, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "IDLE_POLL", 60)
    queue.asks("one")
    queue.waits_for("one", State.SENT)
    queue.asks("two")
    queue.waits_for("two", State.SENT)
    assert sender.called == ["one", "two"]


@pytest.mark.usefixtures("running")
def test_what_another_process_commits_is_seen_within_a_second(queue: Queue, database_url: str) -> None:
    with closing(Database(database_url)) as other:
        Queue(other, queue.clock).asks("one")
    queue.waits_for("one", State.SENT)


def test_a_retry_click_is_obeyed_at_once(
    queue: Queue, sender: Sender, running: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.faults.append(Permanent("missing_scope", blame=Blame.OPERATOR))
    queue.asks("one")
    queue.waits_for("one", State.DEAD)
    monkeypatch.setattr(dispatching, "IDLE_POLL", 60)
    waits_until(lambda: not running._wake.is_set())
    queue.database.run(lambda session: retry_dead(session, "incident:1", now=queue.clock.machine()))
    queue.waits_for("one", State.SENT)


def test_a_dead_row_whose_time_has_come_is_delivered_when_the_job_runs(
    queue: Queue, sender: Sender, running: Dispatcher
) -> None:
    sender.faults.append(Permanent("missing_scope", blame=Blame.OPERATOR))
    queue.asks("one")
    queue.waits_for("one", State.DEAD)
    queue.clock.passes(seconds=30)
    running.revive()
    queue.waits_for("one", State.SENT)


@pytest.mark.usefixtures("running")
def test_a_failed_try_waits_and_is_repeated(queue: Queue, sender: Sender, dispatcher: Dispatcher) -> None:
    sender.faults.append(Temporary("ratelimited", retry_after=timedelta(seconds=7)))
    queue.asks("one")
    waits_until(lambda: queue.row("one").due_at == queue.clock.machine() + timedelta(seconds=7))
    queue.clock.passes(seconds=7)
    dispatcher.wake()
    row = queue.waits_for("one", State.SENT)
    assert (sender.called, sender.looked, row.attempts) == (["one", "one"], [], 2)


@pytest.mark.usefixtures("running")
def test_after_an_unknown_outcome_the_next_try_looks_first_and_a_second_look_is_planned(
    queue: Queue, sender: Sender, dispatcher: Dispatcher
) -> None:
    sender.faults.append(OutcomeUnknown("connection_failed"))
    queue.asks("one")
    queue.waits_for("one", State.AMBIGUOUS)
    queue.clock.passes(seconds=10)
    dispatcher.wake()
    row = queue.waits_for("one", State.SENT)
    assert sender.looked == ["one"]
    assert row.second_look_at == queue.clock.machine() + RULES.second_look


@pytest.mark.usefixtures("running")
def test_a_fault_in_one_kind_does_not_stop_the_others(queue: Queue, sender: Sender) -> None:
    sender.faults.append(KeyError("ts"))
    queue.asks("one")
    row = queue.waits_for("one", State.DEAD)
    assert (row.last_error, row.revive_at) == ("internal_fault: KeyError", None)
    queue.asks("two")
    queue.waits_for("two", State.SENT)


@pytest.mark.usefixtures("running")
def test_a_fault_after_the_call_leaves_a_word_in_the_log(
    queue: Queue, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    sender.record_faults.append(KeyError("channel"))
    queue.asks("one")
    waits_until(lambda: "outbox.worker_failed" in caplog.messages)
    queue.asks("two")
    queue.waits_for("two", State.SENT)


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("fault", "level"), [(NotYet("channel_not_learned_yet"), "DEBUG"), (Temporary("ratelimited"), "WARNING")]
)
def test_what_waits_for_the_bot_itself_is_nothing_to_warn_of(
    queue: Queue, sender: Sender, caplog: pytest.LogCaptureFixture, fault: Temporary, level: str
) -> None:
    caplog.set_level("DEBUG", "bot.outbox")
    sender.load_faults.append(fault)
    queue.asks("one")
    waits_until(lambda: [each.levelname for each in caplog.records if each.message == "outbox.not_sent"] == [level])


@pytest.mark.usefixtures("running")
def test_a_database_that_is_away_while_reading_costs_no_answer(queue: Queue, dispatcher: Dispatcher) -> None:
    answer = Sender(name="answer", nature=Nature.AT_MOST_ONCE, load_faults=[AWAY])
    dispatcher._kinds.add(answer.kind())
    queue.asks("answer", kind="answer")
    waits_until(lambda: queue.row("answer").due_at > queue.clock.machine() and queue.row("answer").lease is None)
    queue.clock.passes(seconds=10)
    dispatcher.wake()
    queue.waits_for("answer", State.SENT)


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("times", "logged"),
    [(2, [("outbox.settle_delayed", "WARNING")] * 2),
     (4, [("outbox.settle_delayed", "WARNING")] * 3 + [("outbox.settle_failed", "ERROR")])],
)  # fmt: skip
def test_an_outcome_is_written_down_though_the_database_was_away(
    queue: Queue, sender: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *,
    times: int, logged: list[tuple[str, str]],
) -> None:  # fmt: skip
    def told() -> list[tuple[str, str]]:
        return [(each.getMessage(), each.levelname) for each in caplog.records if "settle" in each.getMessage()]

    monkeypatch.setattr(dispatching, "SETTLE_PAUSES", (0.01, 0.01, 0.01))
    sender.record_faults += [AWAY] * times
    queue.asks("one")
    waits_until(lambda: len(told()) == len(logged))
    if times < 4:
        queue.waits_for("one", State.SENT)
    assert (told(), sender.called) == (logged, ["one"])


def test_what_may_have_been_said_once_is_not_said_again(queue: Queue, dispatcher: Dispatcher) -> None:
    answer = Sender(name="answer", nature=Nature.AT_MOST_ONCE)
    dispatcher._kinds.add(answer.kind())
    queue.asks("answer", kind="answer")
    assert queue.takes(kinds=["answer"]) == ["answer"]
    queue.clock.passes(seconds=61)
    dispatcher.start()
    row = queue.waits_for("answer", State.SKIPPED)
    assert answer.called == []
    assert row.last_error == "it may have arrived, and is never repeated"


def test_an_embedded_database_frees_at_the_start_what_a_crash_left_behind(
    queue: Queue, sender: Sender, dispatcher: Dispatcher
) -> None:
    queue.asks("one")
    assert queue.takes() == ["one"]
    dispatcher.start()
    if queue.database.is_sqlite:
        queue.waits_for("one", State.SENT)
        assert sender.looked == ["one"]
    else:  # another replica may be at it
        queue.asks("two")
        queue.waits_for("two", State.SENT)
        assert queue.row("one").state == State.SENDING


@pytest.mark.usefixtures("running")
def test_a_worker_whose_lease_is_over_makes_no_call_and_plans_a_second_look(
    queue: Queue, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    def freeze(_attempt: Attempt) -> None:
        sender.before_call = lambda _attempt: None
        queue.clock.passes(seconds=26)  # 5 s for the call would end after the 30 s of the attempt

    sender.before_call = freeze
    queue.asks("one")
    waits_until(lambda: queue.row("one").second_look_at is not None)
    assert sender.called == []
    assert "outbox.lease_lost" in caplog.messages


@pytest.mark.usefixtures("running")
def test_what_is_kept_before_a_call_is_kept_only_while_the_lease_holds(queue: Queue, sender: Sender) -> None:
    kept: list[str] = []

    def keep(attempt: Attempt) -> None:
        attempt.commit(lambda _session: kept.append("first"))
        queue.clock.passes(seconds=61)
        assert queue.takes() == ["one"]
        sender.before_call = lambda _attempt: None
        attempt.commit(lambda session: session.add(OutboxMessage(**_another_row(queue))))

    sender.before_call = keep
    queue.asks("one")
    waits_until(lambda: queue.row("one").second_look_at is not None)
    assert (kept, sender.called, queue.keys()) == (["first"], [], ["one"])


def _another_row(queue: Queue) -> dict[str, object]:
    now = queue.clock.machine()
    return {
        "key": "rolled back", "lane": "x", "kind": "x", "subject": "x", "mode": "once", "due_at": now, "decided_at": now,
        "queued_at": now,
    }  # fmt: skip


@pytest.mark.usefixtures("running")
def test_people_hear_of_a_step_that_is_late_or_dead_and_of_its_end(
    queue: Queue, sender: Sender, dispatcher: Dispatcher
) -> None:
    sender.faults += [Temporary("service_unavailable"), Temporary("service_unavailable")]
    queue.asks("one")
    for attempts in (1, 2):
        waits_until(lambda: queue.row("one").attempts == attempts and queue.row("one").lease is None)  # noqa: B023
        queue.clock.passes(seconds=60)
        dispatcher.wake()
    queue.waits_for("one", State.SENT)
    assert sender.troubled == [("one", State.PENDING), ("one", State.SENT)]


def test_stopping_lets_what_is_in_flight_finish_and_takes_nothing_new(
    queue: Queue, sender: Sender, dispatcher: Dispatcher
) -> None:
    sender.go_on.clear()
    dispatcher.start()
    queue.asks("in flight")
    waits_until(lambda: sender.called)
    dispatcher.stop(within=0.01)
    queue.asks("new")
    sender.go_on.set()
    queue.waits_for("in flight", State.SENT)
    assert queue.row("new").state == State.PENDING
