"""Custom fields: what a company wants to know of its SEVs besides what every SEV has."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from bot.config.sections import SeverityKey
from bot.config.values import Frozen, Key

MOST_FIELDS = 40
"""Slack shows 100 blocks in a form, and each field is one of them."""
MOST_ASKED = 10
"""In the form *Declare a SEV*: whoever fills it in has no time."""
MOST_ON_CARD = 10
"""Slack's block of short texts holds ten."""
MOST_ANNOUNCED = 5
MOST_CHOICES = 100
"""Slack's menus hold 100 options."""
MOST_CHOICES_IN_ALL = 400
"""A form may have 250,000 bytes, and each option takes its share."""


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    LINK = "link"
    YES_NO = "yes_no"
    DATE = "date"


TO_CHOOSE_FROM = (FieldKind.CHOICE, FieldKind.CHOICES)


class FieldChoice(Frozen):
    """One of what can be chosen. Its key is kept with SEVs, so that its label may change."""

    key: Key
    label: Annotated[str, Field(min_length=1, max_length=75)]


class CustomField(Frozen):
    """One field. Its key is kept with SEVs, so that its name may change."""

    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: FieldKind
    hint: Annotated[str, Field(max_length=200)] = ""
    """What to fill in, shown below it."""
    choices: Annotated[tuple[FieldChoice, ...], Field(max_length=MOST_CHOICES)] = ()
    unit: Annotated[str, Field(pattern=r"^[^\s\d.,'_+-]{0,10}$")] = ""
    """Of a number: what is counted, such as EUR."""
    asked_at: Literal["declare", "resolve", "never"] = "never"
    """Which form it stands in, besides those that hold every field."""
    required_at: Literal["declare", "resolve"] | None = None
    """From when on it is asked for until it is known. No field keeps anybody from declaring; each such one keeps from resolving."""
    on_card: bool = False
    in_announcement: bool = False
    severities: tuple[SeverityKey, ...] = ()
    """Only SEVs of these have it; none: all."""

    def belongs_to(self, severity: str) -> bool:
        """Whether SEVs of that severity have it."""
        return not self.severities or severity in self.severities

    def choice(self, key: str) -> FieldChoice | None:
        """The choice of that key."""
        return next((each for each in self.choices if each.key == key), None)


def wrong_fields(fields: Sequence[CustomField], severities: set[str]) -> list[str]:
    """What no single field shows: names used twice, choices that are missing, and more than Slack's forms hold."""
    faults = [f"fields: {key!r} is there twice" for key in _twice(each.key for each in fields)]
    faults += [f"fields: the name {name!r} is there twice" for name in _twice(each.name.casefold() for each in fields)]
    for each in fields:
        faults += [f"fields.{each.key}.{fault}" for fault in _wrong(each, severities)]
    counts = (
        (len(fields), MOST_FIELDS, "fields"),
        (sum(each.asked_at == "declare" for each in fields), MOST_ASKED, "fields with asked_at: declare"),
        (sum(each.on_card for each in fields), MOST_ON_CARD, "fields with on_card"),
        (sum(each.in_announcement for each in fields), MOST_ANNOUNCED, "fields with in_announcement"),
        (sum(len(each.choices) for each in fields), MOST_CHOICES_IN_ALL, "choices in all"),
    )
    return faults + [
        f"fields: {number} {what} are too many: {most} are possible" for number, most, what in counts if number > most
    ]


def _wrong(field: CustomField, severities: set[str]) -> list[str]:
    faults = [f"severities: there is no severity {key!r}" for key in field.severities if key not in severities]
    if field.kind in TO_CHOOSE_FROM and not field.choices:
        faults.append("choices: give a choice at least, such as {key: eu, label: Europe}")
    if field.kind not in TO_CHOOSE_FROM and field.choices:
        faults.append(f"choices: a {field.kind} has none: let kind be choice or choices")
    if field.unit and field.kind is not FieldKind.NUMBER:
        faults.append("unit: only a number has one")
    faults += [f"choices: {key!r} is there twice" for key in _twice(each.key for each in field.choices)]
    labels = _twice(each.label.casefold() for each in field.choices)
    return faults + [f"choices: the label {label!r} is there twice" for label in labels]


def _twice(words: Iterable[str]) -> list[str]:
    return sorted(word for word, times in Counter(words).items() if times > 1)
