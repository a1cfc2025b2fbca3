from itertools import product
from typing import get_args

import pytest

from bot.config import Config, Permissions, Who
from bot.directory.people import BOT, Actor, Standing
from bot.directory.permissions import Deed, may, require
from bot.errors import Refused
from tests.incidents.pictures import PLAIN

DEEDS: tuple[Deed, ...] = get_args(Deed)
WHO: tuple[Who, ...] = get_args(Who)
ALLOWED = {
    *product(["everyone"], Standing, DEEDS),
    *product(["members"], [Standing.MEMBER], DEEDS),
    ("members", Standing.UNKNOWN, "declare"),
}
"""Who may do what; nothing else is allowed."""


def allowing(who: Who) -> Config:
    return PLAIN.model_copy(update={"permissions": Permissions(declare=who, change=who, see=who, ask=who)})


def actor(standing: Standing) -> Actor:
    return Actor(user_id="U01ADA", standing=standing, door="command")


@pytest.mark.parametrize(("who", "standing", "deed"), list(product(WHO, Standing, DEEDS)))
def test_the_table_of_who_may_do_what(who: Who, standing: Standing, deed: Deed) -> None:
    assert may(allowing(who), actor(standing), deed) is ((who, standing, deed) in ALLOWED)


def test_each_deed_has_its_own_row() -> None:
    rows = Permissions(declare="everyone", change="nobody", see="members", ask="everyone")
    config = PLAIN.model_copy(update={"permissions": rows})
    assert [may(config, actor(Standing.GUEST), deed) for deed in DEEDS] == [True, False, False, True]
    assert [may(config, actor(Standing.MEMBER), deed) for deed in DEEDS] == [True, False, True, True]


def test_out_of_the_box_guests_only_look_and_the_bot_works() -> None:
    config = PLAIN.model_copy(update={"permissions": Permissions()})
    assert [may(config, actor(Standing.GUEST), deed) for deed in DEEDS] == [False, False, True, False]
    assert all(may(config, BOT, deed) for deed in DEEDS)


@pytest.mark.parametrize(
    ("who", "standing", "sentence"),
    [
        ("nobody", Standing.MEMBER, "Nobody may change a SEV here"),
        ("members", Standing.GUEST, "Guests can't change a SEV here"),
        ("members", Standing.UNKNOWN, "Please try again"),
    ],
)
def test_a_refusal_says_why(who: Who, standing: Standing, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        require(allowing(who), actor(standing), "change")
