"""Blocks: their keys and limits, and the surfaces they may be on."""

from dataclasses import dataclass
from typing import Any

from bot.playground.blockkit.elements import EVERYWHERE, IMAGE, element_in
from bot.playground.blockkit.objects import BOTH, SLACK_FILE, text
from bot.playground.blockkit.rich_text import RICH_TEXT
from bot.playground.blockkit.rules import (
    Report,
    Rule,
    Shape,
    Surface,
    anything,
    array,
    boolean,
    integer,
    one_of,
    string,
    typed,
)

MESSAGE: tuple[Surface, ...] = ("message",)
MESSAGE_HOME: tuple[Surface, ...] = ("message", "home")
MARKDOWN_MOST = 12_000

_ID = string(255)


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its shape, and the surfaces it may be on."""

    shape: Rule
    surfaces: tuple[Surface, ...] = EVERYWHERE


def _block(keys: dict[str, Rule], **more: Any) -> Shape:
    return Shape({"type": anything, "block_id": _ID} | keys, **more)


def _open(keys: dict[str, Rule], **more: Any) -> Shape:
    """A block of 2026 of which only some limits are documented: its other keys are let pass."""
    return _block(keys, closed=False, **more)


def _context_element(value: Any, pointer: str, report: Report) -> None:
    typed(value, pointer, report, {"image": IMAGE, "plain_text": text(), "mrkdwn": text(kinds=BOTH)})


def _no_dispatch_for_files(value: Any, pointer: str, report: Report) -> None:
    element = value.get("element")
    if isinstance(element, dict) and element.get("type") == "file_input" and "dispatch_action" in value:
        report.add("dispatch_action is not allowed for file_input", pointer)


def _response_url_in_modals_only(value: Any, pointer: str, report: Report) -> None:
    element = value.get("element")
    if isinstance(element, dict) and element.get("response_url_enabled") and report.surface != "modal":
        report.add("response_url_enabled is only allowed in modals", f"{pointer}/element")


def _cell(value: Any, pointer: str, report: Report) -> None:
    raw = Shape({"type": anything, "text": string(10_000, least=0)}, required=("text",))
    number = Shape({"type": anything, "value": anything, "text": string(100)})
    typed(value, pointer, report, {"raw_text": raw, "raw_number": number, "rich_text": RICH_TEXT})


_COLUMN = Shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Block] = {
    "section": Block(
        _block(
            {
                "text": text(kinds=BOTH),
                "fields": array(text(2000, BOTH), most=10),
                "accessory": element_in("section"),
                "expand": boolean,
            },
            at_least_one=("text", "fields"),
        )
    ),
    "header": Block(_block({"text": text(150), "level": integer(1, 4)}, required=("text",))),
    "divider": Block(_block({})),
    "image": Block(
        _block(
            {
                "image_url": string(3000),
                "slack_file": SLACK_FILE,
                "alt_text": string(2000),
                "title": text(2000),
            },
            required=("alt_text",),
            exactly_one=("image_url", "slack_file"),
        )
    ),
    "context": Block(_block({"elements": array(_context_element, most=10)}, required=("elements",))),
    "actions": Block(_block({"elements": array(element_in("actions"), most=25)}, required=("elements",))),
    "input": Block(
        _block(
            {
                "label": text(2000),
                "hint": text(2000),
                "element": element_in("input"),
                "optional": boolean,
                "dispatch_action": boolean,
            },
            required=("label", "element"),
            further=(_no_dispatch_for_files, _response_url_in_modals_only),
        )
    ),
    "rich_text": Block(RICH_TEXT),
    "video": Block(
        _block(
            {
                "alt_text": string(2000),
                "title": text(199),
                "author_name": string(49),
                "description": text(199),
                "provider_icon_url": string(3000, pattern="https://.+"),
                "provider_name": string(255),
                "thumbnail_url": string(3000, pattern="https://.+"),
                "title_url": string(3000, pattern="https://.+"),
                "video_url": string(3000, pattern="https://.+"),
            },
            required=("alt_text", "title", "thumbnail_url", "video_url"),
        )
    ),
    "markdown": Block(_block({"text": string(MARKDOWN_MOST)}, required=("text",)), MESSAGE),
    "table": Block(
        _block(
            {"rows": array(array(_cell, most=20), most=100), "column_settings": array(_COLUMN, least=0, most=20)},
            required=("rows",),
        ),
        MESSAGE_HOME,
    ),
    "context_actions": Block(
        _block({"elements": array(element_in("context_actions"), most=5)}, required=("elements",)), MESSAGE
    ),
    "alert": Block(
        _open(
            {"level": one_of("default", "info", "warning", "error", "success"), "text": anything}, required=("text",)
        ),
        ("modal",),
    ),
    "card": Block(_open({}, at_least_one=("hero_image", "title", "actions", "body")), MESSAGE_HOME),
    "carousel": Block(_open({"elements": array(anything, most=10)}, required=("elements",)), MESSAGE_HOME),
    "container": Block(_open({"child_blocks": array(anything, most=10)}, required=("child_blocks",)), MESSAGE),
    "data_table": Block(
        _open({"page_size": integer(1, 100), "rows": array(anything, least=2, most=101)}, required=("caption",)),
        MESSAGE_HOME,
    ),
    "data_visualization": Block(_open({}), MESSAGE),
    "plan": Block(_open({}), MESSAGE),
    "task_card": Block(_open({"status": one_of("pending", "in_progress", "complete", "error")}), MESSAGE),
}


def block_rule(value: Any, pointer: str, report: Report) -> None:
    """Check one block on the report's surface."""
    allowed = {kind: block.shape for kind, block in BLOCKS.items() if report.surface in block.surfaces}
    typed(value, pointer, report, allowed)
