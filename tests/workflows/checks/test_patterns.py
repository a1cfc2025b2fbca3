"""Regular expressions of operators: whatever they say, they are done with at once."""

import re
import string
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.config.checks import Check
from bot.config.patterns import fits, found

AT_ONCE = 5.0
"""Seconds, on a busy machine. Python's own expressions take years for the texts below."""


@pytest.mark.parametrize(
    "expression", [r"(a|aa)+$", r"(a|a)*c", r"^(\w+\s?)*$", r"(?:a?){40}a{40}!", r"(.*)*(.*)*(.*)*b"]
)
def test_no_expression_takes_long(expression: str) -> None:
    begun = time.monotonic()
    assert not fits(expression, "a" * 500_000 + "-")
    assert time.monotonic() - begun < AT_ONCE


@pytest.mark.parametrize(
    ("expression", "text", "held"),
    [
        ("b(.)", "abc", "c"), ("b.", "abc", "bc"), ("z+", "abc", None), ("(x)|b", "abc", None), ("(?i)É", "café", "é"),
        ("t=(\\S+)", "a \ud83d t=ä", "ä"), ("^$", "", ""),
    ],
)  # fmt: skip
def test_what_fits_is_found(expression: str, text: str, held: str | None) -> None:
    assert found(expression, text) == held


@given(st.text(), st.text(string.ascii_letters + string.digits, min_size=1), st.text())
def test_plain_words_fit_where_they_are(before: str, word: str, after: str) -> None:
    assert found(word, before + word + after) == word


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"body": {"matches": "("}}, "missing"), ({"json": "$.a", "matches": "(?=a)b"}, "as RE2 has them: invalid perl operator"),
        ({"header": "A", "matches": r"(a)\1"}, "as RE2 has them: invalid escape sequence"), ({"json": "$[?(@.a =~ '(a|aa)+$')]", "equals": 1}, "have no place in a JSONPath"),
        ({"json": "$.a.`sub(/(a|aa)+$/, b)`", "equals": 1}, "have no place in a JSONPath"),
    ],
)  # fmt: skip
def test_what_could_take_long_is_refused_with_the_configuration(wrong: dict[str, Any], why: str) -> None:
    steps = [{"name": "ask", "request": {"url": "https://shop.example.com"}, "expect": [wrong]}]
    with pytest.raises(ValidationError, match=re.escape(why)):
        Check.model_validate({"key": "order", "name": "Place an order", "steps": steps})
