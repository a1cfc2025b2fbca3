"""What every story asks for: that Slack refused nothing, and that the bot said nothing nobody expected."""

import logging
from collections.abc import Iterator

import pytest

from bot.app import Bot
from bot.playground import Playground
from tests.scenarios.stories import Stage


@pytest.fixture(autouse=True)
def accepted_by_slack(slack: Playground) -> Iterator[None]:
    """Slack's client took every answer of the bot."""
    yield
    assert slack.rejections == []


@pytest.fixture
def troubled_stage(slack: Playground, sevbot: Bot) -> Iterator[Stage]:
    """The bot at work where something is made to go wrong. At the end it has said nothing unexpected to anybody."""
    stage = Stage(slack, sevbot)
    stage.begins()
    yield stage
    stage.settles()
    assert slack.unexpected() == []


@pytest.fixture
def stage(troubled_stage: Stage, caplog: pytest.LogCaptureFixture) -> Iterator[Stage]:
    """The bot at work. At the end it has said nothing unexpected to anybody, and logged no fault."""
    yield troubled_stage
    troubled_stage.settles()
    assert faults_of_the_bot(caplog) == []


def faults_of_the_bot(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the bot itself logged as an error; its libraries call a Slack that does not answer one."""
    records = caplog.get_records("call")
    return [
        f"{record.getMessage()} {vars(record).get('job', '')} {vars(record).get('error', '')}".rstrip()
        for record in records
        if record.levelno >= logging.ERROR and record.name[:4] == "bot."
    ]
