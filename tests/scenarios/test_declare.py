"""Declaring a SEV, told as people see it."""

import pytest

from bot.playground import Person, Playground
from bot.playground.elements import all_elements, all_options
from bot.playground.sight import Screen
from tests.scenarios.stories import Stage

pytestmark = pytest.mark.usefixtures("stage")


def test_declaring_at_once_gives_a_channel_with_people_card_and_announcement(stage: Stage, ada: Person) -> None:
    reply = ada.types("/sev declare SEV1 checkout is down")
    assert reply.text == "SEV-1 declared; its channel is being set up."
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down. You are invited.")
    stage.settles()
    sev = stage.sev(1)
    assert sev.place == "#sev-1-checkout-is-down"
    assert sev.members == {"ada", "grace", "margaret"}
    assert sev.topic == "SEV-1 | SEV1 | Investigating | checkout is down"
    assert sev.bookmarks == {"Bridge": "https://meet.example.com/sev"}
    assert sev.card.startswith(":red_circle: SEV-1 SEV1: checkout is down\nStatus\n:mag: Investigating\nSeverity\nSEV1")
    assert sev.lines == ["@Ada Lovelace declared SEV-1 as SEV1. Type /sev here to see what you can do."]
    assert sev.announcement("#incidents").startswith(":red_circle: SEV-1 SEV1: checkout is down\n:mag: Investigating")
    assert sev.announcement("#incidents").endswith("Join #sev-1-checkout-is-down to help\n[Subscribe]")
    stage.expects("Declared by", "Type /sev here", "Join #sev-1")


def test_a_name_that_is_taken_gives_the_next_one(stage: Stage, ada: Person, linus: Person) -> None:
    linus.creates("sev-1-checkout-is-down")
    ada.types("/sev declare SEV4 checkout is down")
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down-2. You are invited.")
    stage.expects("Declared by", "Type /sev here")
    assert stage.sev(1).place == "#sev-1-checkout-is-down-2"


def test_the_form_says_what_each_severity_means_and_who_will_hear_of_it(ada: Person) -> None:
    ada.types("/sev declare")
    assert _meanings(ada.modal) == {
        "SEV1": "Customers can't use a critical workflow",
        "SEV2": "A critical workflow is badly degraded",
        "SEV3": "Some customers are affected",
        "SEV4": "No customer notices yet",
    }
    ada.sees("Choose a severity to see who will be invited, told and paged.")
    ada.fills(Severity="SEV1")
    ada.sees(
        "Invited: you, Payments. Announced in: #incidents. Paged: nobody, since paging is not set up (Payments would"
    )
    ada.fills(Severity="SEV4")
    ada.sees("Invited: you. Announced in: no channel. Paged: nobody.")
    ada.fills(**{"Workflows affected": ["Place order"]})
    ada.sees("Invited: you, Payments. Announced in: #payments. Paged: nobody.")
    ada.fills(Kind=["Private"])
    ada.sees("Invited: you. Announced in: no channel. Paged: nobody.")


def test_the_form_shows_what_is_open_already(stage: Stage, ada: Person, grace: Person) -> None:
    stage.declared(grace, "SEV2 payments are slow")
    over = stage.declared(grace, "SEV4 a typo on the home page")
    grace.types(f"/sev resolve {over.name}")
    stage.expects("set the status to :white_check_mark: Resolved")
    ada.types("/sev declare")
    form = ada.sees("Open now. Is it one of these?\n:large_orange_circle: SEV-1 SEV2: payments are slow")
    assert isinstance(form, Screen)
    assert "a typo" not in form.text()


