"""A channel in which people work already becomes a SEV's channel."""

import pytest

from bot.playground import Person
from bot.playground.model import Channel
from tests.scenarios.stories import Sev, Stage


@pytest.fixture
def war_room(ada: Person, grace: Person) -> Channel:
    """A public channel of ada's and grace's, with two pinned messages, in which ada is."""
    room = ada.creates("payments-war-room")
    grace.joins(room)
    ada.pins(ada.says("declines began at 10:02", in_=room))
    grace.pins(grace.says("rolled back to v41", in_=room))
    ada.goes_to(room)
    return room


def adopted(stage: Stage) -> Sev:
    stage.expects("declared SEV-1", "Declared by", "messages are pinned here")
    stage.begins()
    return stage.sev(1)


def test_the_channel_is_the_sevs_from_then_on(stage: Stage, war_room: Channel, ada: Person, grace: Person) -> None:
    assert ada.types("/sev adopt SEV2 checkout is down").text == (
        "SEV-1 declared; #payments-war-room is its channel now."
    )
    sev = adopted(stage)
    assert sev.kept.channel_id == war_room.id
    assert sev.channel.name == "payments-war-room"
    assert sev.topic == "SEV-1 | SEV2 | Investigating | checkout is down"
    assert "Bridge" in sev.bookmarks
    assert "SEV-1 SEV2: checkout is down" in sev.card_among_pins
    assert "Join #payments-war-room to help" in sev.announcement("#incidents")
    assert {"ada", "grace"} <= sev.members
    assert grace.goes_to(war_room).types("/sev severity SEV1").text == "SEV-1 is now SEV1."
    assert [channel for channel in stage.slack.workspace.channels.values() if channel.name.startswith("sev-")] == []
    grace.sees("changed the severity from SEV2 to SEV1.")
    stage.begins()


def test_pinned_messages_become_entries_at_their_own_time(stage: Stage, war_room: Channel, ada: Person) -> None:
    ada.types("/sev adopt SEV2 checkout is down")
    sev = adopted(stage)
    ada.clicks("Add 2 pinned messages…")
    ada.sees("Pinned messages 1 to 2")
    ada.fills(**{"Pinned messages 1 to 2": ["declines began at 10:02"]})
    assert ada.submits().errors == {}
    ada.sees("The pinned messages are dealt with.", in_=war_room)
    first = sev.timeline[0]
    said = next(message for message in war_room.messages.values() if message.text == "declines began at 10:02")
    assert (first.kind, first.text, first.actor) == ("message", "declines began at 10:02", ada.id)
    assert (first.source_channel, first.source_ts) == (war_room.id, said.ts)
    assert f"{first.at.timestamp():.6f}" == said.ts
    assert "rolled back to v41" not in [entry.text for entry in sev.timeline]
    assert "timeline.add_pinned" in [record.action for record in sev.audit]


def test_they_can_be_passed_over(stage: Stage, war_room: Channel, ada: Person) -> None:
    ada.types("/sev adopt SEV2 checkout is down")
    sev = adopted(stage)
    ada.clicks("No")
    ada.sees("The pinned messages are dealt with.", in_=war_room)
    assert {entry.kind for entry in sev.timeline} == {"declared"}


@pytest.mark.usefixtures("war_room")
def test_without_severity_or_title_a_form_asks(stage: Stage, ada: Person) -> None:
    ada.types("/sev adopt checkout is down")
    ada.sees("#payments-war-room becomes the SEV's channel")
    ada.fills(Severity="SEV3", Summary="Cards are declined")
    ada.submits()
    ada.sees("SEV-1 declared; #payments-war-room is its channel now.")
    ada.closes_modal()
    sev = adopted(stage)
    assert (sev.kept.title, sev.kept.severity, sev.kept.summary) == ("checkout is down", "SEV3", "Cards are declined")


def test_a_private_channel_makes_a_private_sev_once_the_bot_is_invited(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    room = ada.creates("hush", private=True)
    ada.invites(grace, to=room)
    ada.goes_to(room)
    refused = ada.types("/sev adopt SEV1 keys have leaked").text
    assert refused.startswith("Sevbot is not in this private channel, so it can't work here. Type /invite @sevbot")
    assert stage.number_of_sevs() == 0
    ada.invites("sevbot", to=room)
    assert ada.types("/sev adopt SEV1 keys have leaked").text == "SEV-1 declared; #hush is its channel now."
    stage.begins()
    assert stage.sev(1).kept.is_private
    assert "keys have leaked" in grace.goes_to("#general").types("/sev show SEV-1").text
    assert linus.types("/sev show SEV-1").text == (
        "There is no SEV-1 that you can see. /sev list shows what there is. "
        "If it is private, /sev access SEV-1 WHY asks its people to let you in."
    )
    assert stage.said_in("#incidents", containing="SEV-1") == []


def test_what_cannot_be_adopted_is_explained(stage: Stage, ada: Person, edsger: Person) -> None:
    sev = stage.declared(ada, "SEV3 checkout is down")
    assert ada.goes_to(sev.channel).types("/sev adopt SEV1 another").text == "This is the channel of SEV-1 already."
    assert ada.goes_to("#incidents").types("/sev adopt SEV1 another").text == (
        "SEVs are announced in this channel, so it can't be one's own. /sev declare makes a new channel."
    )
    assert ada.goes_to("@sevbot").types("/sev adopt SEV1 another").text == (
        "A direct message can't become a SEV's channel. /sev declare makes one."
    )
    assert edsger.goes_to("#payments").types("/sev adopt SEV1 another").text == (
        "Guests can't declare a SEV here. Ask somebody of this workspace to do it."
    )
    stage.slack.faults.add("conversations.info", "500", times=1)
    assert ada.goes_to("#payments").types("/sev adopt SEV1 another").text == (
        "Slack did not say in time what this channel is. Please try again."
    )
    assert stage.number_of_sevs() == 1
    assert stage.declared(ada, "SEV3 the next number").number == 2, "what was refused took no number"
