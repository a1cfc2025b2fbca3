"""What custom fields hold: read from what people and services say, and written for both. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.config import CustomField, FieldKind
from bot.config.values import http_link
from bot.errors import Refused
from bot.incidents.model import LINK_LIMIT, FieldValue
from bot.slack.text import leading_link, length, mentioned_users, one_line, plain, target, visible
from bot.slack.visit import USER_ID

TEXT_LIMIT, LONG_TEXT_LIMIT = 300, 3000
SOUGHT_LIMIT = 80
YES, NO = "yes", "no"
ANSWERS = {YES: YES, "y": YES, "true": YES, NO: NO, "n": NO, "false": NO}
NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:[ ,'_\u00a0\u202f]\d{3})+|\d+)(\.\d+)?\s?([kKmM]?)", re.ASCII)
THOUSANDS = {"": Decimal(1), "k": Decimal(1000), "m": Decimal(1000000)}
LARGEST_NUMBER = Decimal(10) ** 12
MOST_DECIMALS = 3
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EARLIEST_YEAR = 1970


@dataclass(frozen=True)
class Word:
    """One value in the form of its kind, as `FieldValue` keeps it."""

    value: str
    label: str = ""


@dataclass(frozen=True)
class Given:
    """What a field holds, checked: fit to be kept. Without words, nothing."""

    field: str
    """The field's key."""
    name: str
    kind: FieldKind
    words: tuple[Word, ...]


def given(field: CustomField, said: object) -> Given:
    """What was said of a field: words, a form's value, or JSON's. Nothing takes away what it held.

    Raises `Refused` at the field, with what can be said instead.
    """
    parts = said if isinstance(said, list | tuple) else () if said is None else (said,)
    texts = [_as_text(each) for each in parts]
    if field.kind is not FieldKind.CHOICES and len(texts) > 1:
        raise _refused(field, "Give one value.")
    read = _READ[field.kind]
    words = dict.fromkeys(word for each in texts if visible(each) for word in read(field, each))
    return Given(field.key, field.name, field.kind, tuple(words))


def block_id(key: str) -> str:
    """The form field that a custom field is filled in at."""
    return f"field:{key}"


def held(rows: Iterable[FieldValue]) -> dict[str, Given]:
    """What a SEV's fields hold, by key."""
    found: dict[str, list[FieldValue]] = {}
    for row in rows:
        found.setdefault(row.field, []).append(row)
    return {
        key: Given(key, some[0].name, _kind(some[0].kind), tuple(Word(each.value, each.label) for each in some))
        for key, some in found.items()
    }


def _kind(kept: str) -> FieldKind:
    """The kind of that name; one that a newer version knows is taken for a text."""
    return FieldKind(kept) if kept in set(FieldKind) else FieldKind.TEXT


def shown(config_field: CustomField | None, holds: Given, *, person: Callable[[str], str] = str) -> str:
    """What a field holds, as people read it; empty where it holds nothing. A choice reads as it is called now.

    `config_field` is the field as it is configured, if it still is.
    """
    return ", ".join(_shown(config_field, holds.kind, word, person) for word in holds.words)


def for_machines(holds: Given) -> Any:
    """What a field holds, as JSON has it: a number, true or false, a text, or a list of choices' keys; None: nothing."""
    values = [word.value for word in holds.words]
    if holds.kind is FieldKind.CHOICES:
        return values
    if not values:
        return None
    if holds.kind is FieldKind.YES_NO:
        return values[0] == YES
    if holds.kind is FieldKind.NUMBER:
        return float(values[0]) if "." in values[0] else int(values[0])
    return values[0]


def as_json(said: Given) -> dict[str, Any]:
    """What was said, to be kept in a file."""
    return asdict(said)


def from_json(kept: dict[str, Any]) -> Given:
    """What was kept by `as_json`."""
    words = tuple(Word(**each) for each in kept["words"])
    return Given(kept["field"], kept["name"], _kind(kept["kind"]), words)


def sought(value: str) -> str:
    """By which a value is found, whatever its capitals: its beginning, since indexes hold no long texts."""
    return value.casefold()[:SOUGHT_LIMIT]


def looked_for(field: CustomField | None, text: str) -> list[str]:
    """What somebody may mean who looks for `field=text`, in the form in which values are sought."""
    found = [sought(one_line(text))]
    if field is not None:
        with suppress(Refused):  # it may be a value from the time when the field was another
            found += [sought(word.value) for word in given(field, text).words]
    return list(dict.fromkeys(found))


def _as_text(said: object) -> str:
    if isinstance(said, bool):
        return YES if said else NO
    return said if isinstance(said, str) else str(said)


