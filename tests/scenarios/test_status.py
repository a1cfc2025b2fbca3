"""The life of a SEV: legal moves only, and every refusal says what is possible."""

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


def test_mitigate_and_resolve_take_two_clicks_and_everything_follows(
    stage: Stage, slack: Playground, sev: Sev, ada: Person
) -> None:
    asked = slack.channel(sev.place).messages[sev.channel.pins[0]["ts"]].blocks
    assert "Mitigate SEV-1?" in str(asked)
    assert "Resolve SEV-1?" in str(asked)
    ada.clicks("Mitigate")
    ada.sees("@Ada Lovelace set the status to :adhesive_bandage: Mitigated.")
    stage.settles()
    assert ":adhesive_bandage: Mitigated" in sev.card
    assert ":adhesive_bandage: Mitigated" in sev.announcement("#incidents")
    assert sev.topic == "SEV-1 | SEV3 | Mitigated | checkout is down"
    assert "[Mitigate]" not in sev.card
    ada.clicks("Resolve")
    ada.sees("@Ada Lovelace set the status to :white_check_mark: Resolved.")
    stage.settles()
    assert ":white_check_mark: Resolved" in sev.card
    assert ":white_check_mark: Resolved" in sev.announcement("#incidents")
    assert sev.topic == "SEV-1 | SEV3 | Resolved | checkout is down"
    assert sev.card.endswith("[Close]\n[Reopen…]\n[Edit…]\n[Times…]\n[Action item…]")
    kept = sev.kept
    assert kept.mitigated_at
    assert kept.resolved_at
    assert kept.declared_at < kept.mitigated_at < kept.resolved_at


def test_a_second_click_on_what_is_done_says_so(stage: Stage, sev: Sev, ada: Person) -> None:
    card = stage.said_in(sev.place, containing="Declared by")[0]
    shown = list(card.blocks)
    ada.clicks("Resolve")
    ada.sees("set the status to :white_check_mark: Resolved.")
    stage.settles()
    card.blocks = shown  # her screen is behind
    ada.clicks("Resolve", message=card)
    ada.sees("SEV-1 is already resolved. Possible next: closed, reopen REASON.")
    assert [entry.kind for entry in sev.timeline].count("status") == 1


def test_the_short_forms_go_through_life(stage: Stage, sev: Sev, ada: Person) -> None:
    assert ada.types("/sev").text.startswith(":large_yellow_circle: SEV-1 SEV3: checkout is down\n:mag: Investigating")
    assert ada.types("/sev status identified").text == "SEV-1 is now identified."
    assert ada.types("/sev mitigate").text == "SEV-1 is now mitigated."
    assert ada.types("/sev resolve").text == "SEV-1 is now resolved."
    assert ada.types("/sev close").text == "SEV-1 is now closed."
    stage.expects("set the status to :dart: Identified.", "Mitigated.", "Resolved.", "set the status to :lock: Closed.")
    assert [entry.data["after"] for entry in sev.timeline if entry.kind == "status"] == [
        "identified",
        "mitigated",
        "resolved",
        "closed",
    ]


def test_a_step_ahead_leaves_the_times_it_skips_empty(sev: Sev, ada: Person) -> None:
    assert ada.types("/sev STATUS Resolved all works again").text == "SEV-1 is now resolved."
    ada.sees("set the status to :white_check_mark: Resolved: all works again")
    kept = sev.kept
    assert kept.resolved_at
    assert kept.mitigated_at is None


@pytest.mark.usefixtures("sev")
def test_status_says_where_it_is_and_what_is_possible(ada: Person, grace: Person) -> None:
    words = "SEV-1 is investigating. Possible next: identified, mitigated, resolved, closed, cancel REASON."
    assert ada.types("/sev status").text == words
    assert grace.types("/sev status SEV-1").text == words
    assert grace.types("/sev status sev-1").text == words
    assert grace.types("/sev status").text == (
        "This is no SEV's channel. Name the SEV: /sev status SEV-42 …, or type it in its channel."
    )


