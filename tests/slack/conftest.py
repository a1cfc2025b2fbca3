from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.db import Database
from bot.playground import Playground
from bot.slack.client import Slack
from tests.databases import new_sqlite
from tests.outbox.clocks import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def gateway(slack: Playground, clock: MovableClock) -> Slack:
    """The gateway on the local Slack, with time in the test's hands."""
    return Slack(slack.bot_token, slack.api_url, clock)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(new_sqlite(tmp_path))
    yield opened
    opened.close()
