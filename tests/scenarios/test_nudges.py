"""People are reminded: of what, when, by which step; it is answered by a click; and then they are left in peace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.config import COMMANDER
from bot.incidents.model import Incident, RoleHolder
from bot.nudges.model import Nudge
from bot.playground import Person, Playground
from tests.scenarios.reminding import HOUR, MINUTE, ONE_RULE, ledger, passes, reminding_bot
from tests.scenarios.stories import Sev, Stage

NOBODY = "Nobody is in command of SEV-1 (SEV2: checkout is down)"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    with reminding_bot(slack, database_url, **ONE_RULE) as bot:
        yield bot


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """An open SEV with nobody in command."""
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def takes_command(stage: Stage, sev: Sev, user_id: str) -> None:
    def take(session: Session) -> None:
        incident = session.scalars(select(Incident).where(Incident.number == sev.number)).one()
        session.add(RoleHolder(incident_id=incident.id, role=COMMANDER, user_id=user_id, since=stage.bot.clock.now()))

    stage.bot.database.run(take)


def test_nobody_in_command_is_told_to_the_channel_and_the_declarer_and_once_only(
    stage: Stage, sev: Sev, ada: Person
) -> None:
    passes(stage, 9 * MINUTE)
    assert ledger(stage) == []
    passes(stage, 2 * MINUTE)
    ada.sees(NOBODY, in_=sev.channel)
    ada.sees(NOBODY, in_="@sevbot")
    for _ in range(3):
        stage.bot.house.remind()
    stage.settles()
    assert ledger(stage) == ["no_commander to channel: first", "no_commander to U01ADA: first"]


@pytest.mark.usefixtures("sev")
def test_home_tells_what_one_was_reminded_of(stage: Stage, ada: Person, grace: Person) -> None:
    passes(stage, 11 * MINUTE)
    ada.opens_home()
    ada.sees("What you were reminded of")
    ada.sees("SEV-1 nobody in command: @Ada Lovelace reminded, since it was due; it arrived")
    grace.opens_home()
    grace.sees("Open SEVs")
    grace.does_not_see("What you were reminded of")
    stage.begins()


def test_replicas_that_look_at_once_decide_once(stage: Stage, sev: Sev, ada: Person) -> None:
    stage.declared(ada, "SEV2 search is slow")
    stage.slack.advance_clock(11 * MINUTE)
    stage.bot.slack.call("auth.test")
    with ThreadPoolExecutor(6) as replicas:
        for running in [replicas.submit(stage.bot.house.remind) for _ in range(6)]:
            running.result()
    stage.settles()
    assert len(ledger(stage)) == 4
    assert len(stage.said_in(sev.place, containing=NOBODY)) == 1
    direct = "".join(stage.words(each) for each in stage.said_in(stage.slack.direct("ada").id))
    assert (direct.count("command of SEV-1"), direct.count("command of SEV-2")) == (1, 1)
    stage.slack.expect_all()


def test_it_is_repeated_as_often_as_it_may_be_and_no_more(stage: Stage, sev: Sev) -> None:
    for _ in range(6):
        passes(stage, 11 * MINUTE)
    told = stage.said_in(sev.place, containing=NOBODY)
    assert len(told) == len(stage.said_in(stage.slack.direct("ada").id, containing=NOBODY)) == 2
    stage.expects(NOBODY)
    assert ledger(stage) == [
        "no_commander to channel: first",
        "no_commander to U01ADA: first",
        "no_commander to channel: repeat_due",
        "no_commander to U01ADA: repeat_due",
        "no_commander to channel: nothing_new",
        "no_commander to U01ADA: nothing_new",
    ]


def test_a_long_sleep_gives_one_reminder_and_not_a_heap(stage: Stage, sev: Sev) -> None:
    passes(stage, 9 * HOUR)
    passes(stage, 1)
    assert len(stage.said_in(sev.place, containing=NOBODY)) == 1
    stage.expects(NOBODY)


def test_once_somebody_is_in_command_the_reminders_say_so_in_place(stage: Stage, sev: Sev, ada: Person) -> None:
    passes(stage, 11 * MINUTE)
    takes_command(stage, sev, "U02GRACE")
    passes(stage, 6 * MINUTE)
    done = "@Grace Hopper is in command of SEV-1."
    ada.sees(done, in_=sev.channel)
    ada.sees(done, in_="@sevbot")
    assert stage.said_in(sev.place, containing=NOBODY) == []


def test_what_is_no_longer_true_when_its_turn_comes_is_not_said(stage: Stage, sev: Sev) -> None:
    rule = stage.slack.faults.add("chat.postMessage", "500", times=None)
    stage.slack.advance_clock(11 * MINUTE)
    stage.bot.slack.call("auth.test")
    stage.bot.house.remind()
    stage.slack.wait_until(lambda: rule.hits > 2, why="the reminders are tried")
    takes_command(stage, sev, "U02GRACE")
    stage.settles()
    stage.slack.faults.clear()
    passes(stage, 6 * MINUTE)
    assert stage.said_in(sev.place, containing="SEV-1 (SEV2") == []
    with stage.bot.database.read() as session:
        assert set(session.scalars(select(Nudge.delivered_at))) == {None}


def test_a_reminder_is_put_off_by_a_click_and_comes_back(stage: Stage, sev: Sev, ada: Person) -> None:
    passes(stage, 11 * MINUTE)
    ada.goes_to("@sevbot").clicks("Snooze 15 min")
    ada.sees("Snoozed until", in_="@sevbot")
    ada.sees("Reminders: :zzz: Snoozed until", in_=sev.channel)
    passes(stage, 12 * MINUTE)
    assert len(stage.said_in(sev.place, containing=NOBODY)) == 1
    passes(stage, 4 * MINUTE)
    assert len(stage.said_in(sev.place, containing=NOBODY)) == 2
    stage.expects(NOBODY)
    assert "no_commander to channel: snoozed" in ledger(stage)


def test_muting_asks_why_tells_it_and_lasts_until_it_is_taken_back(stage: Stage, sev: Sev, ada: Person) -> None:
    passes(stage, 11 * MINUTE)
    ada.clicks("Mute…")
    ada.fills(**{"Why?": "\u200b"})
    assert list(ada.submits().errors) == ["Why?"]
    ada.fills(**{"Why?": "the vendor is on it"})
    assert ada.submits().errors == {}
    ada.sees("Muted by @Ada Lovelace: the vendor is on it")
    passes(stage, 5 * HOUR)
    assert ledger(stage)[-2:] == ["no_commander to channel: muted", "no_commander to U01ADA: muted"]
    assert ada.types("/sev mute off").text == "People are reminded of SEV-1 again."
    passes(stage, 3 * MINUTE)
    assert len(stage.said_in(sev.place, containing=NOBODY)) == 2
    stage.expects(NOBODY)


def test_nobody_is_reminded_of_what_is_over_and_everybody_again_once_it_is_reopened(
    stage: Stage, sev: Sev, ada: Person
) -> None:
    ada.types("/sev mute we know")
    ada.types("/sev resolve")
    stage.expects("Resolved.")
    passes(stage, 5 * HOUR)
    assert stage.said_in(sev.place, containing="in command") == []
    ada.types("/sev reopen it is back")
    stage.expects("it is back")
    passes(stage, 9 * MINUTE)
    passes(stage, 2 * MINUTE)
    stage.expects(NOBODY)
    assert len(stage.said_in(sev.place, containing=NOBODY)) == 1


@pytest.mark.usefixtures("sev")
def test_the_verbs_say_what_is_possible(stage: Stage, ada: Person, edsger: Person) -> None:
    assert ada.types("/sev snooze").text.startswith("Nobody is reminded of SEV-1 until")
    assert ada.types("/sev snooze off").text == "People are reminded of SEV-1 again."
    assert ada.types("/sev snooze off").text == "Nobody put off the reminders of SEV-1, so there is nothing to undo."
    assert ada.types("/sev snooze soon").text.startswith("Say for how long, or until when")
    assert ada.types("/sev snooze 90d").text.startswith("Reminders can be put off for a minute to 14 days.")
    assert ada.types("/sev mute").text.startswith("Say why nobody shall be reminded")
    assert edsger.goes_to("#payments").types("/sev mute SEV-1 quiet").text.startswith("Guests can't change a SEV")
    ada.types("/sev resolve")
    stage.expects("Resolved.")
    assert ada.types("/sev snooze 1h").text == "SEV-1 is over, so nobody is reminded of it."


@pytest.mark.usefixtures("sev")
def test_nobody_is_reminded_right_after_somebody_acted(stage: Stage, ada: Person) -> None:
    stage.slack.advance_clock(11 * MINUTE)
    stage.bot.slack.call("auth.test")
    ada.types("/sev title checkout is down")
    ada.types("/sev title checkout is slow")
    stage.bot.house.remind()
    stage.settles()
    assert ledger(stage) == [
        "no_commander to channel: recently_touched",
        "no_commander to U01ADA: recently_touched",
    ]
    passes(stage, 2 * MINUTE)
    stage.expects("Nobody is in command")


@pytest.mark.usefixtures("sev")
def test_several_reminders_to_one_person_are_one_message(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV2 search is slow")
    passes(stage, 11 * MINUTE)
    (told,) = stage.said_in(stage.slack.direct("ada").id, containing="Nobody is in command")
    words = stage.words(told)
    assert "SEV-1 (SEV2: checkout is down)" in words
    assert "SEV-2 (SEV2: search is slow)" in words
    stage.expects("Nobody is in command")
    ada.types("/sev cancel SEV-2 a false alarm")
    stage.expects("a false alarm")
    passes(stage, 3 * MINUTE)
    words = stage.words(told)
    assert "SEV-2 is cancelled. (@Ada Lovelace" in words
    assert "Nobody is in command of SEV-1" in words
