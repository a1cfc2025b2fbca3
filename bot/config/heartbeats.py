"""Heartbeats: jobs that say that they ran, and when they are to be heard of."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field

from bot.config.values import Duration, Frozen, Key, TimeZone

SHORTEST, LONGEST = timedelta(seconds=10), timedelta(days=366)
LONGEST_GRACE = timedelta(days=30)
CRON_FIELDS = 5


def cron_times(value: str) -> str:
    """Times as cron has them, in five fields. Raises `ValueError` where it can't be read, or never comes."""
    example = 'write five fields such as "0 3 * * *": minute, hour, day of the month, month, day of the week'
    if len(value.split()) != CRON_FIELDS:
        raise ValueError(example)
    try:
        next(CronSim(value, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{value!r} can't be read, or never comes ({error}): {example}") from None
    return value


class Heartbeat(Frozen):
    """A job of a workflow that says whenever it ran."""

    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    every: Duration | None = None
    """How long after one success the next is expected."""
    cron: Annotated[str, Field(max_length=100), AfterValidator(cron_times)] | None = None
    """When each success is expected; instead of `every`."""
    time_zone: TimeZone | None = None
    """Whose times `cron` means; None: that of `nudges.time_zone`."""
    grace: Duration = timedelta(minutes=10)
    """How much later it may come, and how long a run may take that said when it began."""
    urgency: Literal["critical", "warning", "info"] = "warning"


def wrong_heartbeats(heartbeats: Sequence[Heartbeat]) -> Iterator[str]:
    """A fault for whatever no single setting shows, each beginning with the place: `.heartbeats: ...`."""
    keys = [each.key for each in heartbeats]
    yield from (f".heartbeats: {key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    for each in heartbeats:
        yield from (f".heartbeats.{each.key}{fault}" for fault in _wrong(each))


def _wrong(heartbeat: Heartbeat) -> Iterator[str]:
    if (heartbeat.every is None) == (heartbeat.cron is None):
        yield ": give every (such as 1h) or cron, and not both"
    if heartbeat.every is not None and not SHORTEST <= heartbeat.every <= LONGEST:
        yield ".every: give 10s to 366d"
    if not SHORTEST <= heartbeat.grace <= LONGEST_GRACE:
        yield ".grace: give 10s to 30d"
    if heartbeat.time_zone and heartbeat.cron is None:
        yield ".time_zone: leave it out: only cron needs one"
