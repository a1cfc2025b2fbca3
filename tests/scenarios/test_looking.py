"""Finding one's way: lists, one SEV, help, and what can be done here."""

import pytest

from bot.app import Bot
from bot.playground import Person
from tests.scenarios.stories import Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def three_sevs(stage: Stage, ada: Person, grace: Person) -> None:
    """SEV-1 by ada on *Place order*, SEV-2 by grace, and SEV-3, which is over."""
    ada.types("/sev declare")
    ada.fills(Title="checkout is down", Severity="SEV1", **{"Workflows affected": ["Place order"]})
    ada.sees("Announced in: #incidents, #payments")
    ada.submits()
    stage.begins()
    ada.closes_modal()
    stage.declared(grace, "SEV4 a typo")
    stage.declared(ada, "SEV2 payments are slow")
    ada.types("/sev resolve SEV-3")
    stage.begins()


@pytest.mark.usefixtures("three_sevs")
def test_list_narrows_down_what_is_shown_the_newest_first(ada: Person, grace: Person) -> None:
    def listed(person: Person, words: str) -> list[str]:
        lines = person.types(f"/sev list {words}").text.splitlines()
        return [word for line in lines for word in line.split() if word.startswith("SEV-")]

    assert listed(ada, "") == ["SEV-2", "SEV-1"]
    assert listed(ada, "open") == ["SEV-2", "SEV-1"]
    assert listed(ada, "ALL") == ["SEV-3", "SEV-2", "SEV-1"]
    assert listed(ada, "mine") == ["SEV-3", "SEV-1"]
    assert listed(grace, "mine") == ["SEV-2"]
    assert listed(ada, "sev2") == ["SEV-3"]
    assert listed(ada, "place-order") == ["SEV-1"]
    assert listed(ada, "Place Order") == ["SEV-1"]
    assert ada.types("/sev list SEV3").text == "There is no such SEV."
    assert ada.types("/sev list everything").text == (
        "I can list open, all, mine, SEV1, SEV2, SEV3, SEV4, a workflow's name, a field's value, such as region=…."
    )


@pytest.mark.usefixtures("three_sevs")
def test_a_line_of_a_list_says_what_how_bad_how_far_and_where(grace: Person) -> None:
    first = grace.types("/sev list SEV1").text.splitlines()
    assert first[0] == ":red_circle: SEV-1 SEV1: checkout is down"
    assert first[1].startswith(":mag: Investigating, declared ")
    assert first[1].endswith(" in #sev-1-checkout-is-down")


def test_a_long_list_shows_the_newest_and_says_so(stage: Stage, ada: Person) -> None:
    for number in range(16):
        ada.types(f"/sev declare SEV4 trouble {number}")
    stage.begins()
    listed = ada.types("/sev list").text
    assert "trouble 15" in listed
    assert "trouble 0" not in listed
    assert listed.endswith("These are the newest 15. /sev list SEV1 and the like narrow it down.")


@pytest.mark.usefixtures("three_sevs")
def test_show_shows_the_card_and_leads_to_the_channel(stage: Stage, grace: Person) -> None:
    shown = grace.types("/sev show SEV-1").text
    assert shown.startswith(":red_circle: SEV-1 SEV1: checkout is down")
    assert "Workflows\nPlace order" in shown
    assert shown.endswith("Its channel is #sev-1-checkout-is-down")
    assert grace.goes_to(stage.sev(1).channel).types("/sev show").text == shown
    assert grace.types("/sev show SEV-9").text.startswith("There is no SEV-9 that you can see. /sev list shows")


def test_help_lists_every_verb_and_explains_each(sevbot: Bot, ada: Person) -> None:
    commands = sevbot.rooms.commands.all()
    listed = ada.types("/sev help").text
    for command in commands:
        assert f"/sev {command.usage}  {command.summary}" in listed
        explained = ada.types(f"/sev help {command.verb}").text
        assert explained.startswith(f"/sev {command.usage}\n{command.summary}.")
    assert "--private: only invited people see it" in ada.types("/sev help DECLARE").text


def test_a_word_that_is_no_verb_is_answered_with_the_nearest_one(ada: Person) -> None:
    assert ada.types("/sev sevrity SEV2").text == (
        "There is no sevrity here. Did you mean /sev severity? /sev help lists what there is."
    )
    assert ada.types("/sev frobnicate").text == "There is no frobnicate here. /sev help lists what there is."
    assert ada.types("/sev help decalre").text == (
        "There is no decalre here. Did you mean /sev declare? /sev help lists what there is."
    )
    shouted = ada.types("/sev !?").text
    assert shouted
    assert "`" not in shouted


def test_the_tray_offers_what_fits_the_place(stage: Stage, ada: Person, grace: Person) -> None:
    assert ada.types("/sev").text == (
        "[Declare a SEV]\n[My items]\nNo SEV is open. :tada:\n/sev help lists all that can be typed."
    )
    sev = stage.declared(grace, "SEV3 checkout is down")
    outside = ada.types("/sev").text
    assert outside.startswith(
        "[Declare a SEV]\n[My items]\nOpen SEVs\n:large_yellow_circle: SEV-1 SEV3: checkout is down"
    )
    ada.clicks("Declare a SEV")
    ada.sees("Open now. Is it one of these?\n:large_yellow_circle: SEV-1")
    ada.closes_modal()
    inside = grace.goes_to(sev.channel).types("/sev").text
    assert inside.startswith(":large_yellow_circle: SEV-1 SEV3: checkout is down\n:mag: Investigating")
    assert "[Mitigate]\n[Resolve]\n[SEV3]\n[Post update]\n[Edit…]\n[Times…]" in inside
    grace.clicks("Resolve")
    grace.sees("@Grace Hopper set the status to :white_check_mark: Resolved.")
    assert "[Close]\n[Reopen…]" in grace.types("/sev").text