REFUSALS = {
    "investigating": {
        "status investigating": "SEV-1 is already investigating. Possible next: identified, mitigated, resolved, closed, cancel REASON.",
        "status sleeping": "There is no status of that name. Possible next: identified, mitigated, resolved, closed, cancel REASON.",
        "cancel": "Say why it is cancelled: /sev cancel it was a false alarm.",
        "status cancelled": "Say why it is cancelled: /sev cancel it was a false alarm.",
    },
    "identified": {
        "status investigating": "SEV-1 is identified and does not go back to investigating. Possible next: mitigated, resolved, closed, cancel REASON.",
    },
    "mitigated": {
        "mitigate": "SEV-1 is already mitigated. Possible next: resolved, closed, cancel REASON.",
        "status identified": "Going back from mitigated needs a reason: /sev status identified it came back.",
    },
    "resolved": {
        "resolve": "SEV-1 is already resolved. Possible next: closed, reopen REASON.",
        "mitigate": "SEV-1 is resolved. /sev reopen REASON opens it again.",
        "status investigating it is back": "SEV-1 is resolved. /sev reopen REASON opens it again.",
        "cancel it was nothing": "SEV-1 is over, so it can't be cancelled. /sev reopen REASON opens it again.",
        "reopen": "Say why it is opened again: /sev reopen customers report it again.",
    },
    "closed": {
        "close": "SEV-1 is already closed. Possible next: reopen REASON.",
        "resolve": "SEV-1 is closed. /sev reopen REASON opens it again.",
        "cancel it was nothing": "SEV-1 is over, so it can't be cancelled. /sev reopen REASON opens it again.",
    },
    "cancelled it was nothing": {
        "cancel really": "SEV-1 is already cancelled. Possible next: reopen REASON.",
        "resolve": "SEV-1 is cancelled. /sev reopen REASON opens it again.",
        "close": "SEV-1 is cancelled. /sev reopen REASON opens it again.",
    },
}


def test_every_illegal_move_is_refused_with_what_is_possible(
    stage: Stage, slack: Playground, sev: Sev, ada: Person
) -> None:
    for status, refusals in REFUSALS.items():
        if sev.kept.status == "closed":
            ada.types("/sev reopen once more")
        if sev.kept.status != status:
            assert ada.types(f"/sev status {status}").text == f"SEV-1 is now {status.split()[0]}."
        before = sev.kept
        for words, refusal in refusals.items():
            assert ada.types(f"/sev {words}").text == refusal
        assert sev.kept.status == before.status
    stage.settles()
    slack.expect_all()


@pytest.mark.usefixtures("sev")
def test_what_is_open_cannot_be_reopened(ada: Person) -> None:
    refusal = ada.types("/sev reopen just because").text
    assert refusal.startswith("SEV-1 is open already (investigating), so there is nothing to reopen.")
    assert "identified, mitigated, resolved, closed" in refusal


def test_back_from_mitigated_with_a_reason_it_is_not_mitigated_any_more(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev mitigate")
    assert ada.types("/sev status investigating it came back").text == "SEV-1 is now investigating."
    stage.expects("Mitigated.", "set the status to :mag: Investigating: it came back")
    assert sev.kept.mitigated_at is None
    assert sev.kept.reason == "it came back"


def test_reopen_clears_the_times_that_are_not_true_any_more(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev mitigate")
    ada.types("/sev close")
    assert ada.types("/sev reopen customers call again").text == "SEV-1 is open again."
    stage.expects("Mitigated.", "Closed.", "@Ada Lovelace reopened SEV-1: customers call again")
    kept = sev.kept
    assert (kept.status, kept.mitigated_at, kept.resolved_at, kept.closed_at) == ("investigating", None, None, None)
    assert ":mag: Investigating" in sev.announcement("#incidents")


@pytest.mark.usefixtures("sev")
def test_reopening_by_its_button_asks_for_the_reason(stage: Stage, ada: Person) -> None:
    ada.types("/sev resolve")
    stage.expects("Resolved.")
    ada.clicks("Reopen…")
    ada.sees("Reopen SEV-1")
    assert ada.submits().errors == {"Reason": "Please complete this required field."}
    ada.fills(Reason="\u200b")
    assert list(ada.submits().errors) == ["Reason"]
    ada.fills(Reason="customers call again")
    assert ada.submits().errors == {}
    ada.sees("@Ada Lovelace reopened SEV-1: customers call again")
    assert ada.modal is None


def test_cancelling_says_why_and_ends_it(stage: Stage, sev: Sev, ada: Person) -> None:
    assert ada.types("/sev cancel a rehearsal <!channel>").text == "SEV-1 is now cancelled."
    ada.sees("@Ada Lovelace set the status to :no_entry_sign: Cancelled: a rehearsal <!channel>")
    stage.settles()
    assert sev.card.endswith("[Reopen…]\n[Action item…]")
    assert ":no_entry_sign: Cancelled" in sev.announcement("#incidents")
    assert ada.types("/sev list").text == "No SEV is open. :tada:"
