"""Holds answers against what is expected of them, and takes values out of them. Pure."""

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from bot.config import patterns
from bot.config.checks import Expectation, Extraction
from bot.workflows.checks.connecting import StepFailed
from bot.workflows.checks.filling import Value, Values, fill, fill_all, hide
from bot.workflows.checks.sessions import BODY_LIMIT, Answer

LOWEST_FAILING = 400
SHOWN = 120
"""Characters of a value that are told."""


def require(answer: Answer, expectations: Iterable[Expectation], *, took_ms: int, values: Values) -> None:
    """Raise `StepFailed`, saying what was expected and what came, for the first expectation that is not met."""
    expected = tuple(expectations)
    if all(each.status is None for each in expected) and answer.status >= LOWEST_FAILING:
        raise StepFailed(f"expected a status below {LOWEST_FAILING}, got {answer.status}")
    for each in expected:
        _require(answer, each, took_ms, values)


def extract(answer: Answer, source: Extraction, cookie: Callable[[str], str | None]) -> Value:
    """A value of an answer. Raises `StepFailed` where it is not there, or no single one."""
    if source.header is not None:
        found: Any = answer.headers.get(source.header)
        place = f"the header {source.header}"
    elif source.cookie is not None:
        found, place = cookie(source.cookie), f"the cookie {source.cookie}"
    elif source.regex is not None:
        found, place = patterns.found(source.regex, answer.text), f"what fits {source.regex}"
    else:
        path = source.path or ""
        found, place = next(iter(_found(answer, path)), None), path
    if found is None or found == "":
        raise StepFailed(f"expected to find {place} for later steps, it is not there")
    if not isinstance(found, str | int | float | bool):
        raise StepFailed(f"expected to find a single value at {place} for later steps, there are several")
    if isinstance(found, str) and not _is_text(found):
        raise StepFailed(f"expected text at {place} for later steps, it is none")
    return found


def _is_text(value: str) -> bool:
    """Whether it can be sent: JSON may hold halves of characters."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _require(answer: Answer, expected: Expectation, took_ms: int, values: Values) -> None:
    if expected.status is not None:
        if answer.status not in expected.status:
            raise StepFailed(f"expected status {' or '.join(map(str, expected.status))}, got {answer.status}")
    elif expected.latency_ms is not None:
        if took_ms >= expected.latency_ms.lt:
            raise StepFailed(f"expected an answer in less than {expected.latency_ms.lt:g} ms, it took {took_ms} ms")
    elif expected.body is not None:
        _require_whole(answer)
        _require_text("the body", answer.text, expected.body.contains, expected.body.matches, values, shows=False)
    elif expected.header is not None:
        value = answer.headers.get(expected.header)
        _require_value(f"the header {expected.header}", [] if value is None else [value], expected, values)
    elif expected.path is not None:
        _require_value(expected.path, _found(answer, expected.path), expected, values)


def _require_value(place: str, found: list[Any], expected: Expectation, values: Values) -> None:
    if expected.exists is not None:
        if bool(found) is not expected.exists:
            raise StepFailed(
                f"expected {place} to {'exist' if expected.exists else 'be missing'}, it {'exists' if found else 'is missing'}"
            )
        return
    if not found:
        raise StepFailed(f"expected {place} to exist, it is missing")
    value = found[0]
    if "equals" in expected.model_fields_set:
        wanted = fill_all(expected.equals, values)
        if not _same(value, wanted):
            raise StepFailed(f"expected {place} to be {_shown(expected.equals, values)}, it is {_shown(value, values)}")
    elif expected.lt is not None or expected.gt is not None:
        _require_number(place, value, expected, values)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        _require_text(place, text, expected.contains, expected.matches, values, shows=True)


def _require_number(place: str, value: Any, expected: Expectation, values: Values) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if expected.lt is not None and not (is_number and value < expected.lt):
        raise StepFailed(f"expected {place} to be less than {expected.lt:g}, it is {_shown(value, values)}")
    if expected.gt is not None and not (is_number and value > expected.gt):
        raise StepFailed(f"expected {place} to be more than {expected.gt:g}, it is {_shown(value, values)}")


def _require_text(
    place: str, text: str, contains: str | None, matches: str | None, values: Values, *, shows: bool
) -> None:
    is_so = f"it is {_shown(text, values)}" if shows else "it does not"
    if contains is not None and fill(contains, values) not in text:
        raise StepFailed(f"expected {place} to contain {_shown(contains, values)}, {is_so}")
    if matches is not None and not patterns.fits(matches, text):
        raise StepFailed(f"expected {place} to match {matches}, {is_so}")


def _require_whole(answer: Answer) -> None:
    if not answer.is_whole:
        raise StepFailed(f"expected a body of {BODY_LIMIT // 1000} kB at most, it is longer")


def _found(answer: Answer, path: str) -> list[Any]:
    """The values at a place in JSON; none where it is missing, which is not the same as null."""
    _require_whole(answer)
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise StepFailed("expected a body of JSON, it is none") from None
    try:
        return [each.value for each in _parsed(path).find(content)]
    except (TypeError, AttributeError, KeyError, RecursionError):  # its filters trip over values of another kind
        return []


@lru_cache(maxsize=1000)
def _parsed(path: str) -> Any:
    from jsonpath_ng.ext.parser import parse  # late: it takes memory, and only checks need it

    return parse(path)


def _same(value: Any, wanted: Any) -> bool:
    """Whether two values of JSON are the same: true is not 1 there."""
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted


def _shown(value: Any, values: Values) -> str:
    """A value in few characters. What is hidden is taken out before it is cut: half of a secret is known no more."""
    text = hide(json.dumps(value, ensure_ascii=False), values)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
