"""Block elements: their keys and limits, the blocks and surfaces they may stand in."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from bot.playground.blockkit.objects import (
    BOTH,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    PLAIN,
    SLACK_FILE,
    initial_among_options,
    option,
    option_group,
    text,
)
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
)

EVERYWHERE: tuple[Surface, ...] = ("message", "modal", "home")
SECTION_ACTIONS = ("section", "actions")
MENU = ("section", "actions", "input")
INPUT = ("input",)

_ID = string(255)
_PLACEHOLDER = text(150)


def _date(value: Any, pointer: str, report: Report) -> None:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            date.fromisoformat(value)
            return
    except ValueError:
        pass
    report.add("must be a valid date in the format YYYY-MM-DD", pointer)


def _zone(value: Any, pointer: str, report: Report) -> None:
    if value not in available_timezones():
        report.add("must be a valid timezone", pointer)


def _element(keys: dict[str, Rule], **more: Any) -> Shape:
    return Shape({"type": anything, "action_id": _ID} | keys, **more)


_ASKING: dict[str, Rule] = {"placeholder": _PLACEHOLDER, "focus_on_load": boolean}
_CONFIRMED: dict[str, Rule] = {"confirm": CONFIRM}
_TYPED: dict[str, Rule] = _ASKING | {"initial_value": string(3000, least=0), "dispatch_action_config": DISPATCH_CONFIG}
_MANY: dict[str, Rule] = {"max_selected_items": integer(1, 100)}
_OPTIONS: dict[str, Rule] = {"options": array(option(), most=100), "option_groups": array(option_group(), most=100)}
_IDS = array(_ID, most=100)
_BUTTON_TEXT = text(75)
_STYLE = one_of("primary", "danger")
_NUMBER = string(100, pattern=r"-?\d+(\.\d+)?")


def _choice(**more: Any) -> Shape:
    both: dict[str, Rule] = {"options": array(option(BOTH), most=10), "focus_on_load": boolean}
    return _element(
        both | _CONFIRMED | more.pop("keys"), required=("options",), further=(initial_among_options,), **more
    )


def _selects(noun: str, extra: dict[str, Rule]) -> tuple[Shape, Shape]:
    """Return the single and the multiple select for users, conversations or channels."""
    single = _element(_ASKING | _CONFIRMED | {f"initial_{noun}": _ID} | extra)
    many = {key: rule for key, rule in extra.items() if key != "response_url_enabled"}
    return single, _element(_ASKING | _CONFIRMED | _MANY | {f"initial_{noun}s": _IDS} | many)


_USERS, _MULTI_USERS = _selects("user", {})
_CONVERSATIONS, _MULTI_CONVERSATIONS = _selects(
    "conversation",
    {"filter": CONVERSATION_FILTER, "default_to_current_conversation": boolean, "response_url_enabled": boolean},
)
_CHANNELS, _MULTI_CHANNELS = _selects("channel", {"response_url_enabled": boolean})

_FEEDBACK = Shape(
    {"text": _BUTTON_TEXT, "value": string(2000), "accessibility_label": string(75)}, required=("text", "value")
)

IMAGE = Shape(
    {"type": anything, "image_url": string(3000), "slack_file": SLACK_FILE, "alt_text": string(2000)},
    required=("alt_text",),
    exactly_one=("image_url", "slack_file"),
)


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its shape, the blocks it may stand in, the surfaces it may be on."""

    shape: Rule
    within: tuple[str, ...]
    surfaces: tuple[Surface, ...] = EVERYWHERE


