"""How a workflow's checks look, the worst first. Pure."""

import json
from collections.abc import Mapping, Sequence

from bot.config.checks import Check
from bot.slack.text import mrkdwn, when
from bot.workflows.checks.model import CheckRow, CheckRun, State

MOST_SHOWN = 6
MOST_STEPS = 5
SAID_SHOWN = 200
ANSWER_SHOWN = 120
WORDS = {
    State.FAILS: (":red_circle:", "fails"),
    State.EXPIRES: (":large_orange_circle:", "expires soon"),
    State.NEW: (":white_circle:", "waiting for the first"),
    State.WELL: (":large_green_circle:", "well"),
}
"""The states, the worst first: each as a picture and in words."""
RANKS = {state: place for place, state in enumerate(WORDS)}


def lines(checks: Sequence[Check], rows: Mapping[str, CheckRow], runs: Mapping[str, CheckRun]) -> list[str]:
    """A line of mrkdwn for each check, as many as there is room for. `rows` and `runs`, the last of each: by their keys."""
    ordered = sorted(checks, key=lambda each: (RANKS[_state(rows.get(each.key))], each.name))
    shown = [_line(each, rows.get(each.key), runs.get(each.key)) for each in ordered[:MOST_SHOWN]]
    left = len(ordered) - len(shown)
    return [*shown, *([f"And {left} more check{'' if left == 1 else 's'}, none of them worse."] if left else [])]


def _state(row: CheckRow | None) -> State:
    return State(row.state) if row else State.NEW


def _line(check: Check, row: CheckRow | None, run: CheckRun | None) -> str:
    emoji, word = WORDS[_state(row)]
    is_ill = row is not None and row.state in (State.FAILS, State.EXPIRES)
    since = f" since {when(row.since)}" if row and is_ill and row.since else ""
    first = f"{emoji} *{word}*{since}  Check *{mrkdwn(check.name, 200)}*"
    if row is None or run is None:
        return first
    parts = [f"last run {when(run.began_at)}, took {run.took_ms} ms{_steps(run)}"]
    parts += [f"its certificate expires {when(row.expires_at)}"] if row.expires_at and not row.said else []
    parts += [mrkdwn(row.said, SAID_SHOWN)] if row.said else []
    parts += [f"it answered: {mrkdwn(run.excerpt, ANSWER_SHOWN)}"] if run.excerpt else []
    return f"{first}: {', '.join(parts)}"


def _steps(run: CheckRun) -> str:
    """How long each step took, where there were several."""
    steps = json.loads(run.steps)
    if len(steps) < 2:
        return ""
    shown = [f"{mrkdwn(name, 60)} {took_ms}" for name, _, took_ms in steps[:MOST_STEPS]]
    return f" ({', '.join(shown)}{', …' if len(steps) > MOST_STEPS else ''})"
