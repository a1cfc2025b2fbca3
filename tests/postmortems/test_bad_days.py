"""Bad days of postmortems, as `docs/bad-days.md` promises them: each line of its table is made to happen, and must be said so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from bot.app import Bot
from bot.config import Settings, load
from bot.config.nudges import Nudges
from bot.incidents.model import AffectedWorkflow
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.environments import at_work
from tests.postmortems.writing import is_published, is_submitted, is_written
from tests.processes import CONFIG
from tests.scenarios.calendar_stories import OPEN_RULES
from tests.scenarios.reminding import ALWAYS, HOUR, passes
from tests.scenarios.stories import Sev
from tests.scenarios.test_bad_days_of_promises import Line, table

DAY = 24 * HOUR


@dataclass
class Ground:
    """What a story is told on, and what people were answered in it."""

    sev: Sev
    ada: Person
    grace: Person
    answers: dict[str, list[str]] = field(default_factory=dict)

    def begins(self) -> None:
        self.ada.types("/sev postmortem")
        self.sev.stage.settles()

    def is_in_review(self) -> None:
        self.begins()
        is_written(self.ada, self.sev)
        is_submitted(self.ada, self.sev)

    def asks(self, person: Person, words: str) -> None:
        """Somebody types something, and what they are answered is kept."""
        self.answers.setdefault(person.name, []).append(person.types(words).text)

    def leaves(self, name: str) -> None:
        self.sev.stage.slack.change_person(name, deleted=True)
        self.sev.stage.hears()

    def days_pass(self, days: int) -> None:
        for _ in range(days):
            passes(self.sev.stage, DAY)


def owner_leaves(on: Ground) -> None:
    on.leaves("ada")
    on.days_pass(3)


def writer_leaves(on: Ground) -> None:
    on.begins()
    on.leaves("ada")
    on.days_pass(9)


def reviewer_leaves(on: Ground) -> None:
    on.is_in_review()
    on.leaves("grace")
    on.days_pass(7)


def edited_in_review(on: Ground) -> None:
    on.begins()
    on.ada.clicks("postmortem.open_section:impact", in_=on.sev.channel)
    on.ada.fills(text="Nobody could pay.")
    form = on.ada.modal
    assert form is not None
    on.sev.stage.slack.workspace.modals[on.ada.id].clear()
    is_written(on.ada, on.sev)
    is_submitted(on.ada, on.sev)
    on.sev.stage.slack.workspace.modals[on.ada.id].append(form.view)
    on.answers["ada"] = [each.replace("`", "") for each in on.ada.submits().errors.values()]
    on.ada.closes_modal()


def taken_back(on: Ground) -> None:
    on.is_in_review()
    on.ada.types("/sev postmortem draft the times are wrong")


def approved_too_late(on: Ground) -> None:
    taken_back(on)
    on.asks(on.grace.goes_to(on.sev.channel), "/sev postmortem approve")


def reopened(on: Ground) -> None:
    on.begins()
    is_published(on.ada, on.grace, on.sev)
    on.ada.types("/sev reopen it came back")
    on.sev.stage.settles()
    on.asks(on.ada, "/sev postmortem")


def archived(on: Ground) -> None:
    on.is_in_review()
    on.grace.types("/sev postmortem SEV-1 approve")
    on.ada.archives(on.sev.channel)
    on.sev.stage.hears()
    on.ada.goes_to("#general").types("/sev postmortem SEV-1 publish")


STORIES: dict[str, Callable[[Ground], None]] = {
    "Who owes a postmortem has left": owner_leaves,
    "Who wrote a draft has left": writer_leaves,
    "A reviewer has left without an answer": reviewer_leaves,
    "Somebody edits what is in review": edited_in_review,
    "What is in review is taken back and edited": taken_back,
    "What was reviewed before is approved while it is a draft again": approved_too_late,
    "A SEV is reopened after its postmortem was published": reopened,
    "The SEV's channel is archived when its postmortem is published": archived,
}


@pytest.fixture
def engine() -> str:
    """One is enough: what is said does not depend on it."""
    return "sqlite"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    """A bot that reminds of postmortems alone, on every day; Payments owns the workflow that is hit."""
    nudges = Nudges.model_validate({"working_hours": ALWAYS, "daily_at": "00:00", **OPEN_RULES})
    config = load(CONFIG)
    teams = tuple(each.model_copy(update={"manager": "U03LINUS"}) for each in config.teams)
    workflows = tuple(each.model_copy(update={"owner": "payments"}) for each in config.workflows)
    config = config.model_copy(update={"nudges": nudges, "teams": teams, "workflows": workflows})
    with at_work(Bot(environment_for(slack, database_url), settings=Settings(CONFIG, config=config)), slack) as bot:
        yield bot


def test_every_line_of_the_table_has_a_story_and_every_story_a_line() -> None:
    assert {line.case for line in table("Postmortems")} == set(STORIES)


@pytest.mark.parametrize("case", STORIES)
def test_on_a_bad_day_it_is_said_as_promised(sev: Sev, ada: Person, grace: Person, case: str) -> None:
    hit = AffectedWorkflow(incident_id=sev.kept.id, workflow="place-order")
    sev.stage.bot.database.run(lambda session: session.add(hit))
    ground = Ground(sev, ada, grace)
    STORIES[case](ground)
    sev.stage.settles()
    for line in (line for line in table("Postmortems") if line.case == case):
        said = said_there(ground, line)
        assert any(line.is_in(text) for text in said), f"{line.words!r} was not said {line.where}: {said}"
    sev.stage.begins()


def said_there(on: Ground, line: Line) -> list[str]:
    """All that was said where a line says that it is."""
    stage = on.sev.stage
    if line.where == "in answer":
        return on.answers[line.who]
    place = line.place if line.place.startswith("#") else stage.slack.direct(line.who).id
    return [stage.words(each) for each in stage.said_in(place)]
