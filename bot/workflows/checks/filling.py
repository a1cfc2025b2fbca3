"""Fills in what a check's requests leave open, and takes it out again of whatever is kept. Pure."""

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from bot.config.checks import OF_SECRETS, PLACE

Value = str | int | float | bool
LEAST_ENCODED = 6
"""Bytes of a value that is looked for in Base64."""


@dataclass(frozen=True)
class Values:
    """What is filled in, by name."""

    variables: Mapping[str, str]
    """From the settings: they may be read by everybody."""
    hidden: Mapping[str, Value]
    """Secrets (as `secret.user`) and what was extracted from answers: their names are kept, and they never are."""
    found: Mapping[str, Value] = field(default_factory=dict)
    """What this answer holds that is to be extracted: hidden already, and not filled in yet."""

    def find(self, name: str) -> Value | None:
        """What is filled in for a name. What was extracted last holds."""
        name = normal(name)
        return self.hidden[name] if name in self.hidden else self.variables.get(name)


def normal(name: str) -> str:
    """A name as it is looked up: those of secrets are written in any case."""
    return OF_SECRETS + name.removeprefix(OF_SECRETS).lower() if name.startswith(OF_SECRETS) else name


def written(value: Value) -> str:
    """A value as text, as JSON writes it where it is no text."""
    return value if isinstance(value, str) else json.dumps(value)


def fill(text: str, values: Values) -> str:
    """A text with everything filled in. Names nobody knows stay as they are."""
    return PLACE.sub(lambda found: _found(found, values), text)


def fill_url(url: str, values: Values) -> str:
    """An address with everything filled in. What is hidden fits into its place, and can't make it another address.

    Only where it stands at the beginning is it taken as it is: then it is an address itself.
    """

    def put(found: re.Match[str]) -> str:
        name = normal(found[1])
        if found.start() == 0 or name not in values.hidden:
            return _found(found, values)
        return quote(written(values.hidden[name]), safe="")

    return PLACE.sub(put, url)


def fill_all(content: object, values: Values) -> object:
    """JSON with everything filled in. A text that is nothing but a name becomes the value itself, such as a number."""
    if isinstance(content, str):
        whole = PLACE.fullmatch(content)
        value = values.find(whole[1]) if whole else None
        return fill(content, values) if value is None else value
    if isinstance(content, Mapping):
        return {fill(str(name), values): fill_all(each, values) for name, each in content.items()}
    if isinstance(content, Sequence):
        return [fill_all(each, values) for each in content]
    return content


def hide(text: str, values: Values) -> str:
    """A text in which whatever is hidden is replaced by its name, however it is written there."""
    names: dict[str, str] = {}
    for name, value in (*values.hidden.items(), *values.found.items()):
        for form in _forms(written(value)):
            names.setdefault(form, name)
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: f"{{{{ {names[found[0]]} }}}}", text)


def _forms(value: str) -> set[str]:
    """How a value may be written: as it is, in addresses, in JSON, in HTML, and with others in Base64."""
    quoted = {quote(value, safe=""), quote(value), quote_plus(value)}
    lower = {re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), each) for each in quoted}
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    slashed = {each.replace("/", "\\/") for each in in_json}
    return {
        each
        for each in {value, *quoted, *lower, *in_json, *slashed, html.escape(value), *_in_base64(value.encode())}
        if each
    }


def _in_base64(value: bytes) -> set[str]:
    """What of a value shows in Base64, wherever it stands in what is encoded (`user:password`). Short ones show too little."""
    if len(value) < LEAST_ENCODED:
        return set()
    found = set()
    for before, mixed in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + value).decode()[mixed : (before + len(value)) * 8 // 6]
        found |= {encoded, encoded.replace("+", "-").replace("/", "_")}
    return found


def _found(found: re.Match[str], values: Values) -> str:
    value = values.find(found[1])
    return found[0] if value is None else written(value)
