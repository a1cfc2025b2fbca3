"""As much of JSON Schema as Slack's schema of manifests uses; a word it does not know fails the test that meets it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip
SAYS_NOTHING = {"description", "title", "default", "format", "definitions", "_note", "$schema"}
MEASURES: dict[str, tuple[type[Any], int]] = {
    "minLength": (str, 1), "maxLength": (str, -1), "minItems": (list, 1), "maxItems": (list, -1),
    "minProperties": (dict, 1), "maxProperties": (dict, -1),
}  # fmt: skip


def faults(value: Any, rule: dict[str, Any], root: dict[str, Any], place: str = "") -> Iterator[str]:
    """What is wrong with a value, a line each."""
    if "$ref" in rule:
        yield from faults(value, root["definitions"][rule["$ref"].rpartition("/")[2]], root, place)
        return
    for word, said in rule.items():
        if word in SAYS_NOTHING or word in {"properties", "patternProperties", "additionalProperties"}:
            continue
        if word in MEASURES:
            kind, sign = MEASURES[word]
            if isinstance(value, kind) and sign * (len(value) - said) < 0:
                yield f"{place}: {word} {said}"
        else:
            yield from WORDS[word](value, said, root, place)
    if isinstance(value, dict):
        yield from _properties(value, rule, root, place)


def _properties(value: dict[str, Any], rule: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    for name, inner in value.items():
        known = [rule["properties"][name]] if name in rule.get("properties", {}) else []
        known += [each for pattern, each in rule.get("patternProperties", {}).items() if re.search(pattern, name)]
        if not known and rule.get("additionalProperties") is False:
            yield f"{place}/{name}: is not known"
        for each in known:
            yield from faults(inner, each, root, f"{place}/{name}")


def _type(value: Any, said: str | list[str], _root: dict[str, Any], place: str) -> Iterator[str]:
    kinds = [said] if isinstance(said, str) else said
    if not any(isinstance(value, TYPES[kind]) for kind in kinds if kind in TYPES):
        yield f"{place}: is no {said}"


def _required(value: Any, said: list[str], _root: dict[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place}/{name}: is missing" for name in said if isinstance(value, dict) and name not in value)


def _enum(value: Any, said: list[Any], _root: dict[str, Any], place: str) -> Iterator[str]:
    if value not in said:
        yield f"{place}: {value} is none of {said}"


def _pattern(value: Any, said: str, _root: dict[str, Any], place: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(said, value):
        yield f"{place}: {value} does not fit {said}"


def _items(value: Any, said: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    for number, each in enumerate(value if isinstance(value, list) else []):
        yield from faults(each, said, root, f"{place}[{number}]")


def _unique(value: Any, said: Any, _root: dict[str, Any], place: str) -> Iterator[str]:
    if said and isinstance(value, list) and len({str(each) for each in value}) < len(value):
        yield f"{place}: something is there twice"


def _any_of(value: Any, said: list[dict[str, Any]], root: dict[str, Any], place: str) -> Iterator[str]:
    if all(list(faults(value, each, root, place)) for each in said):
        yield f"{place}: fits none of the ways to write it"


WORDS: dict[str, Callable[[Any, Any, dict[str, Any], str], Iterator[str]]] = {
    "type": _type, "required": _required, "enum": _enum, "pattern": _pattern, "items": _items, "uniqueItems": _unique,
    "anyOf": _any_of,
}  # fmt: skip
