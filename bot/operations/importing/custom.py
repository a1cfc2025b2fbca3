"""Custom fields of a file: those that are configured here, and those that another Sevbot once had. Pure."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from bot.config import CustomField, FieldChoice, FieldKind
from bot.config.fields import TO_CHOOSE_FROM
from bot.errors import Refused
from bot.incidents.field_values import LONG_TEXT_LIMIT, TEXT_LIMIT, Given, given
from bot.operations.importing.fields import Fields, stored
from bot.operations.importing.parts import Notes
from bot.operations.importing.words import Words
from bot.slack.text import escape

COLUMN = "field:"
"""What the columns of custom fields begin with in a table."""
LIMITS = {FieldKind.TEXT: TEXT_LIMIT, FieldKind.LONG_TEXT: LONG_TEXT_LIMIT}
SHOWN = 20


def read(fields: Fields, words: Words, notes: Notes) -> list[Given]:
    """What the custom fields hold: a value by each key, or what `sevbot export` writes of each."""
    reading = _Reading(fields, words, notes)
    found = [reading.one(key, said) for key, said in fields.data("fields").items()]
    return [each for each in found if each is not None and each.words]


class _Reading:
    """Reads the custom fields of one SEV."""

    def __init__(self, fields: Fields, words: Words, notes: Notes) -> None:
        self._fields = fields
        self._words = words
        self._notes = notes

    def one(self, key: str, said: Any) -> Given | None:
        """One field. None where it is to be left out, or after a fault."""
        name, here = f"fields.{key[:60]}", self._words.translation.of("field", key)
        if not here:
            return None
        field = self._words.config.field(here) or (_forgotten(here, said) if isinstance(said, dict) else None)
        if field is None:
            self._fields.wrong(name, _unknown(here, [each.key for each in self._words.config.fields]))
            return None
        try:
            return given(field, self._checked(name, field, said.get("value") if isinstance(said, dict) else said))
        except Refused as refusal:
            self._fields.wrong(name, refusal.sentence)
            return None

    def _checked(self, name: str, field: CustomField, value: Any) -> Any:
        """A value as it is read from forms: escaped, since Slack's escapes are undone there."""
        if isinstance(value, list):
            return [self._checked(name, field, each) for each in value]
        if not isinstance(value, str):
            return value
        text = stored(value)
        if field.kind is FieldKind.PERSON:
            return self._person(name, field, text) if text else None
        if field.kind in LIMITS:
            text = self._notes.shortened(self._fields, name, text, LIMITS[field.kind], field.name)
        return escape(text)

    def _person(self, name: str, field: CustomField, said: str) -> str:
        """Somebody's id. Of whom nobody knows in Slack, the timeline tells."""
        person = self._words.person(said)
        if person is None:
            self._notes.texts.append(f"{field.name}: {said}")
            sentence = f"Nobody knows who {said[:60]} is in Slack: told in the timeline. --people FILE says it."
            self._fields.notice(name, sentence)
        return person or ""


def _forgotten(key: str, said: dict[str, Any]) -> CustomField | None:
    """A field that is not configured here, as the file tells of it; None where it does not tell enough."""
    value, text = said.get("value"), said.get("text")
    read = text if isinstance(text, str) else ""
    try:
        kind = FieldKind(str(said.get("kind")))
        keys = [str(each) for each in (value if isinstance(value, list) else [value])]
        return CustomField(
            key=key, name=said.get("name"), kind=kind,
            unit=read.partition(" ")[2] if kind is FieldKind.NUMBER else "",
            choices=_choices(keys, read) if kind in TO_CHOOSE_FROM else (),
        )  # fmt: skip
    except (ValidationError, ValueError, TypeError):
        return None


def _choices(keys: Sequence[str], read: str) -> tuple[FieldChoice, ...]:
    """The choices that were made, called as they were, as far as that can be told apart."""
    labels = [read] if len(keys) == 1 else read.split(", ")
    if len(labels) != len(keys):
        labels = list(keys)
    return tuple(FieldChoice(key=key, label=label) for key, label in zip(keys, labels, strict=True))


def _unknown(said: str, known: Sequence[str]) -> str:
    there = (
        f"There are {', '.join(known[:SHOWN])}{' and more' if len(known) > SHOWN else ''}."
        if known
        else "There is none."
    )
    return (
        f"There is no custom field {said[:60]!r} here. {there} Add it to config/sevbot.yaml, or say which is meant: "
        "--map-field (with nothing behind the =, it is left out)."
    )
