"""Slack takes nothing for an hour, and still delivers what people type: all is kept, and no flood follows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.outbox.model import OPEN
from bot.playground import Playground
from bot.slack.listeners import KEPT
from tests.torture.faulting import CHANNEL, Stage, Visible, config_with, differences, said_twice, staged, visible
from tests.torture.stories import undisturbed

HOUR = (
    "update 15m We see errors since the deployment.",
    "status identified",
    "update 15m The deployment is being rolled back.",
    "severity SEV1",
    "mitigate",
    "update 30m The old version is running again.",
)
"""What ada types, ten minutes apart."""
SUPERSEDED = ("We see errors", "is being rolled back", "Identified")


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place to announce in."""
    return config_with(tmp_path_factory.mktemp("config"), {"workflows": []})


@pytest.fixture
def stage(database_url: str, config: Path) -> Iterator[Stage]:
    with staged(database_url, config) as made:
        yield made


def followed_by_grace(stage: Stage) -> None:
    """A SEV of ada's whose updates grace is sent."""
    stage.start()
    stage.types("/sev declare SEV2 checkout is down")
    stage.slack.person("grace").types("/sev subscribe SEV-1")
    stage.settle()
    stage.ada.goes_to(CHANNEL)


def passes(stage: Stage, minutes: int) -> None:
    """Time goes by for everybody, also for a bot that Slack does not tell."""
    stage.slack.advance_clock(minutes * 60)
    stage.bot.clock.move_to(timedelta(seconds=stage.slack.clock.offset))


def an_hour(stage: Stage) -> None:
    """What happens in the hour, Slack willing."""
    for words in HOUR:
        stage.types(f"/sev {words}", in_=CHANNEL)
        passes(stage, 10)


def an_hour_without_slack(stage: Stage) -> list[str]:
    """The same hour while Slack takes nothing. Returns what ada was answered."""
    stage.slack.faults.add("*", "500", times=None)
    answers = []
    for words in HOUR:
        answers.append(stage.ada.types(f"/sev {words}").text)
        in_vain(stage)
        passes(stage, 10)
    stage.slack.faults.clear()
    stage.settle(within=60)
    return answers


def in_vain(stage: Stage) -> None:
    """Wait until the bot has tried again and again."""
    stage.slack.wait_until(
        lambda: any(row.attempts > 1 and row.state in OPEN for row in stage.rows()), why="it was tried in vain"
    )


def without_superseded(seen: Visible) -> Visible:
    """What people see but for the lines that something newer tells."""
    for place in (seen[CHANNEL[1:]], seen["dm-grace-sevbot"]):
        place["messages"] = [each for each in place["messages"] if not is_superseded(str(each))]
        place["notices"] = []  # a topic that was never shown is not said to have been set
    return seen


def is_superseded(message: str) -> bool:
    return "Severity" not in message and any(each in message for each in SUPERSEDED)


def said(slack: Playground) -> list[str]:
    """What the bot said in the SEV's channel, oldest first."""
    posted = slack.channel(CHANNEL).messages.values()
    return [message.text for message in posted if message.by_app and not message.subtype]


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.torture)])
def test_all_is_kept_and_only_what_is_newest_is_said_afterwards(stage: Stage, config: Path) -> None:
    followed_by_grace(stage)
    before = len(said(stage.slack))
    first, *later = an_hour_without_slack(stage)
    assert KEPT not in first, "nothing waits yet"
    assert all(answer.endswith(KEPT) for answer in later)
    assert said_twice(stage.slack) == []
    assert stage.dead() == {}
    severity, status, update = said(stage.slack)[before:]
    assert "changed the severity" in severity
    assert "Mitigated" in status
    assert "The old version is running again." in update
    expected = without_superseded(undisturbed(followed_by_grace, an_hour, config)["channels"])
    seen = without_superseded(visible(stage.slack)["channels"])
    assert differences({name: seen[name] for name in expected}, expected) == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_asked_is_answered_without_a_word_of_what_waits(stage: Stage) -> None:
    followed_by_grace(stage)
    stage.slack.faults.add("*", "500", times=None)
    stage.ada.types(f"/sev {HOUR[0]}")
    in_vain(stage)
    passes(stage, 10)
    assert KEPT not in stage.ada.types("/sev severity").text
    assert KEPT not in stage.ada.types("/sev list").text
    assert stage.ada.types("/sev mitigate").text.endswith(KEPT)
    stage.slack.faults.clear()
    stage.settle()
    assert KEPT not in stage.ada.types("/sev resolve").text
    stage.settle()
