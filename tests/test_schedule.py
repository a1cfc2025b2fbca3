"""The loop: jobs run again and again, and one that fails stops nobody."""

import threading
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from bot.clock import Clock
from bot.schedule import Job, Schedule

SOON = timedelta(milliseconds=20)


class Count:
    """Counts runs, and says when there were enough."""

    def __init__(self, enough: int) -> None:
        self._left = enough
        self.reached = threading.Event()

    def run(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.reached.set()

    def fail(self) -> None:
        self.run()
        raise ValueError("nothing goes")


def test_a_job_runs_again_and_again() -> None:
    count = Count(3)
    schedule = Schedule(Clock(), (Job("test.again", SOON, count.run),))
    schedule.start()
    assert count.reached.wait(5)
    schedule.stop()
    assert REGISTRY.get_sample_value("sevbot_job_last_success_seconds", {"job": "test.again"})


def test_a_job_that_fails_is_counted_and_told_and_stops_neither_itself_nor_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failing, other = Count(3), Count(3)
    schedule = Schedule(Clock(), (Job("test.failing", SOON, failing.fail), Job("test.other", SOON, other.run)))
    schedule.start()
    assert failing.reached.wait(5)
    assert other.reached.wait(5)
    schedule.stop()
    assert (REGISTRY.get_sample_value("sevbot_job_failures_total", {"job": "test.failing"}) or 0) >= 2
    assert "job.failed" in caplog.text


def test_stopping_what_never_started_is_harmless() -> None:
    Schedule(Clock(), ()).stop()
