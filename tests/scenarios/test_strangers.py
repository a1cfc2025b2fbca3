"""Guests, people the bot has not met, and what permissions allow them."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.processes import CONFIG
from tests.scenarios.stories import Stage


def test_a_guest_may_look_and_nothing_else(stage: Stage, ada: Person, edsger: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    edsger.goes_to("#payments")
    assert "SEV-1 SEV2: checkout is down" in edsger.types("/sev list").text
    assert "SEV-1 SEV2: checkout is down" in edsger.types("/sev show SEV-1").text
    assert edsger.types("/sev declare SEV1 let me in").text == (
        "Guests can't declare a SEV here. Ask somebody of this workspace to do it."
    )
    refusal = "Guests can't change a SEV here. Ask somebody of this workspace to do it."
    for words in (
        "resolve SEV-1",
        "severity SEV-1 SEV4",
        "title SEV-1 all is well",
        "summary SEV-1 x",
        "cancel SEV-1 no",
    ):
        assert edsger.types(f"/sev {words}").text == refusal
    edsger.types("/sev declare")
    edsger.fills(Title="let me in", Severity="SEV1")
    edsger.sees("Announced in: #incidents")
    edsger.submits()
    edsger.sees("Guests can't declare a SEV here.")
    assert stage.number_of_sevs() == 1
    assert sev.kept.status == "investigating"


def test_a_guest_in_the_channel_cannot_click_either(stage: Stage, ada: Person, edsger: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    ada.invites(edsger, to=sev.channel)
    edsger.goes_to(sev.channel)
    refusal = "Guests can't change a SEV here. Ask somebody of this workspace to do it."
    edsger.clicks("Resolve")
    edsger.sees(refusal)
    edsger.picks("Change severity", "SEV4")
    edsger.clicks("Edit…")
    edsger.sees("Edit SEV-1")
    edsger.fills(Title="all is well")
    edsger.submits()
    edsger.sees(f"Sevbot\n{refusal}")
    stage.settles()
    stage.slack.expect_all()
    assert sev.kept.title == "checkout is down"
    assert sev.kept.severity == "SEV2"


def test_who_is_not_known_may_declare_and_nothing_else(
    stage: Stage, slack: Playground, ada: Person, grace: Person
) -> None:
    stage.declared(grace, "SEV4 checkout is slow")
    slack.faults.add("users.info", "user_not_found", times=100)
    assert ada.types("/sev declare SEV4 checkout is down").text == "SEV-2 declared; its channel is being set up."
    ada.sees("SEV-2 has its channel")
    stage.expects("Declared by", "Type /sev here")
    unknown = "Slack did not say in time who you are, so this was not done. Please try again."
    for words in ("resolve SEV-2", "severity SEV-1 SEV4", "title SEV-1 x", "cancel SEV-1 no"):
        assert ada.types(f"/sev {words}").text == unknown
    slack.faults.clear()
    assert ada.types("/sev resolve SEV-2").text == "SEV-2 is now resolved."
    stage.expects("Resolved.")


def test_nobody_waits_long_for_slack_to_say_who_they_are(stage: Stage, slack: Playground, ada: Person) -> None:
    slack.faults.add("users.info", "slow:2500")
    reply = ada.types("/sev declare SEV4 checkout is down")
    assert reply.text == "SEV-1 declared; its channel is being set up."
    assert reply.delivery.latency < 2
    ada.sees("SEV-1 has its channel")
    stage.expects("Declared by", "Type /sev here")


@pytest.fixture
def closed_stage(slack: Playground, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A bot whose SEVs are for members only."""
    config = copytree(CONFIG, tmp_path / "config")
    with (config / "sevbot.yaml").open("a") as file:
        file.write("permissions: {see: members}\n")
    bot = Bot(environment_for(slack, database_url, config=config))
    bot.start()
    slack.wait_until(slack.socket_count, why="the bot connects")
    stage = Stage(slack, bot)
    stage.begins()
    yield stage
    bot.stop()


def test_where_sevs_are_for_members_a_guest_sees_none(closed_stage: Stage, ada: Person, edsger: Person) -> None:
    closed_stage.declared(ada, "SEV2 checkout is down")
    edsger.goes_to("#payments")
    refusal = "Guests can't see SEVs here. Ask somebody of this workspace to do it."
    assert edsger.types("/sev list").text == refusal
    assert edsger.types("/sev show SEV-1").text == refusal
    assert "checkout" not in edsger.types("/sev").text
    edsger.types("/sev declare")
    closed_stage.slack.wait_quiet(quiet=0.1)
    edsger.does_not_see("checkout is down")
    assert "checkout is down" in ada.types("/sev list").text
