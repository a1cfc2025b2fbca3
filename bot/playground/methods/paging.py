"""Pages of long answers."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.playground.arguments import Arguments
from bot.playground.errors import SlackError
from bot.playground.model import Json

T = TypeVar("T")


def page_of(items: Sequence[T], args: Arguments, *, default: int, most: int = 1000) -> tuple[Sequence[T], Json]:
    """Return one page of `items` and the response metadata with the cursor of the next page.

    Raises SlackError invalid_cursor or invalid_limit.
    """
    limit = args.number("limit", default, most=most)
    start = _decode(args.text("cursor"))
    following = _encode(start + limit) if start + limit < len(items) else ""
    return items[start : start + limit], {"response_metadata": {"next_cursor": following}}


def _encode(position: int) -> str:
    return base64.urlsafe_b64encode(f"next:{position}".encode()).decode()


def _decode(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, position = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word == "next":
            return int(position)
    except (ValueError, binascii.Error):
        pass
    raise SlackError("invalid_cursor")
