"""Every recurring job on one page. Each is bounded and idempotent, so it may run on one machine or on ten."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from prometheus_client import Counter, Gauge

from bot.clock import Clock
from bot.db import log_failure
from bot.runs import Run

log = logging.getLogger(__name__)

LAST_RUN = Gauge("sevbot_job_last_success_seconds", "When a job last ran to its end, in seconds since 1970.", ["job"])
LAG = Gauge("sevbot_job_lag_seconds", "For how long a job has not run to its end when it should have.", ["job"])
FAILURES = Counter("sevbot_job_failures", "Runs of a job that failed.", ["job"])
FIRST = timedelta(minutes=2)
"""After the start each job has run by then, however rarely it comes: bots that are started anew all day run it too."""


@dataclass(frozen=True)
class Job:
    """What is done again and again, and how often."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Schedule:
    """Runs the jobs until it is stopped."""

    def __init__(self, clock: Clock, jobs: tuple[Job, ...]) -> None:
        self.jobs = jobs
        self._clock = clock
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._done_at: dict[str, float] = {}
        self._runs: dict[str, Run] = {}

    def runs(self) -> tuple[Run, ...]:
        """How each job fares. Empty before the start."""
        return tuple(self._runs.values())

    def start(self) -> None:
        started, now = self._clock.monotonic(), self._clock.machine()
        for job in self.jobs:
            self._done_at[job.name] = started
            self._runs[job.name] = Run(job.name, job.every, now)
            LAG.labels(job.name).set_function(partial(self._lag, job))
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(
                    seconds=job.every.total_seconds(), start_date=now + min(job.every, FIRST), timezone=UTC
                ),
                args=(job,),
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,  # the default drops a job that is a second late
            )
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _run(self, job: Job) -> None:
        self._runs[job.name] = self._runs[job.name].begun(self._clock.machine())
        try:
            job.run()
        except Exception as error:  # noqa: BLE001 - one job's fault must not stop the others, nor its own next run
            self._runs[job.name] = self._runs[job.name].failed(error, self._clock.machine())
            FAILURES.labels(job.name).inc()
            log_failure(log, "job.failed", error, job=job.name)
        else:
            now = self._clock.machine()
            self._runs[job.name] = self._runs[job.name].ended(now)
            self._done_at[job.name] = self._clock.monotonic()
            LAST_RUN.labels(job.name).set(now.timestamp())

    def _lag(self, job: Job) -> float:
        return max(self._clock.monotonic() - self._done_at[job.name] - job.every.total_seconds(), 0.0)
