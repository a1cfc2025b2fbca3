"""A SEV that was over before anybody declared it is written down, and disturbs nobody."""

from datetime import timedelta

import pytest

from bot.playground import Person
from tests.scenarios.stories import Stage


@pytest.fixture
def now(stage: Stage) -> int:
    """The minute it is."""
    return int(stage.bot.clock.now().timestamp()) // 60 * 60


def test_it_is_in_the_lists_and_nobody_heard_of_it(stage: Stage, ada: Person, grace: Person, now: int) -> None:
    ada.types("/sev backfill search was slow")
    ada.sees("For what is over already.")
    ada.fills(
        Severity="SEV3", Summary="An index was missing", Started=now - 7200, Mitigated=now - 3600, Resolved=now - 1800,
        Status="Closed", **{"Workflows affected": ["Place order"]},
    )  # fmt: skip
    assert ada.submits().errors == {}
    ada.sees("SEV-1 is written down. /sev show SEV-1 shows it; nobody was disturbed.")
    ada.closes_modal()
    stage.settles()
    sev = stage.sev(1).kept
    assert (sev.title, sev.severity, sev.status, sev.channel_id) == ("search was slow", "SEV3", "closed", None)
    assert sev.resolved_at
    assert sev.started_at
    assert sev.resolved_at - sev.started_at == timedelta(seconds=5400)
    assert "SEV-1 SEV3: search was slow" in grace.types("/sev list all").text
    assert "No SEV is open" in grace.types("/sev list").text
    assert "wrote it down afterwards, when it was over, as SEV3." in grace.types("/sev timeline SEV-1").text
    assert stage.slack.unexpected() == []


def test_what_is_changed_afterwards_stays_as_quiet(stage: Stage, ada: Person, now: int) -> None:
    ada.types("/sev backfill search was slow")
    ada.fills(Severity="SEV3", Resolved=now - 1800)
    ada.submits()
    ada.closes_modal()
    for words in ("severity SEV-1 SEV1", "title SEV-1 search was dead", "close SEV-1"):
        ada.types(f"/sev {words}")
    stage.settles()
    assert stage.sev(1).kept.severity == "SEV1"
    assert stage.slack.unexpected() == []


def test_once_it_is_reopened_it_is_a_sev_like_any_other(stage: Stage, ada: Person, now: int) -> None:
    ada.types("/sev backfill search was slow")
    ada.fills(Severity="SEV1", Resolved=now - 1800)
    ada.submits()
    ada.closes_modal()
    ada.types("/sev reopen SEV-1 it is slow again")
    ada.sees("reopened SEV-1: it is slow again", in_="#sev-1-search-was-slow")
    stage.begins()
    assert "SEV-1 SEV1: search was slow" in stage.sev(1).announcement("#incidents")


def test_what_is_wrong_is_said_at_its_field(stage: Stage, ada: Person, now: int) -> None:
    ada.types("/sev backfill")
    ada.fills(Title="search was slow", Severity="SEV3", Resolved=now + 3600)
    assert ada.submits().errors == {"Resolved": "This lies in the future. Give a time that has passed."}
    ada.fills(Resolved=now - 3600, Started=now - 1800)
    assert ada.submits().errors == {"Resolved": "This is before it was started. Correct one of the two."}
    ada.fills(Resolved=None)
    assert ada.submits().errors == {"Resolved": "Please complete this required field."}
    ada.closes_modal()
    assert stage.number_of_sevs() == 0
