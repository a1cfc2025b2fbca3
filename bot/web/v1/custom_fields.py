"""Custom fields as calls give them: an object by the fields' keys."""

from typing import Any

from bot.api import Fault
from bot.config import Config, CustomField
from bot.errors import Refused
from bot.incidents.field_values import Given, given
from bot.web.v1.asked import LONGEST_TEXT, MOST_AT_ONCE, Fields, pointer

FIELDS = "fields"
VALUES: dict[str, Any] = {"type": ["string", "number", "boolean", "array"], "items": {"type": "string"}}
HELD: dict[str, Any] = {
    "type": "object",
    "additionalProperties": VALUES,
    "description": "What custom fields hold, by their keys: a number, true or false, a list of choices' keys, or a text.",
}
SAID: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {**VALUES, "type": [*VALUES["type"], "null"]},
    "maxProperties": MOST_AT_ONCE,
    "description": "Custom fields by their keys; null takes away what one held, and what is left out stays.",
}
"""How the description of the API has them, told and said."""


def said_of_fields(fields: Fields, config: Config) -> tuple[Given, ...]:
    """What a call says of custom fields, each checked; what is wrong is noted at its place. Null takes away what it held."""
    found = []
    for key, said in fields.table(FIELDS).items():
        field = config.field(key)
        if field is None:
            known = ", ".join(each.key for each in config.fields) or "none"
            fields.faults.append(Fault(pointer(FIELDS, key), f"There is no such field. There are {known}."))
        elif (checked := _checked(said)) is None:
            fields.faults.append(
                Fault(pointer(FIELDS, key), "Give a text, a number, true or false, a list of texts, or null.")
            )
        else:
            found += _given(fields, field, checked)
    return tuple(found)


def _given(fields: Fields, field: CustomField, said: list[Any]) -> list[Given]:
    try:
        return [given(field, said)]
    except Refused as refusal:
        fields.faults.append(Fault(pointer(FIELDS, field.key), refusal.sentence))
        return []


def _checked(said: object) -> list[Any] | None:
    """What was said as a list of texts, numbers and truths; None where it is something else, or too much of it."""
    parts = said if isinstance(said, list) else [] if said is None else [said]
    fits = len(parts) <= MOST_AT_ONCE and all(
        isinstance(each, bool | int | float) or (isinstance(each, str) and len(each) <= LONGEST_TEXT) for each in parts
    )
    return parts if fits else None
