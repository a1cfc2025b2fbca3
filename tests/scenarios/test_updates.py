"""Status updates: posted by form or at once, shown everywhere, and the next one promised."""

from datetime import timedelta

import pytest

from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
NEWS = "A fix is being rolled out."


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """An open SEV2, in whose channel ada is."""
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def promised(sev: Sev) -> timedelta | None:
    """In how long the next update is due, counted from the last one."""
    kept = sev.kept
    update = [entry for entry in sev.timeline if entry.kind == "update"][-1]
    return kept.next_update_at - update.at if kept.next_update_at else None


def test_an_update_typed_at_once_shows_in_the_channel_on_the_card_and_in_the_announcement(
    stage: Stage, sev: Sev, ada: Person
) -> None:
    told = ada.types(f"/sev update {NEWS}").text
    assert told.startswith("The update of SEV-1 is posted. The next one is due ")
    ada.sees("Update by @Ada Lovelace:", in_=sev.channel)
    stage.settles()
    assert promised(sev) == timedelta(hours=1)
    assert "Latest update by @Ada Lovelace" in sev.card
    assert NEWS in sev.card
    assert "None promised" not in sev.card
    assert NEWS in sev.announcement("#incidents")
    (line,) = [line for line in sev.lines if NEWS in line]
    assert "Next update" in line


def test_a_time_in_front_promises_the_next_one(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types(f"/sev update 1h30m {NEWS}")
    assert promised(sev) == timedelta(minutes=90)
    ada.types("/sev update SEV-1 45m It is slower than we thought.")
    assert promised(sev) == timedelta(minutes=45)
    possible = "The next update can be promised for a minute to 7 days from now, such as 45m or 2h."
    assert ada.types("/sev update 0m soon").text == possible
    assert ada.types("/sev update 9d later").text == possible
    assert ada.types("/sev update 30m").text == "Say how it goes: what is known, what is done, who is still hurt."
    stage.expects(NEWS, "It is slower than we thought.")


def test_the_form_takes_text_status_and_the_next_time_together(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.clicks("Post update")
    ada.fills(**{"What is new": NEWS, "Status": "Mitigated", "Next update due in": "15 minutes"})
    ada.submits()
    ada.sees("Update by @Ada Lovelace, who set the status to :adhesive_bandage: Mitigated:")
    stage.settles()
    assert promised(sev) == timedelta(minutes=15)
    assert sev.kept.status == "mitigated"
    assert ":adhesive_bandage: Mitigated" in sev.card
    assert [entry.kind for entry in sev.timeline][-2:] == ["status", "update"]
    assert [line for line in sev.lines if "Mitigated" in line] == [line for line in sev.lines if NEWS in line]


def test_the_form_offers_what_is_usual_and_refuses_at_the_field(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev update")
    ada.fills(**{"What is new": "\u200b \u2060"})
    assert ada.submits().errors == {"What is new": "Say how it goes: what is known, what is done, who is still hurt."}
    ada.fills(**{"What is new": NEWS, "Next update due in": "At the time given below"})
    assert ada.submits().errors == {"Next update at": "Give the time at which the next update is due."}
    past = int((sev.kept.declared_at - timedelta(hours=1)).timestamp())
    ada.fills(**{"Next update at": past})
    possible = "The next update can be promised for a minute to 7 days from now, such as `45m` or `2h`."
    assert ada.submits().errors == {"Next update at": possible}
    ada.fills(**{"Next update at": past + 3 * 3600})
    ada.submits()
    ada.sees(NEWS, in_=sev.channel)
    assert sev.kept.next_update_at
    assert int(sev.kept.next_update_at.timestamp()) == past + 3 * 3600
    ada.types("/sev update")
    ada.fills(**{"What is new": "Nothing new."})
    ada.submits()
    ada.sees("Nothing new.", in_=sev.channel)
    assert promised(sev) == timedelta(hours=1), "what is usual for a SEV2 was filled in"
    ada.types("/sev update")
    ada.fills(**{"What is new": "We watch it.", "Next update due in": "None"})
    ada.submits()
    ada.sees("We watch it.", in_=sev.channel)
    assert promised(sev) is None
    stage.begins()


def test_what_is_sent_twice_is_one_update(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types(f"/sev update {NEWS}")
    assert ada.types(f"/sev update {NEWS}").text == "This update of SEV-1 is posted already."
    ada.clicks("Post update")
    ada.fills(**{"What is new": "Half of the servers have it."})
    with stage.slack.workspace.lock:
        view = stage.slack.workspace.modals[ada.id][-1]
        sent = [stage.slack.client.submit(ada.user, view) for _ in range(2)]
    assert all(each.wait() for each in sent)
    stage.expects(NEWS, "Half of the servers have it.")
    assert [entry.text for entry in sev.timeline if entry.kind == "update"] == [NEWS, "Half of the servers have it."]


def test_what_is_over_promises_nothing_and_reopened_it_does_again(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types(f"/sev update 2h {NEWS}")
    due = sev.kept.next_update_at
    assert due
    ada.types("/sev resolve")
    assert sev.kept.next_update_at is None
    told = ada.types("/sev update 15m All is well again.").text
    assert told == "The update of SEV-1 is posted. It is over, so no next one is promised."
    ada.types("/sev update")
    ada.sees("Of SEV-1")
    assert ada.modal
    assert "Next update due in" not in ada.modal.text()
    ada.closes_modal()
    stage.begins()


def test_a_promise_comes_back_with_the_sev(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types(f"/sev update 2h {NEWS}")
    due = sev.kept.next_update_at
    ada.types("/sev resolve")
    ada.types("/sev reopen it is back")
    assert sev.kept.next_update_at == due
    ada.types("/sev resolve")
    stage.slack.advance_clock(3 * 3600)
    ada.types("/sev show")
    stage.begins()
    ada.types("/sev reopen it is back again")
    kept = sev.kept
    assert due
    assert kept.next_update_at
    assert kept.next_update_at > due + timedelta(hours=1), "nobody is late with it at once"
    stage.begins()


def test_who_may_not_change_a_sev_posts_no_update(sev: Sev, edsger: Person) -> None:
    assert (
        edsger.goes_to("#payments")
        .types("/sev update SEV-1 all is well")
        .text.startswith("Guests can't change a SEV here.")
    )
    assert not [entry for entry in sev.timeline if entry.kind == "update"]
