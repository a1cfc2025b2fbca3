"""Correcting the times of a SEV, which people do afterwards."""

import json
from datetime import datetime, timedelta
from urllib.request import Request, urlopen

import pytest

from bot.playground import Person, Playground
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """A SEV that is over, in whose channel ada is."""
    declared = stage.declared(ada, "SEV3 checkout is down")
    ada.goes_to(declared.channel)
    ada.types("/sev mitigate")
    ada.types("/sev resolve")
    stage.begins()
    return declared


def opens_times(person: Person) -> None:
    person.types("/sev times")
    person.sees("Times of SEV-1")


def minutes_before(moment: datetime | None, minutes: int) -> int:
    """So many minutes before a moment, as Slack's picker counts: whole minutes since 1970, in seconds."""
    assert moment is not None
    return int((moment - timedelta(minutes=minutes)).timestamp()) // 60 * 60


def test_times_are_corrected_and_what_was_not_touched_keeps_its_seconds(stage: Stage, sev: Sev, ada: Person) -> None:
    before = sev.kept
    opens_times(ada)
    started, detected = minutes_before(before.declared_at, 30), minutes_before(before.declared_at, 10)
    ada.fills(Started=started, Detected=detected, Acknowledged=minutes_before(before.declared_at, 0))
    assert ada.submits().errors == {}
    stage.settles()
    after = sev.kept
    assert after.started_at
    assert after.detected_at
    assert (after.started_at.timestamp(), after.detected_at.timestamp()) == (started, detected)
    assert (after.declared_at, after.mitigated_at) == (before.declared_at, before.mitigated_at)
    entry = sev.facts[-1]
    assert entry.kind == "times"
    assert set(entry.data["after"]) == {"started_at", "detected_at", "acknowledged_at"}
    assert sev.card.count("UTC") >= 6


def test_the_button_opens_the_same_form(sev: Sev, ada: Person) -> None:
    ada.clicks("Times…")
    ada.sees("Times of SEV-1")
    assert ada.submits().errors == {}
    assert sev.facts[-1].kind == "status", "nothing was changed"


def test_what_is_wrong_is_said_at_its_field_the_first_in_order(sev: Sev, ada: Person) -> None:
    declared = sev.kept.declared_at
    opens_times(ada)
    future = minutes_before(declared, -60)
    ada.fills(Started=minutes_before(declared, 10), Detected=minutes_before(declared, 20), Resolved=future)
    assert ada.submits().errors == {"Detected": "This is before it was started. Correct one of the two."}
    ada.fills(Detected=minutes_before(declared, 5))
    assert ada.submits().errors == {"Resolved": "This lies in the future. Give a time that has passed."}
    ada.fills(Resolved=minutes_before(declared, 2), Mitigated=minutes_before(declared, 1))
    assert ada.submits().errors == {"Resolved": "This is before it was mitigated. Correct one of the two."}
    assert sev.facts[-1].kind == "status", "nothing was changed"
    ada.closes_modal()


def test_a_time_can_be_taken_away_but_not_that_of_the_declaration(sev: Sev, ada: Person) -> None:
    opens_times(ada)
    ada.fills(Mitigated=None, Declared=None)
    assert ada.submits().errors == {"Declared": "Please complete this required field."}
    ada.fills(Declared=minutes_before(sev.kept.declared_at, 0))
    assert ada.submits().errors == {}
    assert sev.kept.mitigated_at is None


def test_times_of_no_sev_are_explained(ada: Person) -> None:
    ada.types("/sev times")
    ada.sees("This is no SEV's channel. Name the SEV: /sev times SEV-42 …, or type it in its channel.")
    ada.closes_modal()
    ada.types("/sev times SEV-9")
    ada.sees("There is no SEV-9 that you can see. /sev list shows what there is.")
    ada.closes_modal()


def test_a_clock_moved_on_the_page_is_known_at_once(stage: Stage, slack: Playground) -> None:
    before, day = stage.bot.clock.now(), 24 * 3600
    moved = Request(  # noqa: S310 - loopback
        f"{slack.url}/ui/clock", json.dumps({"as": "U01ADA", "advance_seconds": day}).encode(),
        {"Content-Type": "application/json"},
    )  # fmt: skip
    with urlopen(moved):  # noqa: S310
        slack.wait_until(lambda: stage.bot.clock.now() - before >= timedelta(seconds=day), why="the bot knows the time")
