"""What people put on a timeline themselves: by `/sev log`, and by the shortcut on a message, which asks where it must."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.incidents.model import TimelineEntry
from bot.playground import Person
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
SHORTCUT = "Add to timeline"


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    return stage.declared(ada, "SEV3 checkout is down")


def last(sev: Sev) -> TimelineEntry:
    """What was put on the timeline last."""
    sev.stage.hears()
    return max(sev.facts, key=lambda entry: entry.id)


def test_what_is_logged_is_on_the_timeline_now(stage: Stage, sev: Sev, ada: Person) -> None:
    before = datetime.now(UTC)
    reply = ada.goes_to(sev.channel).types("/sev log Rolled back & <purged> the cache.")
    assert reply.text.startswith("On the timeline of SEV-1, at ")
    entry = last(sev)
    assert (entry.kind, entry.text, entry.actor) == ("note", "Rolled back & <purged> the cache.", ada.id)
    assert before - timedelta(seconds=1) <= entry.at <= datetime.now(UTC) + timedelta(seconds=1)
    assert stage.said_in(sev.place, containing="purged") == []


def test_a_time_is_that_of_the_persons_own_clock(stage: Stage, sev: Sev, grace: Person) -> None:
    stage.slack.change_person("grace", tz="Asia/Tokyo")
    stage.slack.wait_until(lambda: "SEV-1" in grace.types("/sev list").text, why="grace is known")
    stage.hears()
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    local = an_hour_ago + timedelta(hours=9)
    grace.types(f"/sev log SEV-1 {local:%H:%M} it began")
    entry = last(sev)
    assert entry.text == "it began"
    assert entry.at == an_hour_ago.replace(second=0, microsecond=0)


@pytest.mark.usefixtures("sev")
def test_what_is_typed_again_in_impatience_is_logged_once(stage: Stage, ada: Person, grace: Person) -> None:
    before, already = f"{datetime.now(UTC) - timedelta(hours=1):%H:%M}", "This is on the timeline of SEV-1 already."
    for text in ("Rolled back", f"{before} it began"):
        assert ada.types(f"/sev log SEV-1 {text}").text.startswith("On the timeline")
        assert ada.types(f"/sev log SEV-1 {text}").text == already
    assert grace.types("/sev log SEV-1 Rolled back").text.startswith("On the timeline")
    stage.slack.advance_clock(121)
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is
    assert ada.types("/sev log SEV-1 Rolled back").text.startswith("On the timeline")
    assert ada.types(f"/sev log SEV-1 {before} it began").text == already


def test_guests_log_nothing_and_nonsense_is_refused(sev: Sev, edsger: Person, ada: Person) -> None:
    edsger.goes_to("#payments")
    assert edsger.types("/sev log SEV-1 I was here").text.startswith("Guests can't change a SEV here.")
    assert ada.types("/sev log SEV-1 25:61 it began").text == (
        "25:61 is no time of day. Write it like 14:05, or leave it out for now."
    )
    assert ada.types("/sev log SEV-1").text.startswith("Say what happened: /sev log rolled back the release")
    assert last(sev).kind != "note"


def test_in_its_channel_the_shortcut_adds_at_once(stage: Stage, sev: Sev, ada: Person, linus: Person) -> None:
    linus.joins(sev.channel)
    linus.sees("Welcome to SEV-1.", in_=sev.channel)
    message = linus.says("The disk is full.", in_=sev.channel)
    ada.uses_message_shortcut(SHORTCUT, on=message)
    ada.sees("Added to the timeline of SEV-1.")
    assert ada.modal is None
    entry = last(sev)
    assert (entry.text, entry.actor, entry.source_ts) == ("The disk is full.", linus.id, message.ts)
    stage.expects("On the timeline of SEV-1.")
    ada.uses_message_shortcut(SHORTCUT, on=message)
    ada.sees("This message is on the timeline of SEV-1 already.")
    assert last(sev).id == entry.id


def test_a_message_added_by_the_shortcut_stays_when_reactions_go(
    stage: Stage, sev: Sev, ada: Person, linus: Person
) -> None:
    linus.joins(sev.channel)
    linus.sees("Welcome to SEV-1.", in_=sev.channel)
    message = linus.says("The disk is full.", in_=sev.channel)
    ada.goes_to(sev.channel).uses_message_shortcut(SHORTCUT, on=message)
    ada.sees("Added to the timeline of SEV-1.")
    ada.reacts("pushpin", to=message)
    ada.unreacts("pushpin", to=message)
    stage.hears()
    assert last(sev).withdrawn_at is None
    stage.expects("On the timeline of SEV-1.")
    ada.clicks("Undo")
    ada.sees("Taken off the timeline.")
    ada.uses_message_shortcut(SHORTCUT, on=message)
    stage.slack.wait_until(lambda: last(sev).withdrawn_at is None, why="it is back")
    ada.sees("Added to the timeline of SEV-1.")
    stage.expects("On the timeline of SEV-1.")


def test_elsewhere_the_shortcut_asks_for_the_sev_and_names_who_will_read_it(
    stage: Stage, sev: Sev, ada: Person
) -> None:
    secret = stage.declared(ada, "SEV3 salaries are public --private")
    board = ada.creates("the-board", private=True)
    message = ada.says(f"We sell & {'x' * 700} <soon>.", in_=board)
    ada.goes_to(board).uses_message_shortcut(SHORTCUT, on=message)
    ada.sees("This copies the message by @Ada Lovelace out of the conversation it is in")
    assert ada.modal is not None
    shown = ada.modal.text()
    assert "On the timeline of SEV-2, which is private: its 1 member." in shown
    assert "On the timeline of any other SEV: everybody who can see SEVs." in shown
    ada.fills(SEV="SEV-2 SEV3: salaries are public")
    assert ada.submits().errors == {}
    ada.sees("Added to the timeline of SEV-2.")
    entry = last(secret)
    assert entry.text == f"We sell & {'x' * 700} <soon>."
    assert entry.source_channel == board.id
    assert last(sev).kind != "message"


def test_only_sevs_they_may_see_are_offered(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    stage.declared(ada, "SEV3 salaries are public --private")
    message = grace.says("Nobody can pay.", in_="#payments")
    grace.goes_to("#payments").uses_message_shortcut(SHORTCUT, on=message)
    grace.sees("On the timeline of a SEV: everybody who can see SEVs.")
    assert grace.modal is not None
    assert "SEV-2" not in grace.modal.text()
    grace.closes_modal()
    ada.types("/sev cancel SEV-1 false alarm")
    stage.hears()
    stage.slack.expect_all()
    grace.uses_message_shortcut(SHORTCUT, on=message)
    grace.sees("No SEV is open that you can see.")
    grace.closes_modal()
    assert sev.kept.status == "cancelled"
