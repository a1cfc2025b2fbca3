from datetime import timedelta

import pytest
from hypothesis import given

from bot.errors import Refused
from bot.incidents.promises import LONGEST, SHORTEST, in_words, split_promise
from tests.anytext.hostile import hostile
from tests.slack.samples import FEW


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45m it is better", (timedelta(minutes=45), "it is better")),
        ("2H it is better", (timedelta(hours=2), "it is better")),
        ("1h30m", (timedelta(minutes=90), "")),
        ("7d see you", (timedelta(days=7), "see you")),
        ("45 minutes is what it takes", (None, "45 minutes is what it takes")),
        ("45million people", (None, "45million people")),
        ("it takes 45m", (None, "it takes 45m")),
        ("", (None, "")),
    ],
)
def test_a_span_of_time_in_front_is_a_promise(text: str, expected: tuple[timedelta | None, str]) -> None:
    assert split_promise(text) == expected


@pytest.mark.parametrize("text", ["0m soon", "8d later", "7d1m later", "9999d9999h later"])
def test_what_cannot_be_promised_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="a minute to 7 days"):
        split_promise(text)


@FEW
@given(hostile)
def test_any_text_is_split_without_losing_any_of_it(text: str) -> None:
    try:
        promise, rest = split_promise(text)
    except Refused:
        return
    assert text.endswith(rest)
    assert promise is None or SHORTEST <= promise <= LONGEST
    assert promise is not None or rest == text


def test_spans_are_said_in_words() -> None:
    assert in_words(timedelta(minutes=1)) == "1 minute"
    assert in_words(timedelta(days=1, hours=2, minutes=30)) == "1 day 2 hours 30 minutes"
