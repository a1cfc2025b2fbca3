"""What the doctor says of jobs, by what all bots wrote down of them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.operations.findings import Finding, Level
from bot.operations.job_findings import jobs
from bot.runs import JobRun

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ago(**spans: float) -> datetime:
    return NOW - timedelta(**spans)


def run(job: str = "digest.send_due", bot: str = "web-1:7:abc", **fields: object) -> JobRun:
    usual = {
        "every": 60.0, "since": ago(days=1), "began_at": ago(seconds=50), "ended_at": ago(seconds=49), "failed_at": None,
        "reason": "", "noted_at": ago(seconds=40), "stopped_at": None,
    }  # fmt: skip
    return JobRun(bot=bot, job=job, **(usual | fields))


def texts(*runs: JobRun) -> list[str]:
    return [each.text for each in jobs(runs, now=NOW)]


def test_all_is_well_while_each_ran_when_it_should() -> None:
    assert jobs([run(), run("nudges.remind")], now=NOW) == [Finding(Level.OK, "All 2 jobs ran when they should.")]
    assert texts(run(), run(bot="web-2:9:abc")) == ["All 1 jobs ran when they should, in 2 bots."]


def test_a_job_that_does_not_run_is_named_with_when_it_last_did() -> None:
    [late] = jobs([run(ended_at=ago(hours=3)), run("nudges.remind")], now=NOW)
    assert late.level is Level.FAULT
    assert late.text == "The job digest.send_due last ran to its end 3 h 0 min ago; it runs every 1 min."


def test_one_that_fails_says_why_in_a_word() -> None:
    failed = run(ended_at=ago(hours=3), failed_at=ago(seconds=30), reason="OperationalError")
    assert texts(failed)[0].endswith("it runs every 1 min. It failed 30 s ago: OperationalError.")
    [warned] = jobs([run(failed_at=ago(seconds=30), reason="OperationalError")], now=NOW)
    assert (warned.level, warned.text) == (
        Level.WARN, "The job digest.send_due failed at its last run: OperationalError.",
    )  # fmt: skip
    assert texts(run(failed_at=ago(minutes=4), reason="OperationalError")) == ["All 1 jobs ran when they should."]


@pytest.mark.parametrize(
    ("every", "since", "is_late"), [(3600, 65, False), (3600, 66, True), (60, 6, False), (60, 7, True)]
)
def test_one_that_never_ran_has_five_minutes_more_than_it_should_take(every: int, since: int, is_late: bool) -> None:
    said = texts(run(every=float(every), since=ago(minutes=since), ended_at=None))
    assert (said != ["All 1 jobs ran when they should."]) == is_late


def test_one_bot_whose_job_is_stuck_is_told_from_the_others_that_are_well() -> None:
    stuck = run(bot="web-2:9:abc", began_at=ago(hours=1), ended_at=ago(hours=1, seconds=9))
    assert texts(run(), stuck) == [
        "The job digest.send_due on web-2 last ran to its end 1 h 0 min ago; it runs every 1 min."
    ]


def test_a_bot_that_was_stopped_is_no_alarm_where_others_run_or_it_was_just_now() -> None:
    stopped = run(ended_at=ago(minutes=3), noted_at=ago(minutes=2), stopped_at=ago(minutes=2))
    assert jobs([stopped, run(bot="web-2:9:abc")], now=NOW) == [Finding(Level.OK, "All 1 jobs ran when they should.")]
    [alone] = jobs([stopped], now=NOW)
    assert (alone.level, alone.text) == (Level.WARN, "No bot runs. The last was stopped 2 min ago.")


def test_a_bot_that_is_gone_is_missed_until_another_runs_on_its_machine() -> None:
    gone = run(ended_at=ago(hours=2), noted_at=ago(hours=2))
    [nobody] = jobs([gone], now=NOW)
    assert (nobody.level, nobody.text) == (
        Level.FAULT, "No bot runs. The last was heard of 2 h 0 min ago, and nobody stopped it.",
    )  # fmt: skip
    [lost] = jobs([gone, run(bot="web-2:9:abc")], now=NOW)
    assert (lost.level, lost.text) == (
        Level.WARN, "A bot on web-1 was last heard of 2 h 0 min ago, and nobody stopped it.",
    )  # fmt: skip
    assert texts(gone, run(bot="web-1:8:def")) == ["All 1 jobs ran when they should."]


def test_a_database_nobody_ran_on_is_told_so() -> None:
    assert texts() == ["No bot has run on this database yet."]
