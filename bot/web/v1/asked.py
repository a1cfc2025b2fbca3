"""Reading what a call asks for: every field checked for its shape, everything wrong listed at once, each at its place."""

import json
import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from bot.api import Call, Fault, Rejected

LONGEST_CALL = 1_000_000
"""Bytes."""
LONGEST_TEXT = 10_000
"""Characters of any field, before anybody looks at what it says: what each may hold is less."""
MOST_AT_ONCE, USUALLY_AT_ONCE = 200, 50
MOST_FAULTS = 20
"""Of a call that are told: each takes ten times the room of what it speaks of."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")
"""RFC 3339."""
JSON = re.compile(r"application/json\s*(;.*)?", re.IGNORECASE)


class Fields:
    """The fields of a call's body, or its query's parameters; what is wrong with them is gathered in `faults`."""

    def __init__(self, content: dict[str, Any], known: Collection[str], *, word: str) -> None:
        self._content = content
        self.faults = [
            Fault(pointer(name), f"There is no {word} of this name. There are {', '.join(known) or 'none'}.")
            for name in sorted(set(content) - set(known))
        ]

    def has(self, name: str) -> bool:
        return name in self._content

    def text(self, name: str) -> str:
        """A text; empty where it is left out."""
        found = self._content.get(name, "")
        if not isinstance(found, str) or len(found) > LONGEST_TEXT:
            return str(self.wrong(name, f"Give a text of {LONGEST_TEXT} characters at most."))
        return found

    def flag(self, name: str) -> bool:
        """True or false; false where it is left out."""
        found = self._content.get(name, False)
        if not isinstance(found, bool):
            self.wrong(name, "Give true or false.")
        return found is True

    def words(self, name: str) -> list[str]:
        """A list of texts; empty where it is left out."""
        found = self._content.get(name, [])
        if not isinstance(found, list) or len(found) > MOST_AT_ONCE or not all(isinstance(each, str) for each in found):
            self.wrong(name, f"Give a list of {MOST_AT_ONCE} texts at most.")
            return []
        return found

    def table(self, name: str) -> dict[str, Any]:
        """An object; empty where it is left out."""
        found = self._content.get(name, {})
        if not isinstance(found, dict) or len(found) > MOST_AT_ONCE:
            self.wrong(name, f"Give an object of {MOST_AT_ONCE} fields at most.")
            return {}
        return found

    def number(self, name: str, *, least: int, most: int, usual: int) -> int:
        """A whole number from `least` to `most`; `usual` where it is left out. A query's is written in digits."""
        found = self._content.get(name, usual)
        if isinstance(found, str) and re.fullmatch(r"[0-9]{1,6}", found):
            found = int(found)
        if type(found) is not int or not least <= found <= most:
            self.wrong(name, f"Give a whole number from {least} to {most}.")
            return usual
        return found

    def moment(self, name: str) -> datetime | None:
        """A moment with its time zone; None where it is left out."""
        found = self._content.get(name)
        if found is None and name not in self._content:
            return None
        try:
            if isinstance(found, str) and MOMENT.fullmatch(found):
                return datetime.fromisoformat(found.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self.wrong(name, "Give a time with its time zone, such as 2026-11-27T10:02:00Z.")
        return None

    def wrong(self, name: str, detail: str) -> str:
        """Note that a field is wrong. Returns nothing to go on with."""
        self.faults.append(Fault(pointer(name), detail))
        return ""

    def require_right(self) -> None:
        """Raise `Rejected` where anything was wrong."""
        if self.faults:
            raise Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, self.faults[0].detail, faults=self.faults[:MOST_FAULTS])


def body(call: Call, known: Sequence[str]) -> Fields:
    """The fields of a call's body. Raises `Rejected` where it is no JSON object."""
    if not JSON.fullmatch(call.headers.get("content-type", "")):
        detail = "Send JSON, with the header Content-Type: application/json."
        raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    try:
        content = json.loads(call.body)
    except (ValueError, RecursionError):
        raise Rejected(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from None
    if not isinstance(content, dict):
        raise Rejected(HTTPStatus.BAD_REQUEST, 'Send an object, such as {"text": "the cause is found"}.')
    return Fields(content, known, word="field")


def query(call: Call, known: Sequence[str]) -> Fields:
    """The parameters of a call's query; each may be there once."""
    found = Fields(dict(call.query), known, word="parameter")
    names = [name for name, _ in call.query]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.wrong(name, "Give this parameter once.")
    return found


def pointer(*names: str) -> str:
    """Where in a call something is, as RFC 6901 has it."""
    return "".join("/" + name[:100].replace("~", "~0").replace("/", "~1") for name in names)
