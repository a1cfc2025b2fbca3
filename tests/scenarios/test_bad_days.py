"""People do what people do to channels: rename, archive, delete, leave, throw the bot out. It notices, copes and says so."""

from pathlib import Path

import pytest

from bot.playground import Person, channels
from bot.playground.model import Message
from tests.databases import new_sqlite
from tests.scenarios.stories import Sev, Stage
from tests.torture.faulting import config_with, staged

TITLE = "checkout is down"
BRIEFED = "Welcome to SEV-1. Only you see this."
WORK_IN_THREAD = "The channel can't be used at the moment. Work on it in this thread."


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    return stage.declared(ada, f"SEV1 {TITLE}")


def card(sev: Sev) -> Message:
    (found,) = sev.stage.said_in(sev.place, containing="Declared by")
    return found


def announced(sev: Sev) -> Message:
    (found,) = sev.stage.said_in("#incidents", containing=f"{sev.name} ")
    return found


def test_a_renamed_channel_stays_the_sevs_channel(stage: Stage, sev: Sev, ada: Person, linus: Person) -> None:
    linus.joins(sev.place)
    linus.sees(BRIEFED, in_=sev.place)
    linus.renames(sev.place, "checkout-war-room")
    assert ada.goes_to("#checkout-war-room").types("/sev severity SEV2").text == "SEV-1 is now SEV2."
    stage.expects("changed the severity")
    assert sev.lines[-1] == "@Ada Lovelace changed the severity from SEV1 to SEV2."
    assert sev.announcement("#incidents").endswith("Join #checkout-war-room to help\n[Subscribe]")


def test_an_archived_sev_goes_on_in_the_thread_and_comes_back(
    stage: Stage, sev: Sev, ada: Person, linus: Person
) -> None:
    linus.joins(sev.place)
    linus.sees(BRIEFED, in_=sev.place)
    linus.archives(sev.place)
    ada.sees(f"{sev.place}, the channel of SEV-1 ({TITLE}), was archived. Unarchive it, or make a new one.")
    stage.settles()
    assert WORK_IN_THREAD in sev.announcement("#incidents")
    assert linus.types("/sev mitigate SEV-1").text == "SEV-1 is now mitigated."
    linus.sees("@Linus Torvalds set the status to", in_="#incidents")
    linus.unarchives(sev.place)
    ada.sees(f"SEV-1 ({TITLE}) has its channel, and all is in place: {sev.place}.", in_="@sevbot")
    stage.settles()
    assert "Mitigated" in sev.card
    assert "failed" not in sev.card
    assert len(sev.channel.bookmarks) == 1
    assert sev.announcement("#incidents").endswith(f"Join {sev.place} to help\n[Subscribe]")
    assert linus.goes_to(sev.place).types("/sev resolve").text == "SEV-1 is now resolved."
    stage.expects("set the status to :white_check_mark: Resolved")


