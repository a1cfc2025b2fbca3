"""How a workflow's queries look, the worst first. Pure."""

from collections.abc import Mapping, Sequence

from bot.config import Query
from bot.slack.text import mrkdwn, when
from bot.workflows.counts.minutes import moment_of
from bot.workflows.queries.model import QueryState, Trouble

MOST_SHOWN = 6
WAITS = "waits"
WORDS = {
    Trouble.ALL: (":red_circle:", "not known"),
    Trouble.PART: (":large_orange_circle:", "known in part"),
    WAITS: (":white_circle:", "not asked yet"),
    Trouble.NONE: (":large_green_circle:", "known"),
}
"""The states, the worst first: each as a picture and in words."""
RANKS = {state: place for place, state in enumerate(WORDS)}


def state_of(row: QueryState | None) -> str:
    """In which state a query is."""
    if row is None or (row.newest_minute is None and not row.trouble):
        return WAITS
    return row.trouble


def lines(queries: Sequence[Query], rows: Mapping[str, QueryState]) -> list[str]:
    """A line of mrkdwn for each query, as many as there is room for. `rows`: by their keys."""
    ordered = sorted(queries, key=lambda each: (RANKS[state_of(rows.get(each.key))], each.name))
    shown = [_line(each, rows.get(each.key)) for each in ordered[:MOST_SHOWN]]
    left = len(ordered) - len(shown)
    more = "y" if left == 1 else "ies"
    return [*shown, *([f"And {left} more quer{more}, none of them worse."] if left else [])]


def _line(query: Query, row: QueryState | None) -> str:
    emoji, word = WORDS[state_of(row)]
    since = f" since {when(row.since)}" if row and row.since else ""
    first = f"{emoji} *{word}*{since}  Query *{mrkdwn(query.name, 200)}*"
    if row is None:
        return first
    parts = [mrkdwn(row.remark, 400)] if row.remark else []
    if row.newest_minute is not None:
        parts.append(f"last counts {when(moment_of(row.newest_minute))}, {row.good:,} of {row.total:,}")
    return f"{first}: {'; '.join(parts)}" if parts else first
