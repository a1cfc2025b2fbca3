"""A reaction makes a message an action item; taking it away takes the item back, as long as nobody has touched it."""

import pytest
from sqlalchemy import delete

from bot.directory.people import Person as KnownPerson
from bot.playground import Person
from bot.remediation.model import ActionItem
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
TOOL = "hammer_and_wrench"


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV with ada and grace in its channel, whom the bot knows both."""
    sev = stage.declared(ada, "SEV3 checkout is down")
    grace.joins(sev.channel)
    grace.types("/sev list")
    stage.hears()
    stage.begins()
    ada.goes_to(sev.channel)
    grace.goes_to(sev.channel)
    return sev


def states(stage: Stage) -> list[str]:
    """The items' states, by number, once all was heard."""
    stage.hears()
    with stage.bot.database.read() as session:
        return [item.state for item in session.query(ActionItem).order_by(ActionItem.number)]


def test_a_reaction_makes_an_item_and_taking_it_away_takes_it_back(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    message = grace.says("We need a <circuit> breaker & soon.")
    ada.reacts(f"{TOOL}::skin-tone-2", to=message)
    grace.reacts(TOOL, to=message)
    ada.sees("SEV-1/1 We need a <circuit> breaker & soon.", in_=sev.channel)
    ada.sees("Nobody owns it yet", in_=sev.channel)
    assert states(stage) == ["open"]
    ada.unreacts(f"{TOOL}::skin-tone-2", to=message)
    assert states(stage) == ["open"], "grace still wants it"
    grace.unreacts(TOOL, to=message)
    assert states(stage) == ["withdrawn"]
    ada.sees("SEV-1/1 was taken back.", in_=sev.channel)
    assert "action item" not in sev.card
    ada.reacts(TOOL, to=message)
    assert states(stage) == ["open"]
    assert len(message.replies) == 1
    kinds = [entry.kind for entry in sev.timeline if entry.kind.startswith("item_")]
    assert kinds == ["item_added", "item_closed", "item_reopened"]


def test_what_somebody_has_touched_stays_and_edits_are_not_followed(stage: Stage, sev: Sev, ada: Person) -> None:
    message = ada.says("We need a breaker.")
    ada.reacts(TOOL, to=message)
    assert states(stage) == ["open"]
    ada.sees("Undo", in_=sev.channel)
    ada.types("/sev action give 1 @ada")
    stage.hears()
    ada.does_not_see("Undo")
    ada.edits(message, "Never mind.")
    ada.unreacts(TOOL, to=message)
    assert states(stage) == ["open"]
    assert "We need a breaker." in ada.types("/sev items").text
    ada.deletes(message)
    assert states(stage) == ["open"]


def test_undo_takes_it_back_whoever_still_reacts(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    message = ada.says("We need a breaker.")
    ada.reacts(TOOL, to=message)
    grace.reacts(TOOL, to=message)
    stage.hears()
    ada.clicks("Undo", in_=sev.channel)
    assert states(stage) == ["withdrawn"]
    grace.unreacts(TOOL, to=message)
    assert states(stage) == ["withdrawn"], "ada's old reaction is no new wish"
    ada.sees("SEV-1/1 was taken back.", in_=sev.channel)


def test_a_deleted_message_takes_what_nobody_touched_with_it(stage: Stage, sev: Sev, ada: Person) -> None:
    message = ada.says("We need a breaker.")
    ada.reacts(TOOL, to=message)
    assert states(stage) == ["open"]
    ada.deletes(message)
    assert states(stage) == ["withdrawn"]
    stage.expects("SEV-1/1 was taken back.")
    assert "action item" not in sev.card


def test_a_thread_reply_and_a_stranger_are_understood_and_a_guest_is_not(
    stage: Stage, sev: Sev, ada: Person, grace: Person, edsger: Person
) -> None:
    ada.types("/sev invite @edsger")
    stage.hears()
    stage.begins()
    parent = ada.says("What now?")
    reply = grace.says("A breaker.", thread=parent)
    edsger.reacts(TOOL, to=reply)
    assert states(stage) == []
    stage.bot.database.run(lambda session: session.execute(delete(KnownPerson).where(KnownPerson.user_id == grace.id)))
    grace.reacts(TOOL, to=reply)
    assert states(stage) == ["open"]
    ada.sees("SEV-1/1 A breaker.", in_=sev.channel)


def test_what_was_missed_is_made_up_for(stage: Stage, sev: Sev, ada: Person) -> None:
    kept = ada.says("We need a breaker.")
    ada.reacts(TOOL, to=kept)
    assert states(stage) == ["open"]
    told, stage.slack.workspace.on_event = stage.slack.workspace.on_event, lambda _event: None
    ada.unreacts(TOOL, to=kept)
    ada.reacts(TOOL, to=ada.says("And a runbook."))
    stage.slack.workspace.on_event = told
    stage.bot.reconcile()
    assert states(stage) == ["withdrawn", "open"]
    stage.expects("SEV-1/1 was taken back.")
    ada.sees("SEV-1/2 And a runbook.", in_=sev.channel)
