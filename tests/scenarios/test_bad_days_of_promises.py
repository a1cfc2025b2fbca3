"""Bad days, as `docs/bad-days.md` promises them: each line of its table is made to happen, and must be said in those words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.config import Config, Remediation, Team
from bot.incidents.model import Incident
from bot.playground import Playground
from bot.remediation.model import ActionItem
from bot.remediation.nudging import watch_open_items
from tests.processes import ROOT
from tests.scenarios.calendar_stories import LONDON, PAYMENTS, Days, bot_with, days, with_people
from tests.scenarios.stories import Stage

SEARCH = Team(key="search", name="Search", manager="U03LINUS")
PLATFORM = Team(key="platform", name="Platform", members=("U06BARBARA",))
DISSOLVED = Team(key="dissolved", name="Dissolved", channel="#platform")
CONFIG = with_people(PAYMENTS, PLATFORM, SEARCH, DISSOLVED)
MANY = 40
"""How many are overdue at once; the torture has 5,000."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    case: str
    who: str
    where: str
    words: str

    @property
    def place(self) -> str:
        return self.where.removeprefix("in ")

    def is_in(self, text: str) -> bool:
        """Whether a text holds the words, `…` standing for anything."""
        pattern = ".*?".join(re.escape(part) for part in self.words.split("…"))
        return re.search(pattern, " ".join(text.split())) is not None


def table(section: str = "Promises", file: Path = ROOT / "docs" / "bad-days.md") -> list[Line]:
    text = file.read_text().partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [Line(*(cell.strip() for cell in row)) for row in rows[1:]]


@dataclass
class Ground:
    """What a story is told on: a SEV of ada's, in the week before it goes wrong."""

    stage: Stage
    calendar: Days

    def promised(self, whose: str, *, due: int = 1) -> None:
        ada = self.stage.slack.person("ada")
        ada.goes_to(self.stage.sev(1).channel)
        ada.types(f"/sev action add cap the retries {whose} due {self.calendar.date(due)}")
        self.stage.begins()

    def leaves(self, name: str) -> None:
        self.stage.slack.change_person(name, deleted=True)
        self.stage.hears()

    def settings(self, config: Config) -> None:
        """Other files are read."""
        self.stage.bot.settings.current = config

    def comes(self, *days: int, hour: str = "17:30") -> None:
        """Some days come, at an hour at which everybody works but in Tokyo."""
        for day in days:
            self.calendar.comes(day, hour)

    def imported(self, number: int, *, late: int, **owner: str) -> None:
        """Items that come by another way than people."""

        def insert(session: Session) -> None:
            incident = session.scalars(select(Incident)).one()
            now = self.stage.bot.clock.now()
            due_on = self.calendar.date(0) - timedelta(days=late)
            first = len(session.scalars(select(ActionItem.id)).all()) + 1
            session.add_all(
                ActionItem(
                    incident_id=incident.id, number=first + each, title=f"step {each}", due_on=due_on, created_by="U09",
                    created_at=now, changed_at=now, **owner,
                )
                for each in range(number)
            )  # fmt: skip
            session.flush()
            watch_open_items(session)

        self.stage.bot.database.run(insert)


def owner_leaves(on: Ground) -> None:
    on.promised("@grace", due=3)
    on.comes(2)
    on.leaves("grace")
    on.comes(3)


def owner_in_no_team_leaves(on: Ground) -> None:
    on.imported(1, late=0, owner_user="U04EDSGER")
    on.stage.slack.person("edsger").goes_to("#payments").types("/sev list")
    on.leaves("edsger")
    on.comes(1)


def nobody_owns(on: Ground) -> None:
    on.promised("")
    on.comes(1)


def team_is_no_more(on: Ground) -> None:
    on.promised("@dissolved")
    on.settings(with_people(PAYMENTS, PLATFORM, SEARCH))
    on.comes(2)


def team_is_silent(whose: str) -> Callable[[Ground], None]:
    def story(on: Ground) -> None:
        on.promised(whose)
        on.comes(2, hour="01:30")
        on.comes(9)

    return story


def manager_leaves(on: Ground) -> None:
    on.stage.slack.person("linus").types("/sev list")
    on.leaves("linus")
    on.promised("@grace")
    on.comes(2)
    on.comes(9, hour="17:45")  # a week after the first one arrived, which took its time


def policy_changes(on: Ground) -> None:
    ada = on.stage.slack.person("ada")
    ada.goes_to(on.stage.sev(1).channel)
    ada.types("/sev action add cap the retries @grace P1")
    on.settings(CONFIG.model_copy(update={"remediation": Remediation.model_validate({"due": {"P1": 1}})}))
    on.comes(8)
    assert item_of(on).due_on == on.calendar.date(14)


def due_date_is_over(on: Ground) -> None:
    on.imported(1, late=39, owner_user="U02GRACE")
    on.comes(1)


def many_are_overdue(on: Ground) -> None:
    on.imported(MANY, late=40, owner_user="U02GRACE")
    on.imported(MANY, late=40, owner_team="payments")
    on.comes(1, 2)
    on.stage.settles()
    assert len(on.stage.said_in(on.stage.slack.direct("grace").id)) == 1
    assert len(on.stage.said_in("#payments", containing="things need")) == 1


def item_of(on: Ground) -> ActionItem:
    with on.stage.bot.database.read() as session:
        item = session.scalars(select(ActionItem)).one()
        session.expunge_all()
        return item


STORIES: dict[str, Callable[[Ground], None]] = {
    "The account of an item's owner was closed": owner_leaves,
    "The account of an item's owner was closed, who is in no team": owner_in_no_team_leaves,
    "An item is nobody's": nobody_owns,
    "An item's team was taken out of the configuration": team_is_no_more,
    "A team without a channel owes an item": team_is_silent("@search"),
    "A team without a channel is given an item": lambda on: on.promised("@search"),
    "A team without channel and manager owes an item": team_is_silent("@platform"),
    "A team is silent, and has no manager": team_is_silent("@barbara"),
    "A team is silent, and its manager's account was closed": manager_leaves,
    "The policy of due dates changes while an item is open": policy_changes,
    "An item comes with a due date that is over": due_date_is_over,
    "Many items are overdue at once, after an import": many_are_overdue,
}


@pytest.fixture
def engine() -> str:
    """One is enough: what is said does not depend on it."""
    return "sqlite"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    with bot_with(slack, database_url, CONFIG) as bot:
        yield bot


def test_every_line_of_the_table_has_a_story_and_every_story_a_line() -> None:
    assert {line.case for line in table()} == set(STORIES)


@pytest.mark.parametrize("case", STORIES)
def test_on_a_bad_day_it_is_said_as_promised(stage: Stage, case: str) -> None:
    calendar = days(stage)
    calendar.comes(0, "08:00", LONDON)
    stage.declared(stage.slack.person("ada"), "SEV2 checkout is down")
    STORIES[case](Ground(stage, calendar))
    stage.settles()
    for line in (line for line in table() if line.case == case):
        place = line.place if line.place.startswith("#") else stage.slack.direct(line.who).id
        said = [stage.words(each) for each in stage.said_in(place)]
        assert any(line.is_in(text) for text in said), f"{line.words!r} was not said {line.where}: {said}"
    stage.begins()
