"""The fields of one row of a file, each read for its shape. What is wrong is noted, and an empty value goes on. Pure."""

import json
import math
import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from bot.operations.importing.findings import Findings, Place
from bot.operations.importing.mapping import Translation
from bot.slack.text import INVISIBLE

LONGEST_TEXT = 40_000
"""Characters of any text, as long as Slack's longest message."""
MOST = 10_000
"""Things in a list."""
DEEPEST = 20
"""How deep what an entry holds besides its text may be nested."""
YES, NO = ("true", "yes", "y", "1"), ("false", "no", "n", "0")
NUMBER = re.compile(r"(?:[A-Za-z]+[- #]?)?([0-9]{1,9})")
"""`42`, and `SEV-42` or `INC-42`."""
Row = dict[str, Any]


def legible(text: str) -> str:
    """Text without what shows nothing. Slack's escapes are not undone, since this is no text of Slack's."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return INVISIBLE.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def stored(text: str) -> str:
    """Text as it is stored."""
    return legible(text).strip()


class Fields:
    """One row: its values by the format's words, where it stands, and where faults go."""

    def __init__(self, values: Mapping[str, Any], place: Place, found: Findings, translation: Translation) -> None:
        self._values = values
        self.place = place
        self.found = found
        self._translation = translation

    def has(self, name: str) -> bool:
        """Whether the file says anything of it: an empty cell, and null, say nothing."""
        value = self._values.get(name)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def wrong(self, name: str, sentence: str) -> None:
        self.found.wrong(self.place, name, sentence)

    def notice(self, name: str, sentence: str) -> None:
        self.found.notice(self.place, name, sentence)

    def past(self, name: str, moment: datetime | None, *, now: datetime) -> None:
        """Note a time that has not come yet."""
        if moment is not None and moment > now:
            self.wrong(name, "This lies in the future. Give a time that has passed.")

    def only(self, known: Collection[str]) -> None:
        """Note what the format has no word for."""
        for name in sorted(set(self._values) - set(known)):
            self.wrong(stored(name)[:60], f"The format knows no such word here. It knows {', '.join(known)}.")

    def text(self, name: str) -> str:
        """A text; empty where there is none."""
        value = self._values.get(name)
        if value is None or value == "":
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(name, "Give a text.")
            return ""
        try:
            text = stored(str(value))
        except ValueError:  # a whole number of thousands of digits
            text = " " * (LONGEST_TEXT + 1)
        if len(text) > LONGEST_TEXT:
            self.wrong(name, f"This is too long; {LONGEST_TEXT} characters are possible. Shorten it.")
            return ""
        return text

    def line(self, name: str) -> str:
        """A text on one line."""
        return " ".join(self.text(name).split())

    def flag(self, name: str) -> bool:
        """Yes or no; no where nothing is said."""
        value = self._values.get(name)
        said = self.text(name).lower() if not isinstance(value, bool) else YES[0] if value else NO[0]
        if said and said not in (*YES, *NO):
            self.wrong(name, "Give true or false.")
        return said in YES

    def number(self, name: str) -> int | None:
        """A number from 1 on, also with a word before it (`INC-42`); None where there is none."""
        said = self.line(name)
        if not said:
            return None
        found = NUMBER.fullmatch(said)
        if found is None or int(found[1]) == 0:
            self.wrong(name, "Give a number from 1 on, such as 42, or SEV-42.")
            return None
        return int(found[1])

    def moment(self, name: str) -> datetime | None:
        """A time; None where there is none. One without a time zone needs one to be named for the file."""
        said = self.line(name)
        if not said:
            return None
        moment = self._translation.moment(said)
        if moment is None:
            self.wrong(name, "This is no time. Write it like 2026-03-01T14:05:00Z.")
            return None
        if moment.tzinfo is None and self._translation.zone is None:
            self.wrong(
                name, "This time has no time zone. Add one, such as Z, or say for all with --time-zone Europe/London."
            )
            return None
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=self._translation.zone)).astimezone(UTC)
        except OverflowError:
            self.wrong(name, "This time lies outside of all calendars.")
            return None

    def day(self, name: str) -> date | None:
        """A day; of a time, its day. None where there is none."""
        said = self.line(name)
        moment = self._translation.moment(said) if said else None
        if said and moment is None:
            self.wrong(name, "This is no day. Write it like 2026-03-01.")
        return moment.date() if moment else None

    def words(self, name: str) -> tuple[str, ...]:
        """Several words: a list, or in a cell with commas between. Each once."""
        value = self._unfolded(name)
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value) or len(value) > MOST:
            self.wrong(name, "Give a list of words.")
            return ()
        found = (" ".join(stored(each).split()) for each in value)
        return tuple(dict.fromkeys(each for each in found if each))

    def pairs(self, name: str) -> dict[str, str]:
        """Words by words: an object, or in a cell `commander=U012AB3CD, scribe=U045EF6GH`."""
        value = self._unfolded(name)
        if isinstance(value, str):
            parts = [each.partition("=") for each in value.split(",") if each.strip()]
            value = {key: said for key, _, said in parts}
        if value == []:
            return {}
        if (
            not isinstance(value, dict)
            or not all(isinstance(each, str) for each in value.values())
            or len(value) > MOST
        ):
            self.wrong(name, "Give pairs: an object of texts, or key=value with commas between.")
            return {}
        return {" ".join(stored(key).split()): stored(said) for key, said in value.items()}

    def several(self, name: str) -> "list[Fields]":
        """A list of objects; empty where there is none."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value) or len(value) > MOST:
            self.wrong(name, f"Give a list of objects, {MOST} at most.")
            return []
        return [
            Fields(each, self.place.inside(name, index), self.found, self._translation)
            for index, each in enumerate(value)
        ]

    def one(self, name: str) -> "Fields | None":
        """An object; None where there is none."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(name, "Give an object.")
            return None
        return Fields(value, Place(f"{self.place.name}.{name}"), self.found, self._translation)

    def data(self, name: str) -> Row:
        """An object as it is, but for characters that no database keeps."""
        value = self._values.get(name)
        if value is None:
            return {}
        try:
            cleaned = _clean(value, DEEPEST)
        except ValueError:
            cleaned = None
        if not isinstance(cleaned, dict):
            self.wrong(name, f"Give an object, nested {DEEPEST} deep at most.")
            return {}
        return cleaned

    def _unfolded(self, name: str) -> Any:
        """A value; one that stands as JSON in a cell of a table, as `sevbot export` writes it, is read as that."""
        value = self._values.get(name)
        if value is None:
            return []
        if isinstance(value, str) and value.strip()[:1] in ("[", "{"):
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                return value
        return value


def _clean(value: Any, depth: int) -> Any:
    """What JSON may hold, with texts fit to be stored. Raises `ValueError` where it is nested too deep."""
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict | list) and depth == 0:
        raise ValueError(value)
    if isinstance(value, dict):
        return {legible(key): _clean(each, depth - 1) for key, each in value.items()}
    return [_clean(each, depth - 1) for each in value] if isinstance(value, list) else value
