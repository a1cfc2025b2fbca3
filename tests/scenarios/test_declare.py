"""Declaring a SEV, told as people see it."""

import pytest

from bot.playground import Person, Playground

pytestmark = pytest.mark.usefixtures("sevbot")


def test_declaring_at_once_gives_a_channel_with_people_card_and_announcement(slack: Playground, ada: Person) -> None:
    reply = ada.types("/sev declare SEV1 checkout is down")
    assert reply.text == "SEV-1 declared; its channel is being set up."
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down. You are invited.")
    slack.wait_quiet()
    channel = slack.channel("#sev-1-checkout-is-down")
    assert {slack.workspace.users[member].name for member in channel.members} == {"sevbot", "ada", "grace", "margaret"}
    ada.goes_to("#incidents").sees("SEV-1 SEV1: checkout is down")
    ada.sees("Join #sev-1-checkout-is-down to help")
