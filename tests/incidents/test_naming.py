import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Channels, Config
from bot.incidents.naming import LONGEST_SUFFIX, channel_name, next_name
from bot.slack.text import CHANNEL_NAME_LIMIT
from tests.anytext.hostile import hostile
from tests.incidents.pictures import PLAIN, TITLES
from tests.slack.samples import SAMPLE

TEMPLATES = st.sampled_from(
    [
        "sev-{number}-{title}",
        "{number}",
        "{title}-{number}",
        "_{title}{number}_",
        "x" * 42 + "{number}-{title}",
        "-{number}",
    ]
)
PRIVATE_TEMPLATES = st.sampled_from(["sev-{number}", "secret_{number}_", "x" * 52 + "{number}"])
NUMBERS = st.integers(1, 999_999_999)


def configured(name: str, private_name: str = "sev-{number}") -> Config:
    return PLAIN.model_copy(update={"channels": Channels(name=name, private_name=private_name)})


@SAMPLE
@given(TEMPLATES, PRIVATE_TEMPLATES, NUMBERS, TITLES | hostile, st.booleans())
def test_a_channels_name_is_one_that_slack_takes(
    template: str, private: str, number: int, title: str, is_private: bool
) -> None:
    name = channel_name(configured(template, private), number=number, title=title, is_private=is_private)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name)
    assert len(name) <= CHANNEL_NAME_LIMIT - LONGEST_SUFFIX
    assert str(number) in name


@SAMPLE
@given(PRIVATE_TEMPLATES, NUMBERS, TITLES, TITLES)
def test_a_private_sevs_name_says_nothing_of_its_title(private: str, number: int, title: str, other: str) -> None:
    config = configured("sev-{number}-{title}", private)
    names = {channel_name(config, number=number, title=each, is_private=True) for each in (title, other)}
    assert len(names) == 1


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Checkout is down!", "sev-42-checkout-is-down"),
        ("決済", "sev-42"),
        ("{number} {title}", "sev-42-number-title"),
        ("word " * 40, "sev-42-" + "word-" * 13 + "word"),
    ],
)
def test_a_channel_is_called_after_its_title(title: str, name: str) -> None:
    assert channel_name(PLAIN, number=42, title=title, is_private=False) == name


@SAMPLE
@given(NUMBERS, TITLES)
def test_names_that_are_taken_give_way_to_ever_new_ones(number: int, title: str) -> None:
    first = channel_name(PLAIN, number=number, title=title, is_private=False)
    tried = [first]
    for _ in range(20):
        tried.append(next_name(first, tried[-1]))
    assert tried[1:] == [f"{first}-{count}" for count in range(2, 22)]
