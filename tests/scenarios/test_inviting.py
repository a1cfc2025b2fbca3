"""Inviting people by name and by rule."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
import yaml

from bot.app import Bot
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.processes import CONFIG
from tests.scenarios.stories import Stage


def test_people_and_groups_are_invited_and_told_how_things_stand(
    stage: Stage, ada: Person, linus: Person, barbara: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    assert ada.types("/sev invite SEV-1 @linus and @engineers please").text == (
        "Whoever you named is being invited to SEV-1."
    )
    linus.sees("Welcome to SEV-1.", in_=sev.place)
    barbara.sees("Welcome to SEV-1.", in_=sev.place)
    stage.settles()
    assert sev.members == {"ada", "linus", "grace", "margaret", "barbara"}
    assert set(sev.briefed) == {"linus", "grace", "margaret", "barbara"}
    stage.slack.expect_all()


def test_who_cannot_be_invited_keeps_nobody_else_out_and_is_named(
    stage: Stage, slack: Playground, ada: Person, linus: Person, barbara: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    slack.change_person("margaret", deleted=True)
    answer = ada.types("/sev invite SEV-1 @linus @sevbot @margaret @barbara").text
    assert answer == (
        "Whoever you named is being invited to SEV-1. @Sevbot is an app. Name a person. "
        "@Margaret Hamilton has left this workspace. Name somebody who is here."
    )
    linus.sees("Welcome to SEV-1.", in_=sev.place)
    barbara.sees("Welcome to SEV-1.", in_=sev.place)
    slack.faults.add("conversations.invite", "user_is_restricted", times=2)
    assert ada.types("/sev invite SEV-1 @grace @ada").text == "Whoever you named is being invited to SEV-1."
    ada.sees("Not everybody could be invited to SEV-1:", in_="@sevbot")
    ada.sees("@Grace Hopper: is a guest, whom only people can add to channels", in_="@sevbot")
    assert sev.members == {"ada", "linus", "barbara"}


def test_guests_may_be_invited_where_they_may_see_sevs_and_invite_nobody(
    stage: Stage, ada: Person, edsger: Person
) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    assert edsger.goes_to("#payments").types("/sev invite SEV-1 @ada").text == (
        "Guests can't invite people to a SEV here. Ask somebody of this workspace to do it."
    )
    assert ada.types("/sev invite SEV-1").text.startswith("Say whom: /sev invite @grace")
    assert ada.types("/sev invite SEV-1 somebody").text.startswith("Mention the person as Slack offers it")
    assert sev.members == {"ada"}


@pytest.fixture
def ruled_stage(slack: Playground, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A bot with rules on who is invited to what, where guests may not see SEVs."""
    config = copytree(CONFIG, tmp_path / "config")
    rule = {"severities": ["SEV2"], "workflows": ["sign-in"], "people": ["U03LINUS"], "announce": ["#platform"]}
    with (config / "sevbot.yaml").open("a") as file:
        file.write(yaml.safe_dump({"invitations": [rule], "permissions": {"see": "members"}}))
    bot = Bot(environment_for(slack, database_url, config=config))
    bot.start()
    slack.wait_until(slack.socket_count, why="the bot connects")
    stage = Stage(slack, bot)
    stage.begins()
    yield stage
    bot.stop()


def test_a_rule_invites_and_tells_whom_the_form_promised(ruled_stage: Stage, ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(Title="nobody can sign in", Severity="SEV2", **{"Workflows affected": ["Sign in"]})
    ada.sees("Invited: you, @Linus Torvalds. Announced in: #incidents, #platform.")
    ada.submits()
    ruled_stage.begins()
    assert ruled_stage.sev(1).members == {"ada", "linus"}
    assert "SEV-1 SEV2: nobody can sign in" in ruled_stage.sev(1).announcement("#platform")
    ada.closes_modal()
    assert ruled_stage.declared(ada, "SEV2 nobody can sign in --private").members == {"ada"}


def test_where_guests_may_not_see_sevs_they_are_not_invited_either(
    ruled_stage: Stage, ada: Person, edsger: Person
) -> None:
    sev = ruled_stage.declared(ada, "SEV2 checkout is down")
    assert ada.types("/sev invite SEV-1 @edsger").text == (
        "@Edsger Dijkstra is a guest, and guests can't see SEVs here. Name somebody of this workspace."
    )
    assert ada.types("/sev invite SEV-1 @engineers").text.startswith("Guests may not see SEVs here")
    ada.invites(edsger, to=sev.channel)
    ruled_stage.settles()
    assert sev.briefed == [], "somebody let them in; the bot tells them nothing more"
