"""What a person asks to see survives the way through a button, and nothing else is taken from one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from bot.errors import Refused
from bot.remediation.drafts import NOBODY, Owner
from bot.remediation.listing import asked, decoded, decoded_owner, encoded, encoded_owner, named_by
from bot.remediation.reading import Wanted
from tests.processes import CONFIG

CONFIGURED = load(CONFIG)
owners = st.sampled_from([None, NOBODY, Owner(user="U02GRACE"), Owner(team="payments")])
places = st.none() | st.tuples(st.none() | st.dates(), st.integers(1, 10**6))
ASKED = {
    "": Wanted(),
    "all": Wanted(),
    "overdue": Wanted(is_overdue=True),
    "mine": Wanted(owner=Owner(user="U01ADA")),
    "nobody": Wanted(owner=NOBODY),
    "Payments overdue": Wanted(owner=Owner(team="payments"), is_overdue=True),
    "<@U02GRACE|grace>": Wanted(owner=Owner(user="U02GRACE")),
}


@pytest.mark.parametrize(("text", "wanted"), ASKED.items())
def test_what_is_typed_says_what_is_wanted(text: str, wanted: Wanted) -> None:
    assert asked(text, config=CONFIGURED, reader="U01ADA") == wanted


def test_what_is_nothing_is_refused_with_what_there_is() -> None:
    with pytest.raises(Refused, match="Or ask for `all`, `overdue`, `mine`, `nobody`"):
        asked("everything", config=CONFIGURED, reader="U01ADA")


@given(st.builds(Wanted, st.none() | st.integers(1, 10**9), owners, st.booleans(), places))
def test_a_button_carries_it_all(wanted: Wanted) -> None:
    assert decoded(encoded(wanted)) == wanted
    assert len(encoded(wanted)) < 150


@given(st.text(max_size=60))
def test_any_other_value_is_refused_or_asks_for_something(value: str) -> None:
    for read in (decoded, named_by, decoded_owner):
        with suppress(Refused):
            read(value)


@given(st.sampled_from([Owner(user="U02GRACE"), Owner(team="payments")]))
def test_an_owner_comes_back_as_it_went(owner: Owner) -> None:
    assert decoded_owner(encoded_owner(owner)) == owner
