"""rich_text: sections, lists, quotes and preformatted text, and the leaves in them."""

from typing import Any

from bot.playground.blockkit.rules import (
    Report,
    Rule,
    Shape,
    anything,
    array,
    boolean,
    integer,
    one_of,
    string,
    typed,
)

_FLAGS: dict[str, Rule] = {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean}
_SHARED: dict[str, Rule] = {"type": anything, "style": Shape(_FLAGS)}
_MANY = 10_000


def _leaf(keys: dict[str, Rule], *required: str) -> Shape:
    return Shape(_SHARED | keys, required=required)


_LEAVES: dict[str, Rule] = {
    "text": _leaf({"text": string(40_000)}, "text"),
    "link": _leaf({"url": string(3000), "text": string(40_000, least=0), "unsafe": boolean}, "url"),
    "user": _leaf({"user_id": string(255)}, "user_id"),
    "usergroup": _leaf({"usergroup_id": string(255)}, "usergroup_id"),
    "channel": _leaf({"channel_id": string(255)}, "channel_id"),
    "team": _leaf({"team_id": string(255)}, "team_id"),
    "emoji": _leaf({"name": string(255), "unicode": string(255), "skin_tone": integer(1, 6)}, "name"),
    "broadcast": _leaf({"range": one_of("here", "channel", "everyone")}, "range"),
    "color": _leaf({"value": string(255)}, "value"),
    "date": _leaf(
        {
            "timestamp": integer(0, 10**11),
            "format": string(255),
            "url": string(3000),
            "fallback": string(3000),
        },
        "timestamp",
        "format",
    ),
}


def _leaf_rule(value: Any, pointer: str, report: Report) -> None:
    typed(value, pointer, report, _LEAVES)


_BORDER = integer(0, 1)
_SECTION = Shape({"type": anything, "elements": array(_leaf_rule, least=0, most=_MANY)}, required=("elements",))


def _section_rule(value: Any, pointer: str, report: Report) -> None:
    typed(value, pointer, report, {"rich_text_section": _SECTION})


_PARTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_list": Shape(
        {
            "type": anything,
            "style": one_of("bullet", "ordered"),
            "indent": integer(0, 8),
            "offset": integer(0, _MANY),
            "border": _BORDER,
            "elements": array(_section_rule, most=_MANY),
        },
        required=("style", "elements"),
    ),
    "rich_text_preformatted": Shape(
        {
            "type": anything,
            "border": _BORDER,
            "language": string(100),
            "elements": array(_leaf_rule, least=0, most=_MANY),
        },
        required=("elements",),
    ),
    "rich_text_quote": Shape(
        {"type": anything, "border": _BORDER, "elements": array(_leaf_rule, least=0, most=_MANY)},
        required=("elements",),
    ),
}


def _part_rule(value: Any, pointer: str, report: Report) -> None:
    typed(value, pointer, report, _PARTS)


RICH_TEXT = Shape(
    {"type": anything, "block_id": string(255), "elements": array(_part_rule, most=_MANY)}, required=("elements",)
)