def test_the_form_declares_with_all_that_was_said_in_it(stage: Stage, ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(Title="checkout is down", Severity="SEV3", Summary="Cards are refused.\nSince noon.")
    ada.fills(**{"Workflows affected": ["Place order", "Sign in"]})
    assert ada.submits().acked
    assert _text(ada.modal) in {
        "SEV declared\nSEV-1 declared; its channel is being set up.\nClose",
        "SEV declared\nSEV-1 has its channel: #sev-1-checkout-is-down. You are invited.\nClose",
    }
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down. You are invited.")
    stage.settles()
    sev = stage.sev(1)
    assert sev.members == {"ada", "grace", "margaret"}, "the people of the team that owns an affected workflow"
    assert "Cards are refused.\nSince noon." in sev.card
    assert "Workflows\nPlace order, Sign in" in sev.card
    assert sev.bookmarks == {
        "Bridge": "https://meet.example.com/sev",
        "Runbook: Place order": "https://wiki.example.com/place-order",
        "Runbook: Sign in": "https://wiki.example.com/sign-in",
    }
    assert "Affects Place order, Sign in" in sev.announcement("#incidents")
    assert sev.announcement("#payments") == sev.announcement("#incidents")
    stage.expects("Declared by", "Type /sev here", "Join #sev-1")


def test_words_without_a_severity_open_the_form_with_the_title_in_it(stage: Stage, ada: Person) -> None:
    ada.types("/sev declare checkout is down")
    ada.sees("checkout is down\nSeverity")
    ada.fills(Severity="SEV4")
    ada.sees("Announced in: no channel")
    ada.sees("checkout is down\nSeverity")
    assert ada.submits().errors == {}
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")


def test_a_severity_without_a_title_opens_the_form_with_the_severity_chosen(stage: Stage, ada: Person) -> None:
    ada.types("/sev declare sev4")
    ada.sees("Announced in: no channel")
    ada.fills(Title="checkout is down")
    ada.submits()
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")


def test_flags_without_more_open_the_form_with_their_boxes_ticked(stage: Stage, ada: Person) -> None:
    ada.types("/sev declare SEV4 --private —drill")
    ada.sees("Invited: you. Announced in: no channel.")
    ada.fills(Title="the vault is open")
    ada.submits()
    ada.sees("SEV-1 has its channel: #sev-1. You are invited.")
    stage.expects("Declared by", "Type /sev here")
    kept = stage.sev(1).kept
    assert (kept.is_private, kept.is_drill) == (True, True)


def test_a_form_that_slack_does_not_open_is_explained(stage: Stage, slack: Playground, ada: Person) -> None:
    slack.faults.add("views.open", "expired_trigger_id")
    assert ada.types("/sev declare").text == (
        "Slack did not open the form in time. Try again, or do it at once: /sev declare SEV2 what is wrong."
    )
    assert stage.number_of_sevs() == 0


def test_the_global_shortcut_opens_the_form(stage: Stage, ada: Person) -> None:
    ada.uses_shortcut("Declare a SEV")
    ada.fills(Title="checkout is down", Severity="SEV4")
    ada.submits()
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")


def test_what_the_form_lacks_is_said_at_its_field(stage: Stage, ada: Person) -> None:
    ada.types("/sev declare")
    needed = "Please complete this required field."
    assert ada.submits().errors == {"Title": needed, "Severity": needed}
    ada.fills(Title="\u200b\u2060", Severity="SEV4")
    ada.sees("Announced in: no channel")
    words = "Give the SEV a title: a few words on what is wrong, such as `checkout is down`."
    assert ada.submits().errors == {"Title": words}
    ada.fills(Title="checkout is down")
    ada.submits()
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    stage.expects("Declared by", "Type /sev here")


def test_a_late_preview_does_not_bring_the_form_back(stage: Stage, slack: Playground, ada: Person) -> None:
    ada.types("/sev declare")
    slack.wait_until(lambda: any(call.method == "views.update" for call in slack.calls), why="the form is complete")
    late = slack.faults.add("views.update", "slow:500")
    ada.fills(Title="checkout is down", Severity="SEV4")
    slack.wait_until(lambda: late.hits, why="the preview is under way")
    ada.submits()
    slack.wait_quiet(quiet=0.1)
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down.")
    assert _text(ada.modal).startswith("SEV declared")
    stage.expects("Declared by", "Type /sev here")


def test_a_command_that_cannot_declare_says_why(stage: Stage, ada: Person) -> None:
    too_long = ada.types(f"/sev declare SEV2 {'checkout ' * 17}is down")
    assert too_long.text == "This title has 160 characters; 150 are possible. Put the rest into the summary."
    assert ada.types("/sev declare SEV2 \u200d\u200d").text.startswith(
        "Give the SEV a title: a few words on what is wrong"
    )
    assert stage.number_of_sevs() == 0


def test_a_drill_is_marked_as_one_wherever_it_shows(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV3 —drill the lights went out")
    assert sev.kept.is_drill
    assert sev.kept.title == "the lights went out"
    assert sev.card.startswith(":performing_arts: DRILL  :large_yellow_circle: SEV-1 SEV3: the lights went out")
    assert sev.announcement("#incidents").startswith(":performing_arts: DRILL  :large_yellow_circle: SEV-1")
    assert sev.topic == "DRILL SEV-1 | SEV3 | Investigating | the lights went out"
    assert sev.lines[0].startswith(":performing_arts: DRILL  @Ada Lovelace declared SEV-1")


def _meanings(form: Screen | None) -> dict[str, str]:
    assert form is not None
    found = next(element for block, element in all_elements(form.blocks) if block["block_id"] == "severity")
    return {each["text"]["text"]: each["description"]["text"] for each in all_options(found)}


def _text(form: Screen | None) -> str:
    assert form is not None
    return form.text()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_whoever_closes_the_form_at_once_leaves_nothing_that_failed(stage: Stage, ada: Person) -> None:
    stage.slack.faults.add("conversations.create", "slow:300")
    ada.types("/sev declare")
    ada.fills(Title="checkout is slow", Severity="SEV4")
    ada.submits()
    ada.closes_modal()
    stage.settles()
    assert "No delivery failed for good." in ada.types("/sev doctor").text
    stage.expects("Declared by", "Type /sev here")