def test_the_channel_of_a_sev_that_is_over_may_be_archived_in_peace(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev resolve SEV-1")
    stage.expects("set the status to")
    ada.archives(sev.place)
    stage.slack.wait_until(lambda: sev.kept.channel_trouble, why="the bot has noticed")
    stage.settles()
    assert "can't be used" not in sev.announcement("#incidents")
    assert stage.slack.direct("ada").messages == {}


def test_reopening_tells_that_the_channel_was_archived_meanwhile(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev resolve SEV-1")
    stage.expects("set the status to")
    ada.archives(sev.place)
    stage.slack.wait_until(lambda: sev.kept.channel_trouble, why="the bot has noticed")
    ada.types("/sev reopen SEV-1 it came back")
    ada.sees("was archived. Unarchive it, or make a new one.", in_="@sevbot")
    ada.sees(WORK_IN_THREAD, in_="#incidents")
    ada.sees("@Ada Lovelace reopened SEV-1: it came back", in_="#incidents")


def test_a_channel_that_is_lost_is_replaced_with_a_click(stage: Stage, sev: Sev, ada: Person, linus: Person) -> None:
    old = sev.place
    linus.joins(old)
    linus.sees(BRIEFED, in_=old)
    linus.archives(old)
    ada.sees("was archived", in_="@sevbot")
    ada.goes_to("@sevbot").clicks("Make a new channel")
    ada.sees("SEV-1 gets a new channel.")
    ada.sees(f"SEV-1 ({TITLE}) has its channel, and all is in place: {old}-2.", in_="@sevbot")
    stage.settles()
    assert sev.place == f"{old}-2"
    assert sev.members == {"ada", "grace", "margaret"}
    assert sev.bookmarks == {"Bridge": "https://meet.example.com/sev"}
    assert sev.topic == f"SEV-1 | SEV1 | Investigating | {TITLE}"
    assert "Investigating" in sev.card
    assert sev.announcement("#incidents").endswith(f"Join {old}-2 to help\n[Subscribe]")
    stage.expects("Declared by")


def test_a_deleted_channel_is_replaced_with_a_click(stage: Stage, sev: Sev, ada: Person, linus: Person) -> None:
    channels.destroy(stage.slack.workspace, sev.channel, linus.id)
    ada.sees(f"The channel of SEV-1 ({TITLE}) is gone. Make a new one.", in_="@sevbot")
    ada.goes_to("@sevbot").clicks("Make a new channel")
    ada.sees("SEV-1 gets a new channel.")
    ada.sees(f"SEV-1 ({TITLE}) has its channel, and all is in place: #sev-1-checkout-is-down.", in_="@sevbot")
    stage.expects("Declared by")
    assert sev.members == {"ada", "grace", "margaret"}


def test_whoever_leaves_is_not_called_back(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.leaves(sev.place)
    assert ada.types("/sev title SEV-1 checkout is slow").text == "SEV-1 is now called “checkout is slow”."
    stage.settles()
    assert "checkout is slow" in sev.card
    assert sev.members == {"grace", "margaret"}


def test_whoever_leaves_a_private_sev_sees_it_no_more(stage: Stage, ada: Person, grace: Person) -> None:
    sev = stage.declared(ada, "SEV1 somebody reads our mail --private")
    ada.invites(grace, to=sev.place)
    grace.sees(BRIEFED, in_=sev.place)
    stage.slack.wait_until(lambda: "somebody reads our mail" in grace.types("/sev show SEV-1").text)
    ada.leaves(sev.place)
    stage.slack.wait_until(lambda: "There is no SEV-1 that you can see." in ada.types("/sev show SEV-1").text)


def test_an_edited_topic_stands_until_the_next_change(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.sets_topic(sev.place, "call +44 1234, SEV4 resolved <!channel>")
    assert ada.goes_to(sev.place).types("/sev severity").text.startswith("SEV-1 is SEV1.")
    ada.types("/sev severity SEV2")
    stage.expects("changed the severity")
    assert sev.topic == f"SEV-1 | SEV2 | Investigating | {TITLE}"


def test_a_deleted_card_is_shown_and_pinned_again(stage: Stage, sev: Sev, linus: Person) -> None:
    linus.joins(sev.place)
    linus.sees(BRIEFED, in_=sev.place)
    linus.deletes(card(sev))
    linus.sees("Declared by", in_=sev.place)
    stage.settles()
    assert "Investigating" in sev.card


def test_an_unpinned_card_stays_unpinned_and_true(stage: Stage, sev: Sev, linus: Person) -> None:
    linus.joins(sev.place)
    linus.sees(BRIEFED, in_=sev.place)
    linus.unpins(card(sev))
    linus.types("/sev title SEV-1 checkout is slow")
    stage.settles()
    assert "checkout is slow" in stage.words(card(sev))
    assert sev.channel.pins == []


def test_a_deleted_announcement_is_made_anew_at_the_next_change(stage: Stage, sev: Sev, linus: Person) -> None:
    linus.deletes(announced(sev))
    linus.types("/sev title SEV-1 checkout is slow")
    linus.sees("checkout is slow", in_="#incidents")
    stage.settles()
    assert "checkout is slow" in sev.announcement("#incidents")


def test_a_thread_whose_announcement_is_deleted_goes_on_under_a_new_one(
    stage: Stage, sev: Sev, ada: Person, linus: Person
) -> None:
    ada.archives(sev.place)
    ada.sees("was archived", in_="@sevbot")
    stage.settles()
    linus.deletes(announced(sev))
    stage.slack.wait_quiet()
    linus.types("/sev mitigate SEV-1")
    linus.sees("@Linus Torvalds set the status to", in_="#incidents")
    linus.sees(WORK_IN_THREAD, in_="#incidents")


def test_a_bot_that_was_thrown_out_says_so_and_catches_up_when_invited_back(
    stage: Stage, sev: Sev, ada: Person
) -> None:
    ada.removes("sevbot", from_=sev.place)
    ada.sees(f"Sevbot was removed from {sev.place}, the channel of SEV-1 ({TITLE}).", in_="@sevbot")
    stage.settles()
    assert WORK_IN_THREAD in sev.announcement("#incidents")
    ada.goes_to(sev.place).types("/sev mitigate")
    ada.sees("@Ada Lovelace set the status to", in_="#incidents")
    ada.invites("sevbot", to=sev.place)
    ada.sees(f"SEV-1 ({TITLE}) has its channel, and all is in place: {sev.place}.", in_="@sevbot")
    stage.settles()
    assert "Mitigated" in sev.card
    assert "failed" not in sev.card
    assert len(sev.channel.bookmarks) == 1
    assert sev.announcement("#incidents").endswith(f"Join {sev.place} to help\n[Subscribe]")


def test_out_of_incidents_the_bot_still_announces_there(stage: Stage, sev: Sev, ada: Person, linus: Person) -> None:
    linus.removes("sevbot", from_="#incidents")
    second = stage.declared(ada, "SEV2 sign-in is slow")
    linus.types("/sev resolve SEV-1")
    stage.expects("set the status to")
    assert "Resolved" in sev.announcement("#incidents")
    assert "Investigating" in second.announcement("#incidents")


def test_where_the_bot_may_not_post_it_asks_to_be_invited_and_retries(stage: Stage, ada: Person, linus: Person) -> None:
    linus.removes("sevbot", from_="#incidents")
    stage.slack.workspace.scopes.remove("chat:write.public")
    sev = stage.declared(ada, f"SEV2 {TITLE}")
    ada.sees("Announce it in #incidents failed", in_=sev.place)
    linus.invites("sevbot", to="#incidents")
    ada.goes_to(sev.place).clicks("Retry")
    ada.sees("Trying again now.")
    linus.sees(f"SEV-1 SEV2: {TITLE}", in_="#incidents")
    stage.settles()
    assert "failed" not in sev.card


def test_names_of_archived_and_of_private_channels_are_taken_too(stage: Stage, ada: Person, linus: Person) -> None:
    linus.creates("sev-1-checkout-is-down")
    linus.archives("#sev-1-checkout-is-down")
    linus.creates("sev-1-checkout-is-down-2", private=True)
    ada.types(f"/sev declare SEV4 {TITLE}")
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down-3.")
    stage.expects("Declared by", "Type /sev here")


def test_a_guest_in_the_channel_may_look_and_not_touch(sev: Sev, ada: Person, edsger: Person) -> None:
    ada.invites(edsger, to=sev.place)
    edsger.sees(BRIEFED, in_=sev.place)
    edsger.goes_to(sev.place).clicks("Resolve")
    edsger.sees("Guests can't change a SEV here.")
    assert TITLE in edsger.types("/sev show").text
    assert sev.kept.status == "investigating"


def test_where_no_channel_may_be_made_the_sev_runs_in_the_announcements_thread(
    stage: Stage, ada: Person, grace: Person
) -> None:
    rule = stage.slack.faults.add("conversations.create", "restricted_action", times=None)
    grace.types(f"/sev declare SEV1 {TITLE}")
    grace.sees("SEV-1 is declared, but its channel could not be made yet.")
    grace.sees("Create the channel failed (restricted_action)", in_="@sevbot")
    ada.sees("Its channel could not be made yet. Work on it in this thread.", in_="#incidents")
    ada.sees("@Grace Hopper declared SEV-1 as SEV1.", in_="#incidents")
    assert ada.types("/sev severity SEV-1 SEV2").text == "SEV-1 is now SEV2."
    ada.sees("@Ada Lovelace changed the severity from SEV1 to SEV2.", in_="#incidents")
    stage.slack.faults.rules.remove(rule)
    grace.goes_to("@sevbot").clicks("Retry")
    grace.sees("Trying again now.")
    grace.sees(f"SEV-1 ({TITLE}) has its channel, and all is in place: #sev-1-checkout-is-down.", in_="@sevbot")
    stage.expects("Declared by")
    sev = stage.sev(1)
    assert sev.card.startswith(f":large_orange_circle: SEV-1 SEV2: {TITLE}")
    assert "failed" not in sev.card
    assert "grace" in sev.members
    assert sev.bookmarks == {"Bridge": "https://meet.example.com/sev"}
    ada.sees("Join #sev-1-checkout-is-down to help", in_="#incidents")
    ada.does_not_see("Work on it in this thread.")


def test_a_place_that_does_not_exist_is_named_and_retried_once_it_does(tmp_path: Path) -> None:
    severity = {"key": "SEV1", "meaning": "Customers can't buy", "announce": ["#nowhere"]}
    config = config_with(tmp_path / "config", {"severities": [severity], "workflows": []})
    with staged(new_sqlite(tmp_path), config) as stage:
        stage.start()
        stage.types(f"/sev declare SEV1 {TITLE}")
        ada, linus = stage.ada, stage.slack.person("linus")
        ada.sees("Announce it in #nowhere failed (channel_not_found", in_="#sev-1-checkout-is-down")
        linus.creates("nowhere")
        stage.presses_retry()
        linus.sees(f"SEV-1 SEV1: {TITLE}", in_="#nowhere")
        ada.goes_to("#sev-1-checkout-is-down").does_not_see("failed")
