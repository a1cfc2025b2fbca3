"""How a workflow's heartbeats look, the worst first. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.config import Workflow
from bot.config.heartbeats import Heartbeat
from bot.slack.text import mrkdwn, one_line, when
from bot.workflows.heartbeats.model import HeartbeatRow, Trouble
from bot.workflows.heartbeats.times import Excuse, next_expected
from bot.workflows.slos.words import plain_time

MOST_SHOWN = 6
SAID_SHOWN = 150
RUNS, WAITS, FINE = "runs", "waits", "fine"
WORDS = {
    Trouble.FAILS: (":red_circle:", "failed"),
    Trouble.HANGS: (":red_circle:", "hangs"),
    Trouble.LATE: (":red_circle:", "late"),
    WAITS: (":white_circle:", "waiting for the first"),
    RUNS: (":large_green_circle:", "running"),
    FINE: (":large_green_circle:", "on time"),
}
"""The states, the worst first: each as a picture and in words."""
RANKS = {state: place for place, state in enumerate(WORDS)}


def state_of(row: HeartbeatRow | None) -> str:
    """In which state a heartbeat is."""
    if row is None:
        return WAITS
    if row.trouble:
        return row.trouble
    if row.started_at:
        return RUNS
    return FINE if row.good_at else WAITS


def lines(workflow: Workflow, rows: Mapping[str, HeartbeatRow], *, zone: str, up_since: datetime) -> list[str]:
    """A line of mrkdwn for each heartbeat of a workflow, as many as there is room for. `rows`: by their keys."""
    excused = partial(workflow.is_in_maintenance, zone=zone)
    ordered = sorted(workflow.heartbeats, key=lambda each: (RANKS[state_of(rows.get(each.key))], each.name))
    shown = [_line(each, rows.get(each.key), zone, up_since, excused) for each in ordered[:MOST_SHOWN]]
    left = len(ordered) - len(shown)
    return [*shown, *([f"And {left} more heartbeat{'' if left == 1 else 's'}, none of them worse."] if left else [])]


def _line(heartbeat: Heartbeat, row: HeartbeatRow | None, zone: str, up_since: datetime, excused: Excuse) -> str:
    emoji, word = WORDS[state_of(row)]
    since = f" since {when(row.since)}" if row and row.trouble and row.since else ""
    first = f"{emoji} *{word}*{since}  Heartbeat *{mrkdwn(heartbeat.name, 200)}*"
    if row is None:
        return first
    parts = [f"last ping {when(row.pinged_at)}"]
    parts += [f"took {plain_time_of(row.took_seconds)}"] if row.took_seconds is not None else []
    awaited = next_expected(row, heartbeat, zone=zone, up_since=up_since, excused=excused)
    parts += [f"next expected {when(awaited)}"] if awaited and row.trouble == Trouble.NONE else []
    parts += [f"it said: {mrkdwn(one_line(row.said), SAID_SHOWN)}"] if row.said else []
    return f"{first}: {', '.join(parts)}"


def plain_time_of(seconds: float) -> str:
    """`4 s`, `12 min`: how long a run took."""
    return f"{seconds:.0f} s" if seconds < 60 else plain_time(timedelta(seconds=seconds))