def _refused(field: CustomField, sentence: str) -> Refused:
    return Refused(f"{field.name}: {sentence[:1].lower()}{sentence[1:]}", field=block_id(field.key))


def _checked(field: CustomField, text: str, limit: int) -> list[Word]:
    if length(text) > limit:
        raise _refused(field, f"This has {length(text)} characters; {limit} are possible.")
    return [Word(text)] if visible(text) else []


def _text(field: CustomField, said: str) -> list[Word]:
    return _checked(field, one_line(said), TEXT_LIMIT)


def _long_text(field: CustomField, said: str) -> list[Word]:
    return _checked(field, plain(said), LONG_TEXT_LIMIT)


def _number(field: CustomField, said: str) -> list[Word]:
    """A number with grouped thousands, or so many thousands (k) or millions (m), with its unit before or after it."""
    text = one_line(said)
    if field.unit:
        text = text.removeprefix(field.unit).removesuffix(field.unit).strip()
    found = NUMBER.fullmatch(text)
    if found is None or len(text) > TEXT_LIMIT:
        unit = f" (in {field.unit})" if field.unit else ""
        raise _refused(field, f"Give a number{unit}, such as 12500, 12,500, 0.5 or 1.2m.")
    sign, whole, decimals, thousands = found.groups()
    digits = re.sub(r"\D", "", whole)
    number = Decimal(f"{sign}{digits}{decimals or ''}") * THOUSANDS[thousands.lower()]
    if abs(number) >= LARGEST_NUMBER or number != round(number, MOST_DECIMALS):
        raise _refused(
            field, f"Give a number below a million millions, with {MOST_DECIMALS} digits after the point at most."
        )
    written = f"{number or Decimal(0):f}"  # -0 is 0
    return [Word(written.rstrip("0").rstrip(".") if "." in written else written, field.unit)]


def _choices(field: CustomField, said: str) -> list[Word]:
    """Choices by key or label; several are parted by commas, unless a label holds one."""
    chosen = _choice_called(field, said)
    if chosen is not None:
        return [chosen]
    parts = said.split(",") if field.kind is FieldKind.CHOICES else [said]
    found = [_choice_called(field, each) for each in parts if visible(each)]
    words = [each for each in found if each is not None]
    if len(words) < len(found):
        possible = ", ".join(each.label for each in field.choices[:20])
        more = f" and {len(field.choices) - 20} more" if len(field.choices) > 20 else ""
        raise _refused(field, f"Choose from {possible}{more}.")
    return words


def _choice_called(field: CustomField, said: str) -> Word | None:
    wanted = one_line(said).casefold()
    return next(
        (Word(each.key, each.label) for each in field.choices if wanted in (each.key, one_line(each.label).casefold())),
        None,
    )


def _person(field: CustomField, said: str) -> list[Word]:
    people: Sequence[str] = mentioned_users(said) or ([said.strip()] if USER_ID.fullmatch(said.strip()) else [])
    if len(people) != 1 or not USER_ID.fullmatch(people[0]):
        raise _refused(field, "Name one person, such as @ada.")
    return [Word(people[0])]


def _link(field: CustomField, said: str) -> list[Word]:
    address, rest = leading_link(said)
    try:
        checked = http_link(address)
    except ValueError:
        checked = ""
    if not checked or visible(rest) or one_line(checked) != checked or length(target(checked)) > LINK_LIMIT:
        raise _refused(field, "Give a link that begins with https:// or http://.")
    return [Word(checked)]


def _yes_no(field: CustomField, said: str) -> list[Word]:
    answer = ANSWERS.get(one_line(said).casefold())
    if answer is None:
        raise _refused(field, "Say yes or no.")
    return [Word(answer)]


def _date(field: CustomField, said: str) -> list[Word]:
    text = one_line(said)
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year < EARLIEST_YEAR:
        raise _refused(field, "Give a day such as 2026-12-24.")
    return [Word(day.isoformat())]


_READ: dict[FieldKind, Callable[[CustomField, str], list[Word]]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choices,
    FieldKind.CHOICES: _choices,
    FieldKind.PERSON: _person,
    FieldKind.LINK: _link,
    FieldKind.YES_NO: _yes_no,
    FieldKind.DATE: _date,
}


def _shown(field: CustomField | None, kind: FieldKind, word: Word, person: Callable[[str], str]) -> str:
    if kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        choice = field.choice(word.value) if field else None
        return choice.label if choice else word.label or word.value
    if kind is FieldKind.NUMBER:
        return f"{Decimal(word.value):,f} {word.label}".rstrip()
    if kind is FieldKind.YES_NO:
        return word.value.capitalize()
    return person(word.value) if kind is FieldKind.PERSON else word.value
