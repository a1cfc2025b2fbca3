"""When a heartbeat is expected, and what is wrong with one: by what it said last, and since when somebody listens. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.config.heartbeats import Heartbeat
from bot.workflows.heartbeats.model import HeartbeatRow, Trouble


@dataclass(frozen=True)
class Outlook:
    """What is wrong with a heartbeat at a moment, since when, and when to look again where nothing is."""

    trouble: Trouble = Trouble.NONE
    since: datetime | None = None
    look_at: datetime | None = None


MINUTE = timedelta(minutes=1)
MOST_EXCUSED = 14 * 24 * 60
"""How often in a row a heartbeat is excused: as many minutes as the longest single maintenance has."""
Excuse = Callable[[datetime], bool]
"""Whether nothing is expected at a moment, since the workflow is worked on then."""


def nothing_is(_moment: datetime) -> bool:
    """The excuse of what is never worked on."""
    return False


def expected(heartbeat: Heartbeat, after: datetime, *, zone: str) -> datetime:
    """When its next success is expected after one at that moment, in UTC. `zone`: the one of a cron that names none.

    A time of day that the clock skips in spring is expected when it was skipped; one that comes twice in autumn, once.
    """
    if heartbeat.cron is None:
        assert heartbeat.every is not None  # noqa: S101 - settings have one of both
        return after + heartbeat.every
    local = after.astimezone(ZoneInfo(heartbeat.time_zone or zone))
    return next(CronSim(heartbeat.cron, local)).astimezone(UTC)


def next_expected(
    row: HeartbeatRow, heartbeat: Heartbeat, *, zone: str, up_since: datetime, excused: Excuse = nothing_is
) -> datetime | None:
    """When its next success is expected; None: it never succeeded yet.

    A success that came while nobody listened is not known of, so that before `up_since` nothing was expected. Nor is it
    at moments that are `excused`.
    """
    if row.good_at is None:
        return None
    awaited = expected(heartbeat, max(row.good_at, up_since), zone=zone)
    for _ in range(MOST_EXCUSED):
        if not excused(awaited):
            break
        after = awaited if heartbeat.cron else max(awaited, awaited + MINUTE - (heartbeat.every or MINUTE))
        awaited = expected(heartbeat, after, zone=zone)
    return awaited


def outlook(
    row: HeartbeatRow,
    heartbeat: Heartbeat,
    *,
    zone: str,
    up_since: datetime,
    now: datetime,
    excused: Excuse = nothing_is,
) -> Outlook:
    """How a heartbeat does that did well when it was heard of last."""
    awaited = next_expected(row, heartbeat, zone=zone, up_since=up_since, excused=excused)
    found = [(awaited + heartbeat.grace, Trouble.LATE, awaited)] if awaited else []
    if row.started_at and row.started_at >= up_since:
        found.append((row.started_at + heartbeat.grace, Trouble.HANGS, row.started_at))
    if not found:
        return Outlook()
    due, trouble, since = min(found)
    return Outlook(trouble, since) if due <= now else Outlook(look_at=due)
