"""People are reminded of what they owe after a SEV, in one message a day, and left in peace once it is done."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import Bot
from bot.config import Settings, Team, load
from bot.config.nudges import DAYS, Nudges, WorkingHours
from bot.incidents.model import AffectedWorkflow
from bot.playground import Person, Playground
from bot.playground.model import Message
from tests.conftest import REDELIVERY_DELAYS, environment_for
from tests.environments import at_work
from tests.postmortems.writing import is_submitted, is_written
from tests.processes import CONFIG
from tests.scenarios.reminding import ALWAYS, HOUR, ledger, passes
from tests.scenarios.stories import Sev, Stage

DAY = 24 * HOUR
NEVER: dict[str, Any] = dict.fromkeys(("no_commander", "update_overdue", "open_too_long", "status_stuck"), "never")
MISSING, LATE, REVIEW = "postmortem_missing", "postmortem_late", "postmortem_review_late"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    """A bot that reminds of postmortems alone, on every day; the workflow that is hit is grace's team's."""
    nudges = Nudges.model_validate({"working_hours": ALWAYS, "daily_at": "00:00", **NEVER})
    config = load(CONFIG)
    team = config.teams[0].model_copy(update={"manager": "U02GRACE"})
    assert isinstance(team, Team)
    teams = (team, *config.teams[1:])
    workflows = tuple(each.model_copy(update={"owner": team.key}) for each in config.workflows)
    config = config.model_copy(update={"nudges": nudges, "teams": teams, "workflows": workflows})
    slack.redelivery_delays = REDELIVERY_DELAYS
    with at_work(Bot(environment_for(slack, database_url), settings=Settings(CONFIG, config=config)), slack) as bot:
        yield bot


@pytest.fixture
def sev(sev: Sev) -> Sev:
    """It affects a workflow of the team that grace manages."""
    hit = AffectedWorkflow(incident_id=sev.kept.id, workflow="place-order")
    sev.stage.bot.database.run(lambda session: session.add(hit))
    return sev


def days_pass(stage: Stage, days: int) -> None:
    """Days pass, with all that the loop does on each."""
    for _ in range(days):
        passes(stage, DAY)


def test_who_led_it_is_reminded_to_begin_and_then_to_finish(stage: Stage, sev: Sev, ada: Person) -> None:
    days_pass(stage, 2)
    ada.sees("nobody has begun its postmortem. It is due", in_="@sevbot")
    days_pass(stage, 2)
    stage.expects("nobody has begun its postmortem")
    assert {line.partition(":")[0] for line in ledger(stage)} == {f"{MISSING} to U01ADA", f"{MISSING} to channel"}
    ada.goes_to("@sevbot").clicks("Postmortem")
    ada.sees(":pencil2: Draft, due", in_=sev.channel)
    passes(stage, HOUR)
    ada.sees("The postmortem of SEV-1 is begun. (@Ada Lovelace", in_="@sevbot")
    days_pass(stage, 9)
    ada.sees("and it is a draft.", in_="@sevbot")
    stage.slack.expect_all()
    told = [line for line in ledger(stage) if line.startswith(LATE)]
    assert {f"{LATE} to U01ADA: first", f"{LATE} to channel: escalated", f"{LATE} to U02GRACE: escalated"} <= set(told)


def test_reviewers_who_do_not_answer_are_reminded_and_can_answer_there(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    ada.types("/sev postmortem")
    is_written(ada, sev)
    is_submitted(ada, sev)
    stage.begins()
    days_pass(stage, 7)
    grace.sees("waits for its review, which was due", in_="@sevbot")
    stage.expects("waits for its review")
    assert f"{REVIEW} to U02GRACE: first" in ledger(stage)
    assert f"{REVIEW} to channel: first" in ledger(stage)
    grace.goes_to("@sevbot").clicks("Approve")
    ada.sees("@Grace Hopper approved the postmortem of SEV-1.", in_="@sevbot")
    passes(stage, HOUR)
    stage.slack.expect_all()
    told = ledger(stage)
    days_pass(stage, 2)
    assert [line for line in ledger(stage)[len(told) :] if line.startswith(REVIEW)] == []
    ada.sees("and it is approved: publish it.", in_="@sevbot")


def test_what_is_muted_is_not_said_and_why_tells_of_it(stage: Stage, sev: Sev, ada: Person) -> None:
    days_pass(stage, 2)
    ada.sees("nobody has begun its postmortem", in_="@sevbot")
    ada.goes_to("@sevbot").clicks("Mute…")
    ada.fills(**{"Why?": "It is written in SEV-2"})
    ada.submits()
    ada.sees("Muted by @Ada Lovelace: It is written in SEV-2", in_="@sevbot")
    stage.begins()
    days_pass(stage, 2)
    assert len(stage.said_in(stage.slack.direct("ada").id, containing="postmortem")) == 1
    account = ada.goes_to(sev.channel).types("/sev why").text
    assert "postmortem not begun, @Ada Lovelace: it is muted" in account
    assert "postmortem not begun: @Ada Lovelace reminded, since it was due" in account


def test_a_drill_and_a_minor_sev_owe_none(stage: Stage, ada: Person) -> None:
    for words in ("SEV1 an exercise --drill", "SEV4 a typo"):
        sev = stage.declared(ada, words)
        ada.types(f"/sev resolve {sev.name}")
        stage.begins()
    days_pass(stage, 3)
    assert ledger(stage) == []


def asks_in_hours(stage: Stage, hours: dict[str, Any]) -> None:
    """Reviewers are asked in working hours, and these are everybody's."""
    current = stage.bot.settings.current
    rules = current.postmortems.model_copy(update={"ask_reviewers": "in_working_hours"})
    nudges = current.nudges.model_copy(update={"working_hours": WorkingHours.model_validate(hours)})
    stage.bot.settings.current = current.model_copy(update={"postmortems": rules, "nudges": nudges})


def looks(stage: Stage) -> None:
    stage.bot.house.postmortems.ask_reviewers()
    stage.settles()


def test_reviewers_are_asked_when_their_working_day_has_begun(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    ada.types("/sev postmortem")
    stage.settles()
    is_written(ada, sev)
    at_night = {**ALWAYS, "days": [_in_days(stage, 3)]}
    asks_in_hours(stage, at_night)
    is_submitted(ada, sev)
    looks(stage)
    assert not said_to(stage, grace, "asks you to review")
    asks_in_hours(stage, ALWAYS)
    for _ in range(2):
        looks(stage)
    assert len(said_to(stage, grace, "asks you to review")) == 1
    stage.slack.expect_all()


def test_who_has_answered_by_then_is_not_asked(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.types("/sev postmortem")
    stage.settles()
    is_written(ada, sev)
    asks_in_hours(stage, {**ALWAYS, "days": [_in_days(stage, 3)]})
    is_submitted(ada, sev)
    grace.types(f"/sev postmortem {sev.name} approve")
    stage.settles()
    asks_in_hours(stage, ALWAYS)
    looks(stage)
    assert not said_to(stage, grace, sev.name)
    stage.slack.expect_all()


def _in_days(stage: Stage, days: int) -> str:
    """Which day of the week it is in so many days."""
    return DAYS[(stage.bot.clock.now().weekday() + days) % 7]


def said_to(stage: Stage, person: Person, words: str) -> list[Message]:
    return stage.said_in(stage.slack.direct(person.name).id, containing=words)
