"""conversations.history and conversations.replies: reading what was said."""

import re
from bisect import bisect_left, bisect_right

from bot.playground.errors import SlackError
from bot.playground.methods.table import Asked, Method, by_kind
from bot.playground.model import Channel, Json
from bot.playground.shapes import message_json

_TS = re.compile(r"\d+(\.\d{1,6})?")


def _normal_ts(given: str, error: str) -> str:
    """Return a timestamp in the six-decimal form that sorts as text."""
    if not _TS.fullmatch(given):
        raise SlackError(error)
    seconds, _, fraction = given.partition(".")
    return f"{int(seconds):010d}.{fraction:0<6}"


def _window(asked: Asked, timeline: list[str]) -> tuple[int, int]:
    """Return the slice of `timeline` between oldest and latest, by bisection: histories can be long."""
    args = asked.args
    inclusive = args.flag("inclusive")
    start, end = 0, len(timeline)
    if args.text("oldest") not in ("", "0"):
        oldest = _normal_ts(args.text("oldest"), "invalid_ts_oldest")
        start = (bisect_left if inclusive else bisect_right)(timeline, oldest)
    if args.text("latest") not in ("", "now"):
        latest = _normal_ts(args.text("latest"), "invalid_ts_latest")
        end = (bisect_right if inclusive else bisect_left)(timeline, latest)
    return start, max(start, end)


def _readable(asked: Asked) -> Channel:
    channel = asked.channel()
    if asked.me not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def history(asked: Asked) -> Json:
    """Return a page of a channel, newest first within the page. Thread replies are not in it.

    Pages go backwards from the newest message; with `oldest` and no `latest` they go forwards from there, which is
    what makes `oldest=ts&inclusive=true&limit=1` answer the message itself.
    """
    channel = _readable(asked)
    args, timeline = asked.args, channel.timeline
    limit = args.number("limit", 100, most=999)
    start, end = _window(asked, timeline)
    if args.text("oldest") not in ("", "0") and args.text("latest") in ("", "now"):
        start, stop, cursor = _forward(timeline, start, end, limit, args.text("cursor"))
    else:
        start, stop, cursor = _backward(timeline, start, end, limit, args.text("cursor"))
    return {
        "messages": _shown(asked, channel, timeline[start:stop][::-1]),
        "has_more": bool(cursor),
        "pin_count": len(channel.pins),
        "response_metadata": {"next_cursor": cursor},
    }


def _forward(timeline: list[str], start: int, end: int, limit: int, cursor: str) -> tuple[int, int, str]:
    """Return the bounds of the page that begins at `cursor`, and the cursor of the next."""
    if cursor:
        start = max(start, bisect_left(timeline, _cursor_ts(cursor)))
    stop = min(end, start + limit)
    return start, stop, f"from:{timeline[stop]}" if stop < end else ""


def _backward(timeline: list[str], start: int, end: int, limit: int, cursor: str) -> tuple[int, int, str]:
    """Return the bounds of the page that ends before `cursor`, and the cursor of the next."""
    if cursor:
        end = min(end, bisect_left(timeline, _cursor_ts(cursor)))
    first = max(start, end - limit)
    return first, end, f"before:{timeline[first]}" if first > start else ""


def replies(asked: Asked) -> Json:
    """Return a page of a thread: its parent first, then the replies, oldest first."""
    channel = _readable(asked)
    parent = channel.messages.get(asked.args.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.thread_ts:
        parent = channel.messages[parent.thread_ts]
    limit = asked.args.number("limit", 1000, most=1000)
    start, end = _window(asked, parent.replies)
    start, stop, cursor = _forward(parent.replies, start, end, limit, asked.args.text("cursor"))
    return {
        "messages": _shown(asked, channel, [parent.ts, *parent.replies[start:stop]]),
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _cursor_ts(cursor: str) -> str:
    word, _, ts = cursor.partition(":")
    if word not in ("before", "from") or not _TS.fullmatch(ts):
        raise SlackError("invalid_cursor")
    return ts


def _shown(asked: Asked, channel: Channel, page: list[str]) -> list[Json]:
    metadata = asked.args.flag("include_all_metadata")
    return [message_json(asked.workspace, channel.messages[ts], metadata=metadata) for ts in page]


_CHANNEL = {"channel": "channel_not_found"}

METHODS = {
    "conversations.history": Method(history, by_kind("{}:history"), 3, _CHANNEL),
    "conversations.replies": Method(replies, by_kind("{}:history"), 3, _CHANNEL | {"ts": "thread_not_found"}),
}
