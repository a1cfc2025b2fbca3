"""Block Kit elements that hold a value: their initial value, and how a state shows it."""

from collections.abc import Iterator

from bot.playground.model import Json, View

VALUE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
"""The key under which a state, and an action's payload, shows the value of each kind of element."""

_INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "files": "",
}


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements of a block."""
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "section" and "accessory" in block:
        return [block["accessory"]]
    if block["type"] == "actions":
        elements: list[Json] = block["elements"]
        return elements
    return []


def all_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield (block, element) for everything a person can touch, in reading order."""
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def initial_value(element: Json) -> Json:
    """Return the state of an element nobody has touched."""
    key = VALUE_KEYS[element["type"]]
    empty: list[str] | None = [] if key.endswith("s") and key != "files" else None
    state = {"type": element["type"], key: element.get(_INITIAL[key], [] if key == "files" else empty)}
    if element["type"] == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def state_of(blocks: list[Json], typed: dict[str, dict[str, Json]]) -> Json:
    """Return {"values": {block_id: {action_id: state}}}: what was typed, else the initial values."""
    values: dict[str, dict[str, Json]] = {}
    for block, element in all_elements(blocks):
        if element["type"] in VALUE_KEYS:
            here = values.setdefault(block["block_id"], {})
            action_id = element["action_id"]
            kept = typed.get(block["block_id"], {}).get(action_id)
            # An element of another kind under the same ids starts afresh.
            here[action_id] = kept if kept and kept.get("type") == element["type"] else initial_value(element)
    return {"values": values}


def view_state(view: View) -> Json:
    """Return the state of a view as payloads show it."""
    return state_of(view.blocks, view.typed)


def all_options(element: Json) -> list[Json]:
    """Return the options of a select, radio, checkbox group or overflow menu, groups flattened."""
    options: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group["options"]
    return options
