"""What the stories of paging are told with: teams with pagers, the bot on them, and the local pager."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.playground import Playground
from bot.playground.pager import Alert
from tests.conftest import environment_for
from tests.environments import at_work
from tests.scenarios.conftest import accepted_by_slack, faults_of_the_bot
from tests.scenarios.stories import Stage
from tests.torture.faulting import config_with

__all__ = ["accepted_by_slack"]

PAYMENTS = {
    "key": "payments",
    "name": "Payments",
    "members": ["U02GRACE", "U05MARGARET"],
    "channel": "#payments",
    "pager": {"service": "pagerduty", "key": "PAYMENTS", "schedule": "PAYMENTS"},
}
PLATFORM = {
    "key": "platform",
    "name": "Platform",
    "members": ["U06BARBARA"],
    "pager": {"service": "opsgenie", "key": "PLATFORM", "schedule": "Platform", "responder": "Platform"},
}
SILENT = {"key": "silent", "name": "Silent", "members": ["U06BARBARA"]}


class PagingStage(Stage):
    """A workspace whose teams have pagers."""

    @property
    def alerts(self) -> dict[str, Alert]:
        """The pager's alerts, by the team and occurrence their key ends with."""
        return {key.partition("-SEV-")[2]: alert for key, alert in self.slack.pager.alerts.items()}

    def calls_to(self, path: str) -> list[dict[str, Any]]:
        """What was sent to an address of the pager that ends so."""
        return [each["content"] for each in self.slack.pager.requests if each["path"].endswith(path)]

    def happens(self, event: str, number: int) -> None:
        """Something is announced of a SEV, as another room would do it."""
        from bot.incidents import membership
        from bot.outbox.announcements import announce

        incident = self.sev(number).kept
        self.bot.database.run(lambda session: announce(session, event, membership.lock(session, incident.id).subject))
        self.settles()


@pytest.fixture
def settings() -> dict[str, Any]:
    """What differs from the tests' configuration; a test may change it before its stage is set."""
    return {"teams": [PAYMENTS, PLATFORM, SILENT]}


@pytest.fixture
def paging_config(tmp_path: Path, settings: dict[str, Any]) -> Path:
    return config_with(tmp_path / "config", settings)


@pytest.fixture
def troubled_stage(slack: Playground, database_url: str, paging_config: Path) -> Iterator[PagingStage]:
    """The bot at work where something is made to go wrong. At the end it has said nothing unexpected to anybody."""
    bot = Bot(environment_for(slack, database_url, config=paging_config))
    with at_work(bot, slack):
        stage = PagingStage(slack, bot)
        stage.begins()
        yield stage
        stage.settles()
    assert slack.unexpected() == []


@pytest.fixture
def stage(troubled_stage: PagingStage, caplog: pytest.LogCaptureFixture) -> Iterator[PagingStage]:
    """The bot at work. At the end it has said nothing unexpected to anybody, and logged no fault."""
    yield troubled_stage
    troubled_stage.settles()
    assert faults_of_the_bot(caplog) == []
