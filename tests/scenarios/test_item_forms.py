"""Action items by forms: from the card, from a message, from Home; and what each form refuses, at which field."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.nudges.model import NudgePause
from bot.playground import Person
from bot.remediation.model import ActionItem
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
DUE = "2027-01-15"


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV of ada's, in whose channel she and grace are."""
    sev = stage.declared(ada, "SEV2 checkout is down")
    grace.joins(sev.channel)
    grace.types("/sev list")
    stage.hears()
    stage.begins()
    ada.goes_to(sev.channel)
    return sev


def items(stage: Stage) -> list[ActionItem]:
    """What the database keeps, by number."""
    with stage.bot.database.read() as session:
        found = session.query(ActionItem).order_by(ActionItem.id).all()
        session.expunge_all()
        return found


def test_the_card_offers_to_add_an_item(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.clicks("Action item…", in_=sev.channel)
    ada.fills(**{"What is to be done": "add a circuit breaker", "Owner": "grace", "Due": DUE, "Kind": "Detect"})
    ada.submits()
    ada.sees("SEV-1/1 is added for @Grace Hopper, due Fri 15 Jan 2027")
    stage.expects("@Ada Lovelace gave you SEV-1/1: add a circuit breaker")
    assert "1 action item" in sev.card
    (item,) = items(stage)
    assert (item.owner_user, item.kind, item.is_due_by_policy) == (grace.id, "detect", False)


def test_a_person_and_a_team_can_not_both_own_it(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev action")
    ada.fills(**{"What is to be done": "add a circuit breaker", "Owner": "grace", "Or a team": "Payments"})
    assert ada.submits().errors == {"Or a team": "Choose a person or a team, not both."}
    ada.fills(Owner=None, Due="2020-01-01")
    assert ada.submits().errors == {"Due": "2020-01-01 is over. Give a day that is still to come."}
    ada.fills(Due=None)
    ada.submits()
    ada.sees("SEV-1/1 is added for Payments, due")
    assert [item.owner_team for item in items(stage)] == ["payments"]
    stage.expects("@Ada Lovelace gave Payments SEV-1/1")
    assert "1 action item" in sev.card


def test_a_message_becomes_an_item_and_its_thread_tells_what_becomes_of_it(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    message = grace.says("We need a circuit breaker.", in_=sev.channel)
    ada.uses_message_shortcut("Create action item", on=message)
    ada.fills(SEV="SEV-1 SEV2: checkout is down", Owner="ada")
    ada.submits()
    ada.sees("SEV-1/1 We need a circuit breaker.", in_=sev.channel)
    (reply,) = message.replies
    assert "Undo" not in stage.words(sev.channel.messages[reply])
    ada.uses_message_shortcut("Create action item", on=message)
    ada.fills(SEV="SEV-1 SEV2: checkout is down")
    ada.submits()
    ada.sees("This message is SEV-1/1 already.")
    ada.closes_modal()
    grace.clicks("Done", in_=sev.channel)
    grace.sees("done", in_=sev.channel)
    stage.settles()
    assert "1 action item done" in sev.card
    assert len(message.replies) == 1
    (item,) = items(stage)
    assert (item.quote, item.source_ts) == ("We need a circuit breaker.", message.ts)


def test_a_message_from_elsewhere_is_copied_only_after_saying_who_can_read_it_then(stage: Stage, ada: Person) -> None:
    hidden = stage.declared(ada, "SEV2 salaries leaked --private")
    message = ada.says("The keys are in the wiki.", in_="#general")
    ada.uses_message_shortcut("Create action item", on=message)
    ada.sees("This copies the message out of the conversation it is in.")
    ada.sees(f"With {hidden.name}, which is private: its 1 member.")
    ada.fills(SEV=f"{hidden.name} SEV2: salaries leaked")
    ada.submits()
    ada.sees("SEV-1/1 is added, due")
    stage.settles()
    assert "1 action item" in hidden.card


def test_what_is_owed_is_at_home_and_is_answered_there(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.types("/sev action add add a circuit breaker @grace")
    ada.types("/sev action prove 1 kill the provider in staging")
    ada.types("/sev action add write a runbook @payments")
    stage.expects("gave you SEV-1/1", "gave Payments SEV-1/2")
    grace.opens_home()
    grace.sees("My action items")
    grace.sees("SEV-1/1 add a circuit breaker")
    grace.sees("Payments owes 1 action item: /sev items payments")
    grace.clicks("Due date…")
    grace.fills(Due=DUE)
    grace.submits()
    grace.sees("due Fri 15 Jan 2027")
    grace.clicks("Done…")
    assert grace.submits().errors, "evidence is asked for"
    grace.fills(**{"What shows that it works?": "https://ci.example.com/17"})
    grace.submits()
    stage.settles()
    assert grace.home is not None
    assert "add a circuit breaker" not in grace.home.text()
    assert [item.state for item in items(stage)] == ["done", "open"]
    assert sev.kept.number == 1


def test_it_is_given_to_another_and_closed_for_a_reason(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.types("/sev action add add a circuit breaker @ada")
    ada.types("/sev mine")
    ada.clicks("Reassign…")
    ada.fills(Owner="grace")
    ada.submits()
    stage.expects("@Ada Lovelace gave you SEV-1/1: add a circuit breaker")
    assert [item.owner_user for item in items(stage)] == [grace.id]
    ada.clicks("Won't do…")
    ada.fills(**{"Why won't it be done?": "The service is retired"})
    ada.submits()
    stage.settles()
    assert [(item.state, item.reason) for item in items(stage)] == [("wont_do", "The service is retired")]
    ada.clicks("Done")
    ada.sees("SEV-1/1 won't be done, says @Ada Lovelace.")
    ada.clicks("Won't do…")
    ada.sees("/sev action reopen SEV-1/1 REASON opens it again.")
    assert "decided that SEV-1/1" in ada.types("/sev timeline SEV-1").text
    assert sev.kept.number == 1


def test_everything_of_an_item_can_be_edited(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev action add add a circuit breaker @payments")
    stage.expects("gave Payments SEV-1/1: add a circuit breaker")
    (before,) = items(stage)
    ada.types("/sev action edit 1")
    ada.submits()
    assert [entry.kind for entry in sev.timeline if entry.kind == "item_changed"] == []
    ada.types("/sev action edit 1")
    ada.fills(**{"What is to be done": "add a breaker", "Priority": "P1", "Where it is tracked": "nonsense"})
    assert "Where it is tracked" in ada.submits().errors
    ada.fills(**{"Where it is tracked": "https://tracker.example.com/7"})
    ada.submits()
    stage.settles()
    (item,) = items(stage)
    assert (item.title, item.priority, item.owner_team) == ("add a breaker", "P1", "payments")
    assert item.tracker_url == "https://tracker.example.com/7"
    assert item.due_on
    assert before.due_on
    assert item.due_on < before.due_on, "the policy speaks anew"


def test_reminders_are_put_off_until_a_day_and_for_a_reason(stage: Stage, sev: Sev, ada: Person) -> None:
    ada.types("/sev action add add a circuit breaker @ada")
    ada.types("/sev mine")
    ada.clicks("Snooze…")
    ada.fills(**{"Remind again on": "2020-01-01", "Why not now?": "We wait for the vendor"})
    assert ada.submits().errors == {"Remind again on": "2020-01-01 is over. Give a day that is still to come."}
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    ada.fills(**{"Remind again on": tomorrow})
    ada.submits()
    stage.settles()
    told = ada.types("/sev timeline SEV-1").text
    assert f"nobody is reminded of it before {tomorrow}: We wait for the vendor" in told
    with stage.bot.database.read() as session:
        (pause,) = session.query(NudgePause).all()
        assert (pause.subject, pause.reason) == ("item:1", "We wait for the vendor")
    assert sev.kept.number == 1
