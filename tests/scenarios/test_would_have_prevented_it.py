"""A SEV that comes again names what is still open from the times before, and how late it is."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.playground import Person
from bot.remediation.model import ActionItem
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def before(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV on placing orders, of which an item of grace's is 41 days late by the company's clock."""
    grace.types("/sev list")
    sev = declared(stage, ada, "orders fail")
    ada.types("/sev action SEV-1 add add a circuit breaker @grace")

    due_on = stage.bot.clock.now().date() - timedelta(days=41)
    stage.bot.database.run(lambda session: session.execute(update(ActionItem).values(due_on=due_on)))
    return sev


def declared(stage: Stage, person: Person, title: str, *, kind: str | None = None) -> Sev:
    """Somebody declares a SEV on placing orders, by the form."""
    before = stage.number_of_sevs()
    person.uses_shortcut("Declare a SEV")
    person.fills(
        Title=title, Severity="SEV3", **{"Workflows affected": ["Place order"]}, **({"Kind": kind} if kind else {})
    )
    person.submits()
    number = before + 1
    stage.slack.wait_until(lambda: stage.number_of_sevs() == number, why="it is declared")
    stage.settles()
    return stage.sev(number)


def test_the_new_sev_names_what_is_open_from_before_until_it_is_done(
    stage: Stage, before: Sev, ada: Person, grace: Person
) -> None:
    again = declared(stage, ada, "no order arrives")
    (line,) = [line for line in again.lines if "still open from before" in line]
    assert line.splitlines() == [
        ":rewind: Second time on Place order within a year. This is still open from before:",
        "• SEV-1/1 “add a circuit breaker” of @Grace Hopper, 41 days late",
    ]
    assert "Second time on Place order within a year. Still open from before: SEV-1/1" in again.card
    assert "late since" in again.card
    third = declared(stage, ada, "orders are lost")
    assert "Third time on Place order" in third.card
    stage.begins()
    grace.types("/sev action done SEV-1/1")
    stage.settles()
    assert "from before" not in third.card
    assert "from before" not in again.card
    assert "from before" not in before.card


def test_alike_titles_are_found_without_a_workflow(stage: Stage, before: Sev, ada: Person) -> None:
    ada.types("/sev action SEV-1 add watch the card processor @ada")
    ada.types("/sev title SEV-1 card processor refuses payments")
    again = stage.declared(ada, "SEV3 The card processor refuses payments again")
    assert "Much like SEV-1. Still open from before: SEV-1/1" in again.card
    other = stage.declared(ada, "SEV3 payments")
    assert "from before" not in other.card
    assert before.number == 1


def test_private_sevs_and_drills_are_never_named_nor_reminded(stage: Stage, before: Sev, ada: Person) -> None:
    drill = declared(stage, ada, "an exercise", kind="Drill")
    assert "from before" not in drill.card
    hidden = declared(stage, ada, "orders leak", kind="Private")
    assert "SEV-1/1" in hidden.card
    ada.goes_to(hidden.channel)
    ada.types("/sev action add rotate the secret keys @ada")
    ada.types("/sev action SEV-2 add exercise more @ada")
    again = declared(stage, ada, "orders fail again")
    assert "SEV-1/1" in again.card
    assert "secret" not in again.card
    assert "exercise" not in again.card
    stage.begins()
    assert before.number == 1


def test_cards_say_that_an_item_is_overdue_once_its_day_is_over(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV3 checkout is down")
    ada.types("/sev action SEV-1 add first thing @ada due tomorrow")
    stage.settles()
    assert "overdue" not in sev.card
    stage.slack.advance_clock(2.5 * 86400)
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is
    show_overdue = next(job for job in stage.bot.house.jobs() if job.name == "remediation.show_overdue")
    show_overdue.run()
    stage.settles()
    assert "1 action item, 1 overdue" in sev.card
    show_overdue.run()
    stage.begins()
