"""Filling in a form as a person does: inputs by their label, options by their text."""

from datetime import date, datetime
from typing import Any

from bot.playground.elements import VALUE_KEYS, all_options, elements_of, initial_value
from bot.playground.errors import Impossible
from bot.playground.model import Json, View
from bot.playground.reading import words
from bot.playground.workspace import Workspace

TEXT_INPUT_LIMIT = 3000


def label_of(block: Json) -> str:
    """Return the label of an input block, or the words of the block an element stands in."""
    text = block.get("label") or block.get("text") or {}
    return str(text.get("text", ""))


def find_field(view: View, label: str) -> tuple[Json, Json]:
    """Return (block, element) for a label, a placeholder or an action id; raises Impossible, naming what there is."""
    wanted = label.casefold()
    fields = [
        (block, element) for block in view.blocks for element in elements_of(block) if element["type"] in VALUE_KEYS
    ]
    for block, element in fields:
        placeholder = element.get("placeholder", {}).get("text", "")
        names = (label_of(block), placeholder, element["action_id"], element["action_id"].rpartition(".")[2])
        if wanted in (name.casefold() for name in names):
            return block, element
    there = ", ".join(repr(label_of(block) or element["action_id"]) for block, element in fields)
    raise Impossible(f"There is no input {label!r} in this modal; there is {there or 'none'}.")


def pick_option(workspace: Workspace, element: Json, wanted: str) -> Json:
    """Return the option with this text or value, or the only one that begins so; raises Impossible."""
    options = all_options(element)
    for option in options:
        if wanted in (option["text"]["text"], option.get("value"), words(workspace, option["text"]["text"])):
            return option
    begun = [one for one in options if words(workspace, one["text"]["text"]).casefold().startswith(wanted.casefold())]
    if len(begun) == 1:
        return begun[0]
    there = ", ".join(repr(option["text"]["text"]) for option in options)
    raise Impossible(f"There is no one option {wanted!r}; there is {there or 'none'}.")


def typed_state(workspace: Workspace, element: Json, value: Any) -> Json:
    """Return the state of an element after a person put `value` into it; None clears it."""
    state = initial_value(element)
    key = VALUE_KEYS[element["type"]]
    if value is None:
        return state | {key: [] if isinstance(state[key], list) else None}
    return state | {key: _value(workspace, element, key, value)}


def _value(workspace: Workspace, element: Json, key: str, value: Any) -> Any:
    if key == "selected_options":
        return _options(workspace, element, value)
    if key == "selected_option":
        return pick_option(workspace, element, str(value))
    if key == "selected_date_time":
        return int(value.timestamp()) if isinstance(value, datetime) else int(value)
    if key == "selected_date":
        return value.isoformat() if isinstance(value, date) else str(value)
    if "user" in key or "channel" in key or "conversation" in key:
        many = value if isinstance(value, list) else [value]
        ids = [_id_of(workspace, one) for one in many]
        return ids if key.endswith("s") else ids[0]
    return str(value) if not isinstance(value, dict) else value


def _options(workspace: Workspace, element: Json, value: Any) -> list[Json]:
    if isinstance(value, bool):
        return all_options(element) if value else []
    wanted = value if isinstance(value, list | tuple | set) else [value]
    return [pick_option(workspace, element, str(one)) for one in wanted]


def _id_of(workspace: Workspace, who: Any) -> str:
    """Return the id of a person, channel or conversation given by object, name or id."""
    if isinstance(getattr(who, "id", None), str):
        return str(who.id)
    user = workspace.user_named(str(who))
    if user is not None:
        return user.id
    channel = workspace.channel_named(str(who))
    if channel is not None:
        return channel.id
    raise Impossible(f"There is nobody and no channel called {who!r}.")


def wants_dispatch(block: Json) -> bool:
    """Whether touching the element of this block sends a block action at once."""
    return block["type"] != "input" or bool(block.get("dispatch_action"))


def action_of(element: Json, state: Json) -> Json:
    """Return the action an element sends when it has come to `state`."""
    kept = ("placeholder", "initial_option", "initial_options", "initial_date", "initial_time", "confirm", "text")
    return {"action_id": element["action_id"], **{key: element[key] for key in kept if key in element}, **state}


def client_errors(view: View, state: Json) -> dict[str, str]:
    """Return what Slack's client itself objects to before it submits: block id -> sentence."""
    errors: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input":
            element = block["element"]
            problem = _problem(block, element, state["values"][block["block_id"]][element["action_id"]])
            if problem:
                errors[block["block_id"]] = problem
    return errors


def _problem(block: Json, element: Json, state: Json) -> str:
    value = state[VALUE_KEYS[element["type"]]]
    if value in (None, "", []):
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"].endswith("_input") and isinstance(value, str):
        return _text_problem(element, value)
    return ""


def _text_problem(element: Json, value: str) -> str:
    kind = element["type"]
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", TEXT_INPUT_LIMIT):
        return f"Please enter no more than {element.get('max_length', TEXT_INPUT_LIMIT)} characters."
    if kind == "email_text_input" and "@" not in value:
        return "Please enter a valid email address."
    if kind == "url_text_input" and not value.startswith(("http://", "https://")):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_problem(element, value)
    return ""


def _number_problem(element: Json, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    if number < float(element.get("min_value", number)) or number > float(element.get("max_value", number)):
        return "Please enter a number in the allowed range."
    return ""
