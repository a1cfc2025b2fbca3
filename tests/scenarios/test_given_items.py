"""Whoever is given something to do hears of it at once, and reads only what is true."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.playground import Person
from bot.playground.traffic import Call
from bot.remediation.surfaces import TELL_GIVEN
from tests.scenarios.calendar_stories import told
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
KEYS = "rotate the keys"


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person, linus: Person) -> Sev:
    """A SEV of ada's, in whose channel she is; grace and linus are known to the bot."""
    for each in (grace, linus):
        each.goes_to("#general").types("/sev list")
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(sev.channel)
    return sev


def tells(stage: Stage, name: str) -> list[str]:
    """What somebody was told by direct message, once Slack shows it."""
    stage.settles()
    return told(stage, name)


def test_who_is_given_something_hears_of_it_and_acts_there(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.types("/sev action add cap the retries @grace P1 due 2027-01-15")
    stage.expects("@Ada Lovelace gave you SEV-1/1: cap the retries, due Fri 15 Jan 2027.")
    (message,) = tells(stage, "grace")
    assert "SEV-1 checkout is down  |  P1  |  prevent" in message
    assert "Tell somebody what they were given (@Grace Hopper): arrived" in ada.types("/sev why SEV-1/1").text
    grace.goes_to("@sevbot").clicks("Done")
    assert [each.replace("\n", " ") for each in tells(stage, "grace")] == [
        ":white_check_mark: SEV-1/1 cap the retries is done."
    ]
    ada.types("/sev action reopen 1 it came back")
    stage.expects("@Ada Lovelace opened SEV-1/1 again, which is yours: cap the retries, due Fri 15 Jan 2027.")
    assert len(tells(stage, "grace")) == 2
    assert "1 action item" in sev.card


@pytest.mark.usefixtures("sev")
def test_nobody_is_told_what_they_took_themselves(stage: Stage, ada: Person) -> None:
    ada.types("/sev action add cap the retries @ada")
    ada.types("/sev action add write a runbook")
    ada.types("/sev action give 2 @ada")
    assert tells(stage, "ada") == []


@pytest.mark.usefixtures("sev")
def test_what_was_passed_on_says_so_to_who_had_it_before(stage: Stage, ada: Person) -> None:
    ada.types("/sev action add cap the retries @grace")
    stage.expects("gave you SEV-1/1: cap the retries")
    ada.types("/sev action give 1 @linus")
    stage.expects("@Ada Lovelace gave you SEV-1/1: cap the retries, due")
    assert tells(stage, "grace") == [":white_check_mark: SEV-1/1 cap the retries is now owned by @Linus Torvalds."]
    assert len(tells(stage, "linus")) == 1


@pytest.mark.usefixtures("sev")
def test_by_the_form_as_by_the_button_it_is_told(stage: Stage, ada: Person, grace: Person) -> None:
    ada.types("/sev action add cap the retries @ada")
    ada.types("/sev mine")
    ada.clicks("Reassign…")
    ada.fills(Owner=grace.id)
    ada.submits()
    stage.expects("@Ada Lovelace gave you SEV-1/1: cap the retries")
    assert len(tells(stage, "grace")) == 1


@contextmanager
def held_back(stage: Stage, *people: Person) -> Iterator[None]:
    """Slack does not let people be told what they were given, until what is done meanwhile is known to the next try."""
    tries: list[str] = []
    ids = [each.id for each in people]

    def is_theirs(call: Call) -> bool:
        is_theirs = call.delivery_kind == TELL_GIVEN and call.args.get("users") in ids
        tries.extend([call.method] * is_theirs)
        return is_theirs

    rule = stage.slack.faults.add("conversations.open", "429", times=None, where=is_theirs)
    yield
    before = len(tries)
    stage.slack.wait_until(lambda: len(tries) > before or stage.is_settled(), why="it was tried again, or was over")
    rule.times = 0


@pytest.mark.usefixtures("sev")
@pytest.mark.parametrize("then", ["give 1 @linus", "give 1 @ada", "done 1", "wontdo 1 we retire it"])
def test_nobody_hears_of_what_was_over_before_it_could_be_said(
    stage: Stage, ada: Person, grace: Person, then: str
) -> None:
    with held_back(stage, grace):
        ada.types("/sev action add cap the retries @grace")
        ada.types(f"/sev action {then}")
    assert tells(stage, "grace") == []
    assert len(tells(stage, "linus")) == ("linus" in then)
    if "linus" in then:
        stage.expects("gave you SEV-1/1")


@pytest.mark.usefixtures("sev")
def test_given_back_and_forth_in_a_hurry_it_is_said_once(
    stage: Stage, ada: Person, grace: Person, linus: Person
) -> None:
    with held_back(stage, grace, linus):
        ada.types("/sev action add cap the retries @grace")
        ada.types("/sev action give 1 @linus")
        ada.types("/sev action give 1 @grace")
        ada.types("/sev action title 1 cap the retries at three")
    stage.expects("gave you SEV-1/1: cap the retries at three")
    assert (len(tells(stage, "grace")), len(tells(stage, "linus"))) == (1, 0)


@pytest.mark.usefixtures("sev")
def test_a_team_is_told_in_its_channel(stage: Stage, ada: Person, grace: Person) -> None:
    ada.types("/sev action add cap the retries @payments due 2027-01-15")
    stage.expects("@Ada Lovelace gave Payments SEV-1/1: cap the retries, due Fri 15 Jan 2027.")
    assert tells(stage, "grace") == []
    grace.goes_to("#payments").clicks("Done")
    stage.settles()
    (message,) = stage.said_in("#payments", containing="SEV-1/1")
    assert stage.words(message) == ":white_check_mark: SEV-1/1 cap the retries is done."


def test_all_that_is_handed_over_at_once_is_one_message(stage: Stage, ada: Person, linus: Person) -> None:
    sev = stage.declared(ada, "SEV2 search is slow")
    ada.goes_to(sev.channel)
    linus.goes_to("#general").types("/sev list")
    for number in range(12):
        ada.types(f"/sev action add step {number} @ada due 2027-01-15")
    ada.types("/sev items handover @ada @linus")
    ada.clicks("Hand over")
    stage.expects("@Ada Lovelace gave you 12 action items:")
    (message,) = tells(stage, "linus")
    assert message.count("due Fri 15 Jan 2027") == 10
    assert "And 2 more: /sev mine shows all of yours." in message
    ada.types("/sev action give 1 @ada")
    (message,) = tells(stage, "linus")
    assert "gave you 11 action items" in message
    assert "step 0," not in message


def test_nothing_of_a_private_sev_is_said_to_others(stage: Stage, ada: Person, grace: Person) -> None:
    grace.goes_to("#general").types("/sev list")
    hidden = stage.declared(ada, "SEV2 salaries leaked --private")
    ada.goes_to(hidden.channel)
    ada.types(f"/sev action add {KEYS} @payments")
    stage.settles()
    assert stage.said_in("#payments", containing=KEYS) == []
    ada.types("/sev invite @grace")
    stage.hears()
    stage.begins()
    ada.types("/sev action give 1 @grace")
    stage.expects(f"gave you :lock: SEV-1/1: {KEYS}")
    grace.leaves(hidden.channel)
    stage.hears()
    ada.types("/sev action title 1 rotate all keys")
    stage.hears()
    assert tells(stage, "grace") == ["This is not yours to see any more."]