ELEMENTS: dict[str, Element] = {
    "button": Element(
        _element(
            {
                "text": _BUTTON_TEXT,
                "value": string(2000, least=0),
                "url": string(3000),
                "style": _STYLE,
                "accessibility_label": string(75),
            }
            | _CONFIRMED,
            required=("text",),
        ),
        SECTION_ACTIONS,
    ),
    "checkboxes": Element(_choice(keys={"initial_options": array(option(BOTH), most=10)}), MENU),
    "radio_buttons": Element(_choice(keys={"initial_option": option(BOTH)}), MENU),
    "overflow": Element(
        _element({"options": array(option(PLAIN, url=True), most=5)} | _CONFIRMED, required=("options",)),
        SECTION_ACTIONS,
    ),
    "static_select": Element(
        _element(
            _ASKING | _CONFIRMED | _OPTIONS | {"initial_option": option()},
            exactly_one=("options", "option_groups"),
            further=(initial_among_options,),
        ),
        MENU,
    ),
    "multi_static_select": Element(
        _element(
            _ASKING | _CONFIRMED | _OPTIONS | _MANY | {"initial_options": array(option(), most=100)},
            exactly_one=("options", "option_groups"),
            further=(initial_among_options,),
        ),
        MENU,
    ),
    "external_select": Element(
        _element(_ASKING | _CONFIRMED | {"min_query_length": integer(0, 100), "initial_option": option()}), MENU
    ),
    "multi_external_select": Element(
        _element(
            _ASKING
            | _CONFIRMED
            | _MANY
            | {"min_query_length": integer(0, 100), "initial_options": array(option(), most=100)}
        ),
        MENU,
    ),
    "users_select": Element(_USERS, MENU),
    "multi_users_select": Element(_MULTI_USERS, MENU),
    "conversations_select": Element(_CONVERSATIONS, MENU),
    "multi_conversations_select": Element(_MULTI_CONVERSATIONS, MENU),
    "channels_select": Element(_CHANNELS, MENU),
    "multi_channels_select": Element(_MULTI_CHANNELS, MENU),
    "datepicker": Element(_element(_ASKING | _CONFIRMED | {"initial_date": _date}), MENU),
    "timepicker": Element(
        _element(
            _ASKING | _CONFIRMED | {"initial_time": string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": _zone}
        ),
        MENU,
    ),
    "datetimepicker": Element(
        _element({"focus_on_load": boolean, "initial_date_time": integer(10**9, 10**10 - 1)} | _CONFIRMED),
        ("actions", "input"),
        ("message", "modal"),
    ),
    "plain_text_input": Element(
        _element(_TYPED | {"multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)}),
        INPUT,
    ),
    "email_text_input": Element(_element(_TYPED), INPUT, ("modal",)),
    "url_text_input": Element(_element(_TYPED), INPUT, ("modal",)),
    "number_input": Element(
        _element(
            _TYPED
            | {"is_decimal_allowed": boolean, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
            required=("is_decimal_allowed",),
        ),
        INPUT,
        ("modal",),
    ),
    "file_input": Element(
        _element({"filetypes": array(string(50), most=100), "max_files": integer(1, 10)}), INPUT, ("modal",)
    ),
    "rich_text_input": Element(
        _element(_TYPED | {"initial_value": RICH_TEXT, "min_lines": integer(1, 100), "max_lines": integer(1, 100)}),
        INPUT,
        ("modal", "home"),
    ),
    "workflow_button": Element(
        _element(
            {"text": _BUTTON_TEXT, "workflow": anything, "style": _STYLE, "accessibility_label": string(75)},
            required=("text", "workflow"),
        ),
        SECTION_ACTIONS,
        ("message",),
    ),
    "image": Element(IMAGE, ("section", "context")),
    "feedback_buttons": Element(
        _element(
            {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
            required=("positive_button", "negative_button"),
        ),
        ("context_actions",),
        ("message",),
    ),
    "icon_button": Element(
        _element(
            {
                "icon": one_of("trash"),
                "text": _BUTTON_TEXT,
                "value": string(2000),
                "accessibility_label": string(75),
                "visible_to_user_ids": _IDS,
            }
            | _CONFIRMED,
            required=("icon", "text"),
        ),
        ("context_actions",),
        ("message",),
    ),
}


def element_in(block: str) -> Rule:
    """The rule for an element standing in this kind of block."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        element = ELEMENTS.get(kind) if isinstance(kind, str) else None
        if element is None or block not in element.within or report.surface not in element.surfaces:
            report.add(f"unsupported type: {kind}", f"{pointer}/type")
            return
        element.shape(value, pointer, report)

    return rule
