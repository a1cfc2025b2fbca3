"""What Slack adds to blocks when it echoes them: ids, and the defaults of text objects."""

from collections.abc import Callable
from typing import Any

from bot.playground.elements import elements_of
from bot.playground.model import Json


def filled(blocks: list[Json], new_id: Callable[[str], str]) -> list[Json]:
    """Return a copy of valid blocks with every block_id, action_id and default in place."""
    done: list[Json] = []
    for block in blocks:
        copy: Json = fill_texts(block)
        copy.setdefault("block_id", new_id("b"))
        for element in elements_of(copy):
            if element["type"] != "image":
                element.setdefault("action_id", new_id("a"))
        done.append(copy)
    return done


def fill_texts(part: Any) -> Any:
    """Return a deep copy in which every text object carries the defaults Slack echoes."""
    if isinstance(part, list):
        return [fill_texts(one) for one in part]
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    copy = {key: value if kind == "rich_text" else fill_texts(value) for key, value in part.items()}
    if kind == "plain_text":
        copy.setdefault("emoji", True)
    elif kind == "mrkdwn":
        copy.setdefault("verbatim", False)
    return copy
