"""What the doctor says of what it is shown."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.operations import doctor_views, findings
from bot.operations.findings import Failed, Finding, Level
from bot.outbox.claims import QueueState
from bot.playground.blockkit import message_problems
from bot.slack.manifest import SCOPES

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KNOWN = ["0001", "0002", "0003"]


@pytest.mark.parametrize(("found", "level"), [("0003", "ok"), ("0002", "fault"), (None, "fault"), ("0004", "warn")])
def test_a_schema_may_be_ahead_and_never_behind(found: str | None, level: str) -> None:
    assert findings.schema(found, KNOWN).level == level


@pytest.mark.parametrize(("skew", "level"), [(0, "ok"), (5, "ok"), (6, "warn"), (120, "warn"), (121, "fault")])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_that_is_off_is_told_before_slack_refuses(skew: int, level: str, sign: int) -> None:
    found = findings.clock(NOW + sign * timedelta(seconds=skew), NOW)
    assert found.level == level
    assert bool(found.todo) == (level != "ok")


@pytest.mark.parametrize(("free", "level"), [(10**12, "ok"), (10**9, "ok"), (10**9 - 1, "warn"), (10**8 - 1, "fault")])
def test_a_disk_that_fills_up_is_told(free: int, level: str) -> None:
    assert findings.disk(free).level == level


def test_missing_scopes_say_what_they_are_for_and_others_are_told_as_too_many() -> None:
    assert [each.level for each in findings.scopes(SCOPES, SCOPES)] == [Level.OK]
    missing, beyond = findings.scopes({*SCOPES, "admin", "files:read"} - {"pins:write"}, SCOPES)
    assert missing.text == "The app lacks scopes: pins:write (to pin the card)."
    assert (beyond.level, beyond.text) == (Level.WARN, "The app has scopes it does not need: admin, files:read.")


def test_what_failed_is_counted_with_its_reasons() -> None:
    failed = [Failed("Pin the card", "missing_scope", 2), Failed("Set the topic", "is_archived", 1)]
    late, dead = findings.queue(QueueState(7, timedelta(minutes=6), 3), failed)
    assert (late.level, late.text) == (Level.FAULT, "7 deliveries wait, the oldest for 6 min.")
    assert dead.text == "3 deliveries failed for good: Pin the card (2): missing_scope; Set the topic (1): is_archived"
    well = findings.queue(QueueState(1, timedelta(minutes=5), 0), [])
    assert [(each.level, each.text) for each in well] == [
        (Level.OK, "One delivery waits, none of them late."), (Level.OK, "No delivery failed for good."),
    ]  # fmt: skip


def test_jobs_that_do_not_run_are_named() -> None:
    metrics = (
        'sevbot_job_lag_seconds{job="nudges.remind"} 301.0\nsevbot_job_lag_seconds{job="digest.forget"} 300.0\n'
        '# TYPE sevbot_job_failures counter\nsevbot_job_failures_total{job="nudges.remind"} 4.0\n'
        f"sevbot_socket_connected_seconds {NOW.timestamp() - 7200}\n"
    )
    assert [each.text for each in findings.loop(metrics, now=NOW)] == [
        "The job nudges.remind is 5 min late.", "Since the start some runs of jobs failed: nudges.remind 4×.",
        "The socket to Slack was opened 2 h 0 min ago.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "heard", "told"),
    [(0, 0, []), (1, 0, ["Since the start Sevbot made a channel, and"]), (3, 0, ["Since the start Sevbot made 3 channels, and"]), (3, 1, [])],
)  # fmt: skip
def test_events_that_never_come_are_told_where_they_must_have_come(made: int, heard: int, told: list[str]) -> None:
    metrics = (
        "# TYPE sevbot_slack_calls counter\n"
        f'sevbot_slack_calls_total{{method="conversations.create",outcome="ok"}} {made}.0\n'
        'sevbot_slack_calls_total{method="conversations.create",outcome="name_taken"} 2.0\n'
        "# TYPE sevbot_ack_seconds histogram\n"
        f'sevbot_ack_seconds_count{{what="event"}} {heard}.0\nsevbot_ack_seconds_count{{what="command"}} 7.0\n'
    )
    found = findings.loop(metrics, now=NOW)
    assert [each.text.partition(" Slack")[0] for each in found] == told
    assert all(each.level is Level.WARN and "Event Subscriptions" in each.todo for each in found)


@pytest.mark.parametrize("page", ["<html>It works!</html>", "nothing", "up 1\n", ""])
def test_what_else_is_found_at_the_address_is_not_taken_for_the_bot(page: str) -> None:
    assert [(each.level, each.text) for each in findings.loop(page, now=NOW)] == [
        (Level.WARN, "What answers at SEVBOT_HTTP is no bot.")
    ]


def test_the_worst_is_told_first_and_names_it_all() -> None:
    found = [findings.ok("fine"), Finding(Level.WARN, "so so", "Look."), Finding(Level.FAULT, "bad <!channel>", "Do.")]
    text, blocks = doctor_views.told(found * 30, dead=1, slack_was_asked=timedelta(seconds=9))
    assert text == "Something keeps Sevbot from its work."
    assert blocks[1]["text"]["text"].startswith(":x: bad &lt;!channel&gt; _Do._")
    assert message_problems(blocks) == []
