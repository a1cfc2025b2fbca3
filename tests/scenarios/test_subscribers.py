"""Subscribers are sent what is new by direct message, once, and only as long as they want it and may see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.environments import at_work
from tests.scenarios.stories import Sev, Stage
from tests.torture.faulting import config_with

NEWS = "A fix is being rolled out."
DIRECT = "@sevbot"


@pytest.fixture
def sev(stage: Stage, ada: Person) -> Sev:
    """An open SEV2, in whose channel ada is."""
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def told(stage: Stage, name: str) -> list[str]:
    """What a person was told by direct message, a text for each message."""
    stage.settles()
    with stage.slack.workspace.lock:
        direct = stage.slack.direct(name)
        return [stage.words(message) for message in direct.messages.values() if message.by_app]


def test_a_subscriber_is_sent_what_is_new_and_sees_how_it_stands(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    grace.goes_to("#incidents").clicks("Subscribe")
    grace.sees("You are sent the updates of SEV-1 by direct message from now on.")
    (state,) = told(stage, "grace")
    assert ":mag: Investigating" in state
    assert f"in {sev.place}" in state
    ada.types(f"/sev update 45m {NEWS}")
    ada.types("/sev mitigate")
    ada.types("/sev severity SEV3")
    ada.types("/sev summary only in Europe")
    state, *news = told(stage, "grace")
    assert ":adhesive_bandage: Mitigated" in state
    assert NEWS in state
    assert "SEV-1 SEV3" in state
    assert [NEWS in news[0], "set the status to" in news[1], "changed the severity" in news[2]] == [True] * 3
    assert len(news) == 3
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_nobody_is_told_what_they_did_themselves(stage: Stage, ada: Person) -> None:
    assert ada.types("/sev subscribe").text == "You are sent the updates of SEV-1 by direct message from now on."
    assert ada.types("/sev subscribe").text == (
        "You are sent the updates of SEV-1 already. /sev unsubscribe SEV-1 ends it."
    )
    ada.types(f"/sev update {NEWS}")
    (state,) = told(stage, "ada")
    assert NEWS in state
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_who_unsubscribes_is_sent_nothing_more_at_once(stage: Stage, ada: Person, grace: Person) -> None:
    grace.types("/sev subscribe SEV-1")
    stage.settles()
    late = stage.slack.faults.add("chat.update", "429", where=lambda call: call.delivery_kind == "incident.state")
    ada.types(f"/sev update {NEWS}")
    stage.slack.wait_until(lambda: late.hits, why="the news wait")
    grace.goes_to(DIRECT).clicks("Unsubscribe")
    (farewell,) = told(stage, "grace")
    assert farewell == "You are not sent the updates of SEV-1 any more.\n[Subscribe]"
    assert grace.types("/sev unsubscribe SEV-1").text == (
        "You are not sent the updates of SEV-1. /sev subscribe SEV-1 begins it."
    )
    grace.clicks("Subscribe")
    ada.types("/sev mitigate")
    state, news = told(stage, "grace")
    assert NEWS in state
    assert "set the status to" in news
    stage.begins()


def test_who_leaves_a_private_sev_is_sent_nothing_more(stage: Stage, ada: Person, grace: Person) -> None:
    secret = stage.declared(ada, "SEV2 salaries are public --private")
    assert grace.types("/sev subscribe SEV-1").text.startswith("There is no SEV-1 that you can see.")
    ada.goes_to(secret.channel).invites(grace, to=secret.channel)
    stage.slack.wait_until(lambda: "You are sent" in grace.types("/sev subscribe SEV-1").text, why="she is a member")
    ada.types("/sev update We know who it was.")
    assert "We know who it was." in told(stage, "grace")[-1]
    grace.leaves(secret.channel)
    stage.slack.wait_until(lambda: "no SEV-1" in grace.types("/sev show SEV-1").text, why="she is none any more")
    before = told(stage, "grace")
    ada.types("/sev update They are all informed.")
    ada.types("/sev resolve")
    assert told(stage, "grace") == before
    stage.begins()


class TestStanding:
    """Those whom the configuration names are sent the updates without asking."""

    @pytest.fixture
    def sevbot(self, slack: Playground, database_url: str, tmp_path: Path) -> Iterator[Bot]:
        """A bot whose SEV1s are always told to linus."""
        severities = [
            {"key": "SEV1", "meaning": "All is down", "subscribers": ["U03LINUS"]},
            {"key": "SEV3", "meaning": "It can wait"},
        ]
        with at_work(
            Bot(environment_for(slack, database_url, config=config_with(tmp_path / "c", {"severities": severities}))),
            slack,
        ) as bot:
            yield bot

    def test_who_is_named_for_a_severity_is_told_as_long_as_it_has_that(
        self, stage: Stage, ada: Person, linus: Person
    ) -> None:
        sev = stage.declared(ada, "SEV1 checkout is down")
        ada.goes_to(sev.channel)
        assert len(told(stage, "linus")) == 1
        assert "Its updates are sent to @Linus Torvalds" in ada.types("/sev show").text
        ada.types(f"/sev update {NEWS}")
        assert NEWS in told(stage, "linus")[-1]
        ada.types("/sev severity SEV3")
        assert "from SEV1 to SEV3" in told(stage, "linus")[-1]
        before = told(stage, "linus")
        ada.types("/sev mitigate")
        assert told(stage, "linus") == before
        assert "Its updates are sent" not in ada.types("/sev show").text
        stage.begins()

    def test_who_is_named_may_ask_for_peace(self, stage: Stage, ada: Person, linus: Person) -> None:
        sev = stage.declared(ada, "SEV1 checkout is down")
        linus.goes_to(DIRECT).clicks("Unsubscribe")
        ada.goes_to(sev.channel).types(f"/sev update {NEWS}")
        assert told(stage, "linus") == ["You are not sent the updates of SEV-1 any more.\n[Subscribe]"]
        stage.begins()
