"""Changing a SEV: what is shown follows in place, and is said once."""

import pytest

from bot.playground import Person, Playground
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """An open SEV, in whose channel ada is."""
    declared = stage.declared(ada, "SEV3 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def test_a_worse_severity_calls_more_people_and_shows_everywhere(stage: Stage, sev: Sev, ada: Person) -> None:
    assert sev.members == {"ada"}
    assert ada.types("/sev severity sev1").text == "SEV-1 is now SEV1."
    ada.sees("@Ada Lovelace changed the severity from SEV3 to SEV1.")
    stage.settles()
    assert sev.members == {"ada", "grace", "margaret"}
    assert sev.topic == "SEV-1 | SEV1 | Investigating | checkout is down"
    assert sev.card.startswith(":red_circle: SEV-1 SEV1: checkout is down")
    assert sev.announcement("#incidents").startswith(":red_circle: SEV-1 SEV1: checkout is down")


def test_an_announcement_stays_true_when_its_severity_calls_for_none(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.picks("Change severity", "SEV4")
    ada.sees("@Ada Lovelace changed the severity from SEV3 to SEV4.")
    ada.types("/sev resolve")
    stage.expects("Resolved.")
    assert sev.announcement("#incidents").startswith(
        ":large_blue_circle: SEV-1 SEV4: checkout is down\n:white_check_mark:"
    )


def test_a_severity_that_needs_an_announcement_gets_one(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV4 checkout is slow")
    assert stage.said_in("#incidents", containing=sev.name) == []
    ada.types("/sev severity SEV-1 SEV2")
    stage.expects("changed the severity from SEV4 to SEV2", "Join #sev-1")
    assert sev.announcement("#incidents").startswith(":large_orange_circle: SEV-1 SEV2")


def test_severities_are_explained_and_no_others_are_taken(sev: Sev, ada: Person) -> None:
    possible = "Possible are: SEV1, SEV2, SEV3, SEV4."
    assert ada.types("/sev severity").text == (
        "SEV-1 is SEV3. Possible are: SEV1 (Customers can't use a critical workflow), SEV2 (A critical workflow is badly "
        "degraded), SEV3 (Some customers are affected), SEV4 (No customer notices yet)."
    )
    assert ada.types("/sev severity SEV9").text == f"There is no such severity. {possible}"
    assert ada.types("/sev severity SEV3").text == f"SEV-1 is SEV3 already. {possible}"
    assert len(sev.facts) == 2, "declared, and its channel"


def test_a_new_title_shows_everywhere_but_in_the_name_of_the_channel(stage: Stage, sev: Sev, ada: Person) -> None:
    assert ada.types("/sev title checkout & cards are <down>").text == (
        "SEV-1 is now called “checkout & cards are <down>”."
    )
    stage.settles()
    assert sev.card.startswith(":large_yellow_circle: SEV-1 SEV3: checkout & cards are <down>")
    assert sev.announcement("#incidents").startswith(":large_yellow_circle: SEV-1 SEV3: checkout & cards are <down>")
    assert sev.topic.startswith("SEV-1 | SEV3 | Investigating | checkout & cards are ")
    assert sev.place == "#sev-1-checkout-is-down"
    assert sev.facts[-1].data == {"before": "checkout is down", "after": "checkout & cards are <down>"}


def test_a_title_has_to_say_something_and_not_too_much(sev: Sev, ada: Person) -> None:
    assert ada.types(f"/sev title {'x' * 151}").text == (
        "This title has 151 characters; 150 are possible. Put the rest into the summary."
    )
    assert ada.types("/sev title \u200b").text.startswith("Give the SEV a title: a few words on what is wrong")
    assert ada.types("/sev title checkout is down").text.startswith("That is its title already")
    assert sev.kept.title == "checkout is down"


def test_a_summary_shows_on_the_card_and_under_the_announcement(stage: Stage, sev: Sev, ada: Person) -> None:
    assert ada.types("/sev summary Cards are refused.\n*Since* noon.").text == "The summary of SEV-1 is changed."
    stage.settles()
    assert "Cards are refused.\nSince noon." in sev.card
    assert "Cards are refused. Since noon." in sev.announcement("#incidents")
    assert ada.types(f"/sev summary {'x' * 3001}").text == (
        "This summary has 3001 characters; 3000 are possible. Shorten it, or post the rest."
    )
    assert sev.kept.summary == "Cards are refused.\n*Since* noon."


def test_asking_for_the_summary_does_not_take_it_away(sev: Sev, ada: Person) -> None:
    ada.types("/sev summary Cards are refused.")
    ada.types("/sev summary")
    assert sev.kept.summary == "Cards are refused."


def test_the_edit_form_changes_what_differs(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.clicks("Edit…")
    ada.sees("Edit SEV-1\nTitle\ncheckout is down")
    ada.fills(Title="cards are refused", Severity="SEV2", Summary="Since noon.")
    assert ada.submits().errors == {}
    assert ada.modal is None
    ada.sees("changed the severity from SEV3 to SEV2.")
    stage.settles()
    assert [entry.kind for entry in sev.facts[2:]] == ["title", "summary", "severity"]
    assert sev.card.startswith(":large_orange_circle: SEV-1 SEV2: cards are refused\nSince noon.")
    ada.clicks("Edit…")
    ada.sees("Edit SEV-1\nTitle\ncards are refused")
    ada.submits()
    assert len(sev.facts) == 5, "nothing differed"


def test_the_edit_form_says_what_is_wrong_at_the_field(sev: Sev, ada: Person) -> None:
    ada.clicks("Edit…")
    ada.sees("Edit SEV-1\nTitle\ncheckout is down")
    ada.fills(Title="\u2063", Summary="Since noon.")
    assert list(ada.submits().errors) == ["Title"]
    assert sev.kept.summary == "", "all or nothing"
    ada.closes_modal()


def test_the_edit_form_changes_the_affected_workflows(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.clicks("Edit…")
    ada.sees("Edit SEV-1\nTitle\ncheckout is down")
    ada.fills(**{"Workflows affected": ["Place order"]})
    assert ada.submits().errors == {}
    stage.settles()
    assert "Workflows\nPlace order" in sev.card
    assert sev.members == {"ada", "grace", "margaret"}
    assert "Runbook: Place order" in sev.bookmarks
    assert sev.announcement("#payments") == sev.announcement("#incidents")
    stage.expects("Affects Place order")


def test_ten_changes_leave_one_card_and_one_announcement(
    stage: Stage, slack: Playground, sev: Sev, ada: Person
) -> None:
    for number in range(10):
        ada.types(f"/sev title attempt {number}")
        ada.types(f"/sev severity SEV{number % 3 + 1}")
    stage.settles()
    assert sev.card.startswith(":red_circle: SEV-1 SEV1: attempt 9")
    assert sev.announcement("#incidents").startswith(":red_circle: SEV-1 SEV1: attempt 9")
    assert sev.topic == "SEV-1 | SEV1 | Investigating | attempt 9"
    changes = [entry for entry in sev.timeline if entry.kind == "severity"]
    assert len(sev.lines) == 1 + len(changes), "declared, and a line per change of severity"
    slack.expect_all()
