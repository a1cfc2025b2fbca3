"""The pager is down: people are called all the same, by whatever else there is, and it is said how old that is."""

import pytest

from bot.playground import Person
from tests.paging.conftest import PAYMENTS, PLATFORM, PagingStage

FAILED = ":warning: Paging Payments failed (http_503), and is tried again. Call Grace Hopper +1 5550101 (on call as of"


def test_who_is_on_call_is_known_from_memory_and_the_team_is_told_directly(
    stage: PagingStage, ada: Person, grace: Person
) -> None:
    stage.slack.pager.outage = True
    ada.types("/sev declare SEV1 checkout is down")
    grace.sees("Payments is needed for SEV-1 SEV1: checkout is down. Your pager can't be reached", in_="@sevbot")
    sev = stage.sev(1)
    stage.slack.wait_until(lambda: any(FAILED in line for line in sev.lines), why="the channel is told")
    stage.slack.wait_until(lambda: sev.channel.pins and "could not be paged yet" in sev.card, why="the card tells it")
    (line,) = [line for line in sev.lines if "Paging Payments failed" in line]
    assert line.endswith("@Grace Hopper @Margaret Hamilton: please come.")
    assert "Call Grace Hopper +1 5550101" in sev.card
    stage.slack.pager.outage = False
    stage.settles()
    assert stage.alerts["1-payments"].log == ["trigger"]
    (line,) = [line for line in sev.lines if "Payments" in line and "declared" not in line]
    assert line == ":pager: Payments paged by PagerDuty: Grace Hopper is on call."
    assert "could not be paged" not in sev.card
    assert [entry.kind for entry in sev.timeline].count("page_failed") == 1
    stage.slack.expect_all()


def test_an_event_that_is_refused_waits_for_somebody_and_retry_goes_on(stage: PagingStage, ada: Person) -> None:
    stage.slack.pager.faults += [("/enqueue", "400")] * 5  # once more when the channel is there, at least
    ada.types("/sev declare SEV1 checkout is down")
    ada.sees(
        "Paging Payments failed (invalid_event), and waits until somebody mends it.", in_="#sev-1-checkout-is-down"
    )
    ada.sees("Page a team failed (invalid_event)", in_="#sev-1-checkout-is-down")
    stage.settles()
    stage.slack.pager.faults.clear()
    ada.clicks("Retry", in_="#sev-1-checkout-is-down")
    stage.settles()
    assert stage.alerts["1-payments"].state == "triggered"
    stage.slack.expect_all()


def test_a_sev_that_is_over_before_the_pager_is_back_rings_nobody(stage: PagingStage, ada: Person) -> None:
    stage.slack.pager.outage = True
    ada.types("/sev declare SEV1 checkout is down")
    ada.sees("Paging Payments failed", in_="#sev-1-checkout-is-down")
    ada.types("/sev resolve SEV-1")
    stage.slack.pager.outage = False
    stage.settles()
    assert stage.alerts == {}
    assert any("could not be paged, and need not come any more" in line for line in stage.sev(1).lines)
    stage.slack.expect_all()


def test_the_sev_is_over_while_the_pager_is_down_and_the_ringing_ends_when_it_is_back(
    stage: PagingStage, ada: Person
) -> None:
    stage.declared(ada, "SEV1 checkout is down")
    stage.slack.pager.outage = True
    ada.types("/sev resolve SEV-1")
    stage.slack.wait_until(lambda: "pager could not be told yet" in stage.sev(1).card, why="the card tells it")
    stage.slack.pager.outage = False
    stage.settles()
    assert stage.alerts["1-payments"].log == ["trigger", "resolve"]
    assert "could not be told" not in stage.sev(1).card
    stage.slack.expect_all()


def test_who_is_on_call_says_how_old_it_is_and_that_the_pager_is_down(stage: PagingStage, ada: Person) -> None:
    answer = ada.types("/sev oncall Payments").text
    assert answer.startswith("Payments: Grace Hopper +1 5550101 (as of ")
    assert ada.types("/sev oncall").text.splitlines()[1].startswith("Platform: Barbara Liskov +1 5550106 (as of ")
    assert ada.types("/sev oncall silent").text == "Silent: has no pager. Its people are @Barbara Liskov."
    stage.slack.pager.outage = True
    ada.types("/sev declare SEV1 checkout is down")
    stage.slack.wait_until(
        lambda: "PagerDuty can't be asked at the moment (http_503)" in ada.types("/sev oncall payments").text,
        why="it is noticed",
    )
    assert "Grace Hopper +1 5550101 (as of " in ada.types("/sev oncall payments").text
    stage.slack.pager.outage = False
    stage.settles()
    stage.slack.expect_all()


@pytest.mark.parametrize("settings", [{"teams": [PAYMENTS, PLATFORM], "private": {"invite": [], "page": ["payments"]}}])
def test_what_is_told_directly_of_a_private_sev_is_its_number(stage: PagingStage, ada: Person, grace: Person) -> None:
    stage.slack.pager.outage = True
    ada.types("/sev declare SEV1 salaries of the quetzal are public --private")
    grace.sees("Payments is needed for private SEV-1, and your pager can't be reached.", in_="@sevbot")
    assert all("quetzal" not in message.text for message in stage.slack.direct("grace").messages.values())
    stage.slack.pager.outage = False
    stage.settles()
    stage.slack.expect_all()
