"""When a heartbeat is expected, and what is wrong with one: by what it said last, and since when somebody listens. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
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


def expected(heartbeat: Heartbeat, after: datetime, *, zone: str) -> datetime:
    """When its next success is expected after one at that moment, in UTC. `zone`: the one of a cron that names none.

    A time of day that the clock skips in spring is expected when it was skipped; one that comes twice in autumn, once.
    """
    if heartbeat.cron is None:
        assert heartbeat.every is not None  # noqa: S101 - settings have one of both
        return after + heartbeat.every
    local = after.astimezone(ZoneInfo(heartbeat.time_zone or zone))
    return next(CronSim(heartbeat.cron, local)).astimezone(UTC)


def next_expected(row: HeartbeatRow, heartbeat: Heartbeat, *, zone: str, up_since: datetime) -> datetime | None:
    """When its next success is expected; None: it never succeeded yet.

    A success that came while nobody listened is not known of, so that before `up_since` nothing was expected.
    """
    return expected(heartbeat, max(row.good_at, up_since), zone=zone) if row.good_at else None


def outlook(row: HeartbeatRow, heartbeat: Heartbeat, *, zone: str, up_since: datetime, now: datetime) -> Outlook:
    """How a heartbeat does that did well when it was heard of last."""
    awaited = next_expected(row, heartbeat, zone=zone, up_since=up_since)
    found = [(awaited + heartbeat.grace, Trouble.LATE, awaited)] if awaited else []
    if row.started_at and row.started_at >= up_since:
        found.append((row.started_at + heartbeat.grace, Trouble.HANGS, row.started_at))
    if not found:
        return Outlook()
    due, trouble, since = min(found)
    return Outlook(trouble, since) if due <= now else Outlook(look_at=due)
