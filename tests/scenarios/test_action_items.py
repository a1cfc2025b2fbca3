"""What people promise after a SEV: written down, found again, changed and kept, by what they type."""

import pytest

from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV of ada's, in whose channel she is; grace is known to the bot."""
    sev = stage.declared(ada, "SEV2 checkout is down")
    grace.types("/sev list")
    ada.goes_to(sev.channel)
    return sev


def entries(sev: Sev) -> list[str]:
    """The kinds of the timeline's entries about items."""
    return [entry.kind for entry in sev.timeline if entry.kind.startswith("item_")]


def test_an_item_is_written_down_and_shows_on_the_card_and_in_lists(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    said = ada.types("/sev action add add a circuit breaker @grace P1 due 2027-01-15 #detect")
    assert said.text == "SEV-1/1 is added for @Grace Hopper, due Fri 15 Jan 2027: add a circuit breaker."
    stage.expects("@Ada Lovelace gave you SEV-1/1: add a circuit breaker")
    assert "1 action item" in sev.card
    (entry,) = [each for each in sev.timeline if each.kind == "item_added"]
    assert (entry.text, entry.data["owner"]) == ("add a circuit breaker", {"user": grace.id})
    mine = grace.types("/sev mine").text
    assert "SEV-1/1 add a circuit breaker" in mine
    assert "P1  |  detect  |  due Fri 15 Jan 2027" in mine
    assert "Nothing is owed." in ada.types("/sev mine").text
    assert "SEV-1/1" in ada.types("/sev items").text
    assert "SEV-1/1" in ada.types("/sev items @grace").text
    assert "Nothing is owed." in ada.types("/sev items payments").text


def test_without_an_owner_it_says_how_to_give_it_one(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    said = ada.types("/sev action add write a runbook")
    assert "Nobody owns it yet: /sev action give SEV-1/1 @who, or a team." in said.text
    assert "SEV-1/1" in ada.types("/sev items nobody").text
    assert "is now owned by Payments" in ada.types("/sev action give 1 @payments").text
    assert "SEV-1/1" in grace.types("/sev items SEV-1 payments").text
    assert "is already owned by Payments" in ada.types("/sev action give SEV-1/1 payments").text
    assert entries(sev) == ["item_added", "item_changed"]
    stage.expects("@Ada Lovelace gave Payments SEV-1/1: write a runbook")


def test_it_is_begun_done_and_opened_again(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev action add write a runbook @ada")
    assert ada.types("/sev action start 1").text == "SEV-1/1 is in progress."
    assert ada.types("/sev action done #1 see the wiki").text == "SEV-1/1 is done."
    stage.settles()
    assert "1 action item done" in sev.card
    assert "is done already, says @Ada Lovelace" in ada.types("/sev action done 1").text
    assert "Say why it is open again" in ada.types("/sev action reopen 1").text
    assert "SEV-1/1 is open again, due" in ada.types("/sev action reopen 1 it is out of date").text
    assert "Say why it won't be done" in ada.types("/sev action wontdo 1").text
    assert ada.types("/sev action wontdo 1 we retire it").text == "SEV-1/1 won't be done."
    assert "won't do: we retire it" in ada.types("/sev items").text
    assert entries(sev) == ["item_added", "item_changed", "item_closed", "item_reopened", "item_closed"]
    told = ada.types("/sev timeline").text
    assert "did SEV-1/1 “write a runbook”: see the wiki" in told
    assert "decided that SEV-1/1 “write a runbook” won't be done: we retire it" in told


@pytest.mark.usefixtures("sev")
def test_the_tray_shows_everybody_their_own_items(ada: Person, grace: Person) -> None:
    ada.types("/sev action add write a runbook @ada")
    ada.goes_to("#general").types("/sev")
    ada.clicks("My items")
    ada.sees("SEV-1/1 write a runbook")
    grace.types("/sev")
    grace.clicks("My items")
    grace.sees("Nothing is owed.")


@pytest.mark.usefixtures("sev")
def test_what_is_to_be_proven_is_done_with_evidence_only(ada: Person) -> None:
    ada.types("/sev action add add a circuit breaker @ada")
    said = ada.types("/sev action prove 1 kill the provider in staging; checkout stays up")
    assert said.text == "Whoever closes SEV-1/1 is asked what shows that it works."
    assert "SEV-1/1 is to be proven." in ada.types("/sev action done 1").text
    assert ada.types("/sev action done 1 https://ci.example.com/17").text == "SEV-1/1 is done."
    assert "Shown by: https://ci.example.com/17" in ada.types("/sev action show 1").text


def test_a_due_date_of_the_policy_follows_severity_and_priority_and_a_persons_stays(
    stage: Stage, sev: Sev, ada: Person
) -> None:
    ada.types("/sev action add first thing @ada")
    ada.types("/sev action add second thing @ada due 2w")
    stage.settles()
    first, second = (entry.data["due"] for entry in sev.timeline if entry.kind == "item_added")
    ada.types("/sev action priority 1 P1")
    ada.types("/sev severity SEV1")
    stage.expects("changed the severity")
    stage.hears()
    moved = [each for each in sev.timeline if each.kind == "item_changed"]
    assert [entry.data["item"] for entry in moved] == ["SEV-1/1", "SEV-1/1"]
    assert moved[0].data["changes"]["due_on"][0] == first
    assert moved[1].data["because"] == "severity"
    assert moved[1].actor == "sevbot"
    assert second in str(sev.timeline[-1].data) or "SEV-1/2" not in str([each.data for each in moved])
    assert "its due date follows the severity" in ada.types("/sev timeline").text
    assert "is due Fri 15 Jan 2027" in ada.types("/sev action due 1 2027-01-15").text
    ada.types("/sev severity SEV2")
    stage.expects("changed the severity")
    assert len([each for each in sev.timeline if each.kind == "item_changed"]) == 3


REFUSALS = {
    "add @ada": "Say what is to be done, in a few words",
    "add breaker @nobody": "@nobody is nobody I know.",
    "add breaker due 2020-01-01": "2020-01-01 is over.",
    "add breaker due 2027-13-01": "2027-13-01 is no day I understand.",
    "give 1 @sevbot": "is an app.",
    "done": "Say which item",
    "done 7": "There is no SEV-1/7.",
    "due 1 someday": "someday is no day I understand.",
    "priority 1 P9": "Possible priorities are: P1, P2, P3.",
    "fly": "After action say what to do: add, done,",
    "reopen 1 because": "SEV-1/1 is open already.",
}


def test_what_can_not_be_is_refused_with_what_can(sev: Sev, ada: Person) -> None:
    ada.types("/sev action add first thing @ada")
    assert {typed: answer in ada.types(f"/sev action {typed}").text for typed, answer in REFUSALS.items()} == (
        dict.fromkeys(REFUSALS, True)
    )
    assert entries(sev) == ["item_added"]


@pytest.mark.usefixtures("sev")
def test_said_twice_in_impatience_it_is_one_item(ada: Person) -> None:
    ada.types("/sev action add first thing")
    assert "SEV-1/1 says that already" in ada.types("/sev action add first thing").text


@pytest.mark.usefixtures("sev")
def test_a_guest_changes_nothing(ada: Person, edsger: Person) -> None:
    edsger.goes_to("@sevbot")
    assert "Guests can't add" in edsger.types("/sev action SEV-1 add first thing").text
    ada.types("/sev action add first thing @ada")
    assert "is a guest" in ada.types("/sev action give 1 @edsger").text


def test_nothing_of_a_private_sev_is_listed_for_others(stage: Stage, ada: Person, grace: Person) -> None:
    hidden = stage.declared(ada, "SEV2 salaries leaked --private")
    ada.goes_to(hidden.channel)
    ada.types("/sev action add rotate the keys @ada")
    grace.types("/sev list")
    assert "is private, and @Grace Hopper is not in it" in ada.types("/sev action give 1 @grace").text
    for asked in ("/sev items", "/sev items @ada", "/sev items all", "/sev items SEV-1", "/sev action done SEV-1/1"):
        assert "rotate" not in grace.types(asked).text
    assert "rotate the keys" in ada.types("/sev items all").text


def test_a_long_list_is_shown_page_by_page_and_acted_in(stage: Stage, sev: Sev, ada: Person) -> None:
    for number in range(10):
        ada.types(f"/sev action add thing {number} @ada due {number + 1}w")
    first = ada.types("/sev items all")
    assert "thing 0" in first.text
    assert "thing 8" not in first.text
    ada.clicks("More")
    ada.sees("First page")
    ada.clicks("Done")
    ada.sees("SEV-1/9 is done.")
    stage.settles()
    assert "9 action items, 1 done" in sev.card
