"""What people ask a timeline for, and how buttons carry it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refused
from bot.slack.text import length
from bot.timeline.listing import GROUPS, VALUE_LIMIT, WORDS_LIMIT, Wanted, decoded, parsed
from tests.anytext.hostile import hostile

cursors = st.none() | st.tuples(st.integers(0, 2**52), st.integers(1, 2**52))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", Wanted()),
        ("messages", Wanted(group="messages")),
        ("Status  <@U01ADA|ada>", Wanted(group="status", person="U01ADA")),
        ("<@U01ADA> bad   deploy", Wanted(person="U01ADA", words="bad deploy")),
        ("withdrawn bad", Wanted(group="withdrawn", words="bad")),
        ("bad messages", Wanted(words="bad messages")),
    ],
)
def test_what_is_typed_is_understood(typed: str, wanted: Wanted) -> None:
    assert parsed(typed) == wanted


@settings(max_examples=60)
@given(st.sampled_from(sorted(GROUPS)), hostile, cursors, st.integers(1, 999_999_999))
def test_a_button_carries_what_was_asked_for(
    group: str, text: str, cursor: tuple[int, int] | None, number: int
) -> None:
    wanted = Wanted(group=group, person="U0123456789", words=parsed(text).words, cursor=cursor)
    assert length(wanted.words) <= WORDS_LIMIT
    value = wanted.encoded(number)
    assert length(value) <= VALUE_LIMIT
    back = decoded(value)
    assert back in ((number, wanted), (number, Wanted(group, "U0123456789", "", cursor)))


@settings(max_examples=60)
@given(hostile)
def test_a_value_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="Type `/sev timeline` for a new one"):
        decoded(f"x{text}")
