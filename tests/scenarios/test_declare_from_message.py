"""Declaring a SEV from a message: it becomes the SEV's first timeline entry."""

from datetime import UTC, datetime

import pytest

from bot.playground import Person
from bot.playground.model import Message
from tests.scenarios.stories import Sev, Stage

SHORTCUT = "Declare a SEV from this message"
LONG = ("決済が止まっています。" * 80, "🔥" * 900, 'a "quoted" \\ line\n' * 200)

pytestmark = pytest.mark.usefixtures("stage")


def declared_from(stage: Stage, person: Person, message: Message, *, title: str | None = None) -> Sev:
    """`person` declares a SEV from `message`, with the title the form proposes or one of their own."""
    number = stage.number_of_sevs() + 1
    person.uses_message_shortcut(SHORTCUT, on=message)
    person.fills(Severity="SEV4")
    person.sees("Announced in: no channel")
    if title is not None:
        person.fills(Title=title)
    assert person.submits().errors == {}
    person.sees(f"SEV-{number} has its channel")
    stage.expects("Declared by", "Type /sev here")
    return stage.sev(number)


def test_the_message_gives_the_title_and_becomes_the_first_timeline_entry(
    stage: Stage, ada: Person, grace: Person
) -> None:
    message = grace.says("Nobody can pay & I don't know <why>\nSince 09:40.", in_="#payments")
    sev = declared_from(stage, ada, message)
    first = sev.timeline[0]
    assert first.kind == "message"
    assert first.text == "Nobody can pay & I don't know <why>\nSince 09:40."
    assert first.actor == grace.id
    assert (first.source_channel, first.source_ts) == (message.channel_id, message.ts)
    assert first.at == datetime.fromtimestamp(float(message.ts), UTC)
    assert sev.kept.detected_at == first.at
    assert sev.kept.title == "Nobody can pay & I don't know <why>"
    assert "Declared from a message by @Grace Hopper: Nobody can pay & I don't know <why> Since 09:40." in sev.card
    assert f"archives/{message.channel_id}/p{message.ts.replace('.', '')}" in str(sev.channel.messages)


def test_the_form_says_who_will_be_able_to_read_the_message(stage: Stage, ada: Person) -> None:
    ada.creates("the-board", private=True)
    message = ada.says("The merger leaks.", in_="#the-board")
    ada.uses_message_shortcut(SHORTCUT, on=message)
    ada.sees("The message by @Ada Lovelace becomes the first timeline entry: whoever can see the SEV can read it then.")
    ada.closes_modal()
    assert stage.number_of_sevs() == 0


def test_any_long_message_can_become_a_sev(stage: Stage, ada: Person) -> None:
    for number, text in enumerate(LONG):
        sev = declared_from(stage, ada, ada.says(text), title=f"payments stand still, part {number}")
        assert sev.timeline[0].text[:200] == text[:200]


def test_a_message_of_a_bot_or_without_words_can_become_a_sev(stage: Stage, ada: Person) -> None:
    first = stage.declared(ada, "SEV3 checkout is down")
    card = stage.said_in(first.place, containing="Declared by")[0]
    second = declared_from(stage, ada, card, title="it is worse than that")
    assert second.timeline[0].source_ts == card.ts
    assert second.timeline[0].kind == "message"
