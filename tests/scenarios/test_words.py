"""What people type is shown as they typed it: nothing comes alive, and nothing turns into code."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.incidents.jobs import forget_answers
from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """An open SEV, in whose channel ada is."""
    declared = stage.declared(ada, "SEV3 checkout is down")
    ada.goes_to(declared.channel)
    return declared


TYPED = (
    "checkout & cards are <down>",
    "write &lt;b&gt; and &amp;amp; as it is",
    "@grace changed the prices, see #general",
    "@channel and @here read this as words",
    "*bold*, _it_ and `code` are theirs",
    "「決済」が止まっています 🔥",
)


def test_a_title_is_kept_and_shown_as_it_was_typed(sev: Sev, ada: Person) -> None:
    for title in TYPED:
        ada.types(f"/sev title {title}")
        assert sev.kept.title == title
        ada.clicks("Edit…")
        ada.sees(f"Edit SEV-1\nTitle\n{title}")
        assert ada.submits().errors == {}
        assert sev.kept.title == title, "saving what was not touched changes nothing"
    assert [entry.kind for entry in sev.timeline].count("title") == len(TYPED)


def test_nothing_in_a_title_calls_anybody(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev title @channel @grace <!here> see #general")
    stage.settles()
    shown = [str(message.text) + str(message.blocks) for message in stage.everything_said()]
    assert [words for words in shown if "<!" in words.replace("<!date^", "") or "<@U02GRACE" in words] == []
    assert "<" not in sev.topic


def test_words_for_the_form_arrive_in_it_as_they_were_typed(ada: Person) -> None:
    ada.types("/sev declare cards & <cash>, says @grace")
    ada.sees("cards & <cash>, says @grace\nSeverity")


def test_a_message_becomes_an_entry_as_it_was_typed(stage: Stage, ada: Person, grace: Person) -> None:
    message = grace.says("write &lt;b&gt; & ask @ada at https://wiki.example.com/a?b=1&c=2")
    ada.uses_message_shortcut("Declare a SEV from this message", on=message)
    ada.fills(Title="markup is broken", Severity="SEV4")
    ada.sees("Announced in: no channel")
    ada.submits()
    stage.expects("Declared by", "Type /sev here")
    kept = stage.sev(1).timeline[0].text
    assert kept.startswith("write &lt;b&gt; & ask @")
    assert kept.endswith(" at https://wiki.example.com/a?b=1&c=2")


def test_the_address_to_answer_at_is_forgotten_before_it_expires(stage: Stage, ada: Person) -> None:
    def kept_addresses(session: Session) -> list[str]:
        rows = [str(row) for row in session.execute(text("SELECT * FROM outbox_messages"))]
        return [row for row in rows if "/response/" in row]

    stage.declared(ada, "SEV4 checkout is down")
    later = stage.bot.clock.machine() + timedelta(minutes=25)
    assert len(stage.bot.database.run(kept_addresses)) == 1
    stage.bot.database.run(lambda session: forget_answers(session, machine_now=later))
    assert stage.bot.database.run(kept_addresses) == []
