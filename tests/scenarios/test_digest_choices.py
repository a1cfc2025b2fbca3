"""People choose what their channel is sent: see it, add, change and stop it, and look at it in between."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import Bot
from bot.audit import AuditRecord
from bot.digest.model import DigestSubscription
from bot.playground import Person, Playground
from tests.scenarios.digesting import DAILY, comes, digesting_bot
from tests.scenarios.stories import Stage

EVERY_DAY = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
NONE_YET = "This channel is sent no digest."


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    with digesting_bot(slack, database_url, DAILY) as bot:
        yield bot


def subscribes(person: Person, **values: Any) -> dict[str, str]:
    """A person adds a digest to #payments. Returns what the form found wrong, by field."""
    person.goes_to("#payments").types("/sev digest")
    person.clicks("Add a digest…")
    person.fills(Picture="None", **values)
    errors: dict[str, str] = person.submits().errors
    if not errors:
        person.closes_modal()
    return errors


def kept(stage: Stage) -> list[DigestSubscription]:
    """The digests that people chose, in order."""
    with stage.bot.database.read() as session:
        chosen = select(DigestSubscription).where(DigestSubscription.key.startswith("slack:"))
        found = list(session.scalars(chosen.order_by(DigestSubscription.id)))
        session.expunge_all()
        return found


def test_a_channel_is_sent_the_digest_somebody_there_chose(stage: Stage, ada: Person) -> None:
    assert ada.goes_to("#payments").types("/sev digest").text.startswith(NONE_YET)
    assert subscribes(ada, **{"On which days": EVERY_DAY, "At": "07:15", "Only these teams": ["Payments"]}) == {}
    stage.settles()
    shown = ada.types("/sev digest").text
    assert "Daily, every day at 07:15 (Europe/London), about Payments." in shown
    (subscription,) = kept(stage)
    assert subscription.tell == ada.id
    while not stage.said_in("#payments", containing="Daily digest"):
        comes(stage)
    stage.expects("About Payments.")
    stage.slack.expect_all()
    assert "Last: " in ada.types("/sev digest").text
    with stage.bot.database.read() as session:
        assert [each.action for each in session.scalars(select(AuditRecord))] == ["digest.subscribed"]


def test_it_can_be_changed_and_stopped(stage: Stage, ada: Person, grace: Person) -> None:
    subscribes(ada, **{"On which days": EVERY_DAY})
    grace.goes_to("#payments").types("/sev digest")
    grace.clicks("Change…")
    grace.fills(**{"How often": "Weekly", "On which days": ["Friday"], "At": "16:00", "Quiet days": [
        "Send nothing when there is nothing to tell"]})  # fmt: skip
    assert grace.submits().errors == {}
    grace.sees("Saved. The next one comes ")
    grace.closes_modal()
    shown = grace.types("/sev digest").text
    assert (
        "Weekly, Fri at 16:00 (Europe/London), about everything. Nothing is sent when there is nothing to tell."
        in shown
    )
    assert kept(stage)[0].tell == grace.id
    grace.clicks("Stop")
    grace.sees("This channel is sent no more of this digest.")
    assert grace.types("/sev digest").text.startswith(NONE_YET)
    assert kept(stage)[0].next_due_at is None


@pytest.mark.usefixtures("stage")
def test_what_the_form_does_not_take_is_said_at_the_field(ada: Person) -> None:
    weekly = subscribes(ada, **{"How often": "Weekly", "On which days": ["Monday", "Friday"]})
    assert weekly == {"On which days": "A weekly digest has one day. Choose one, or make it a daily one."}
    ada.fills(**{"On which days": ["Monday"], "By the clock of": "Atlantis/Main Street"})
    errors = ada.submits().errors
    assert errors == {"By the clock of": "There is no such time zone. Write Europe/London or the like."}


def test_a_look_in_between_is_for_who_looks_alone(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down")
    subscribes(ada)
    ada.types("/sev digest")
    ada.clicks("Show it now")
    ada.sees("Open SEVs: 1")
    assert stage.said_in("#payments", containing="digest") == []


def test_what_stands_in_the_configuration_is_shown_and_changed_there(stage: Stage, ada: Person) -> None:
    stage.bot.house.digests.send_due()
    shown = ada.goes_to("#incidents").types("/sev digest").text
    assert "Daily, every day at 08:30 (UTC), about everything." in shown
    assert "[Show it now]" in shown
    assert "[Stop]" not in shown
    assert "[Change…]" not in shown


def test_a_guest_chooses_nothing(edsger: Person, stage: Stage) -> None:
    edsger.goes_to("#payments").types("/sev digest")
    edsger.clicks("Add a digest…")
    edsger.submits()
    edsger.sees("Guests can't change the digests of a channel here.")
    assert kept(stage) == []


@pytest.mark.usefixtures("stage")
def test_a_conversation_is_no_channel(ada: Person) -> None:
    said = ada.goes_to("@sevbot").types("/sev digest").text
    assert said == "Digests are sent to channels. Type /sev digest in the channel that shall have one."


def test_five_digests_are_enough(stage: Stage, ada: Person) -> None:
    for _ in range(5):
        subscribes(ada)
    ada.types("/sev digest")
    ada.clicks("Add a digest…")
    ada.submits()
    ada.sees("This channel is sent 5 digests already. Change or stop one of them.")
    assert len(kept(stage)) == 5
