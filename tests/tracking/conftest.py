"""What the stories of items in Jira are told with: the bot on a local Slack with a local Jira, which tells it of changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import Bot
from bot.incidents.model import Incident
from bot.playground import Person, Playground
from bot.playground.jira import Jira, Ticket
from bot.remediation import tracking_surfaces
from bot.remediation.model import ActionItem
from bot.remediation.tracking_model import TrackerLink
from tests.conftest import environment_for
from tests.environments import at_work
from tests.scenarios.conftest import accepted_by_slack, faults_of_the_bot
from tests.scenarios.stories import Stage
from tests.torture.faulting import config_with

__all__ = ["accepted_by_slack"]

PEOPLE = {
    "U01ADA": "ada@example.com", "U02GRACE": "712020:grace", "U03LINUS": "linus@example.com",
    "U06BARBARA": "712020:barbara",
}  # fmt: skip
TRACKER: dict[str, Any] = {
    "service": "jira", "project": "OPS", "projects": {"payments": "PAY"}, "statuses": {"Won't Do": "wont_do"},
    "people": PEOPLE, "search_lag": "600ms",
}  # fmt: skip


class TrackerStage(Stage):
    """A workspace whose items may have issues in Jira."""

    @property
    def jira(self) -> Jira:
        return self.slack.jira

    def settles(self) -> None:
        """Wait until Jira told all it had to tell, and all that follows is done."""
        self.slack.wait_until(self.jira.is_quiet, why="Jira has told everything")
        self.slack.wait_until(
            lambda: not self._waiting(), within=40, why="all is done", seen=lambda: str(self._waiting())
        )
        super().settles()

    def adds(self, person: Person, words: str, *, sev: int = 1) -> ActionItem:
        """`person` adds an item to a SEV. Returns it."""
        person.types(f"/sev action add SEV-{sev} {words}")
        self.settles()
        with self.bot.database.read() as session:
            number = select(ActionItem.number).join(ActionItem.incident).where(Incident.number == sev)
            last = max(session.scalars(number))
        return self.item(last, sev=sev)

    def item(self, number: int, *, sev: int = 1) -> ActionItem:
        """An item as the database keeps it."""
        with self.bot.database.read() as session:
            found = session.scalars(
                select(ActionItem).join(ActionItem.incident).where(Incident.number == sev, ActionItem.number == number)
            ).one()
            _ = found.incident.name  # so that it is there when the session is over
            session.expunge_all()
            return found

    def link(self, item: ActionItem) -> TrackerLink | None:
        """An item's issue as the database keeps it."""
        with self.bot.database.read() as session:
            found = session.get(TrackerLink, item.id)
            session.expunge_all()
            return found

    def ticket(self, key: str) -> Ticket:
        """An issue of Jira."""
        found = self.jira.find(key)
        assert found is not None, f"there is no issue {key}"
        return found

    def polls(self) -> None:
        """The bot asks Jira what changed, as it does every so often."""
        self.bot.database.run(tracking_surfaces.poll)
        self.settles()

    def told(self, name: str) -> list[str]:
        """What the bot told somebody by direct message about their items."""
        said = self.slack.direct(name).messages.values()
        return [self.words(message) for message in said if message.by_app]

    def tracked(self, sev: int = 1) -> list[str]:
        """What the SEV's timeline tells of issues, and of items changed by Jira: each entry's `what` or kind."""
        return [
            entry.data.get("what") or f"{entry.kind}:{entry.actor}"
            for entry in self.sev(sev).timeline
            if entry.kind == "item_tracked" or entry.actor == "jira"
        ]


@pytest.fixture
def tracker() -> dict[str, Any]:
    """The section `tracker` of the configuration; a test may change it before its stage is set."""
    return TRACKER


@pytest.fixture
def tracker_config(tmp_path: Path, tracker: dict[str, Any]) -> Path:
    return config_with(tmp_path / "config", {"tracker": tracker})


@pytest.fixture
def troubled_stage(slack: Playground, database_url: str, tracker_config: Path) -> Iterator[TrackerStage]:
    """The bot at work where something is made to go wrong."""
    bot = Bot(environment_for(slack, database_url, config=tracker_config))
    slack.jira.hook_url = f"http://127.0.0.1:{bot.server.port}/hooks/jira"
    with at_work(bot, slack):
        stage = TrackerStage(slack, bot)
        stage.begins()
        yield stage
        stage.settles()


@pytest.fixture
def stage(troubled_stage: TrackerStage, caplog: pytest.LogCaptureFixture) -> Iterator[TrackerStage]:
    """The bot at work. At the end it has logged no fault."""
    yield troubled_stage
    troubled_stage.settles()
    assert faults_of_the_bot(caplog) == []


@pytest.fixture
def sev(stage: TrackerStage, ada: Person) -> TrackerStage:
    """The stage, with SEV-1 declared."""
    stage.declared(ada, "SEV2 checkout is down")
    return stage
