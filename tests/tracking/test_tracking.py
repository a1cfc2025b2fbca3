"""An action item has an issue in Jira: people make one, link one, part from it, and change either side."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from bot.directory.people import Actor, Standing
from bot.integrations import adf
from bot.playground import Person
from bot.remediation import reading, service
from bot.remediation.model import ItemState
from bot.remediation.service import Change
from tests.tracking.conftest import TRACKER, TrackerStage


def test_an_issue_is_made_of_an_item_and_both_know_each_other(sev: TrackerStage, ada: Person) -> None:
    item = sev.adds(ada, "add a circuit breaker @grace P1 due 2027-01-15")
    answer = ada.types("/sev action track SEV-1/1")
    assert answer.text == "An issue for SEV-1/1 is made in Jira; it shows here as soon as it is there."
    sev.settles()
    ticket = sev.ticket("PAY-1")
    assert (ticket.summary, ticket.assignee, ticket.duedate, ticket.priority, ticket.status) == (
        "add a circuit breaker", "grace", "2027-01-15", "High", "To Do",
    )  # fmt: skip
    assert adf.text(ticket.description).startswith(
        "Action item SEV-1/1, to prevent another SEV-1 (SEV2): checkout is down"
    )
    assert sev.item(1).tracker_url == f"{sev.jira.url}/browse/PAY-1"
    link = sev.link(item)
    assert link is not None
    assert (link.key, link.issue_id, link.status, link.assignee) == ("PAY-1", "10001", "To Do", "Grace Hopper")
    assert sev.tracked() == ["made"]
    assert ada.types("/sev action track SEV-1/1").text == "SEV-1/1 is PAY-1 in Jira already."


def test_a_click_makes_an_issue_and_the_item_shows_it(sev: TrackerStage, ada: Person) -> None:
    sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    ada.types("/sev items SEV-1")
    ada.clicks("Create in Jira")
    ada.sees("An issue for SEV-1/1 is made in Jira; it shows here as soon as it is there.")
    sev.settles()
    shown = ada.types("/sev items SEV-1").text
    assert "PAY-1" in shown
    assert "Create in Jira" not in shown


def test_what_changes_in_slack_changes_in_jira(sev: TrackerStage, ada: Person) -> None:
    sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    ada.types("/sev action title SEV-1/1 add two circuit breakers")
    ada.types("/sev action give SEV-1/1 @ada")
    ada.types("/sev action due SEV-1/1 2027-02-01")
    ada.types("/sev action start SEV-1/1")
    sev.settles()
    ticket = sev.ticket("PAY-1")
    assert (ticket.summary, ticket.assignee, ticket.duedate, ticket.status) == (
        "add two circuit breakers", "ada", "2027-02-01", "In Progress",
    )  # fmt: skip
    ada.types("/sev action done SEV-1/1 https://grafana.example.com/d/1 shows it")
    sev.settles()
    assert ticket.status == "Done"
    (comment,) = ticket.comments
    assert adf.text(comment["body"]) == (
        "SEV-1/1 is done. What shows that it works: https://grafana.example.com/d/1 shows it"
    )
    ada.types("/sev action reopen SEV-1/1 it broke again")
    sev.settles()
    assert ticket.status == "To Do"
    ada.types("/sev action wontdo SEV-1/1 too dear")
    sev.settles()
    assert ticket.status == "Won't Do"
    assert [adf.text(each["body"]) for each in ticket.comments][1:] == ["SEV-1/1 won't be done. Why: too dear"]
    assert sev.tracked() == ["made"]


def test_what_changes_in_jira_changes_in_slack_at_once_and_bears_its_name(sev: TrackerStage, ada: Person) -> None:
    sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    sev.jira.renames("PAY-1", "Add a  breaker")
    sev.jira.assigns("PAY-1", "barbara")
    sev.jira.dates("PAY-1", "2027-03-01")
    sev.jira.moves("PAY-1", "In Review")
    sev.settles()
    item = sev.item(1)
    assert (item.title, item.owner_user, item.due_on, item.state) == (
        "Add a breaker", "U06BARBARA", date(2027, 3, 1), ItemState.IN_PROGRESS,
    )  # fmt: skip
    sev.jira.moves("PAY-1", "Done")
    sev.settles()
    item = sev.item(1)
    assert (item.state, item.closed_by) == (ItemState.DONE, "jira")
    sev.jira.moves("PAY-1", "To Do")
    sev.settles()
    assert sev.item(1).state == ItemState.OPEN
    sev.jira.moves("PAY-1", "Won't Do")
    sev.settles()
    assert (sev.item(1).state, sev.item(1).reason) == (ItemState.WONT_DO, "PAY-1 is “Won't Do” in Jira")
    assert {each.split(":")[1] for each in sev.tracked() if ":" in each} == {"jira"}
    audited = [record for record in sev.sev(1).audit if record.actor == "jira"]
    assert {record.source for record in audited} == {"tracker"}
    timeline = ada.types("/sev timeline SEV-1").text
    assert "Jira did SEV-1/1 “Add a breaker”" in timeline
    assert "Jira changed SEV-1/1 “Add a breaker”: its title is Add a breaker" in timeline


def test_an_issue_that_is_there_is_linked_by_its_key_or_address(sev: TrackerStage, ada: Person) -> None:
    sev.jira.creates("PLAT", "Circuit breakers everywhere")
    item = sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    answer = ada.types(f"/sev action link SEV-1/1 {sev.jira.url}/browse/plat-1")
    assert answer.text == "SEV-1/1 is PLAT-1 in Jira from now on."
    sev.settles()
    ticket = sev.ticket("PLAT-1")
    assert (ticket.summary, ticket.assignee, ticket.duedate, ticket.labels) == (
        "Circuit breakers everywhere", "grace", "2027-01-15", ["sevbot"],
    )  # fmt: skip
    assert sev.item(1).title == "add a circuit breaker"
    answer = ada.types("/sev action unlink SEV-1/1")
    assert answer.text == "SEV-1/1 has no issue in Jira any more. The issue stays as it is."
    sev.jira.moves("PLAT-1", "Done")
    sev.polls()
    assert (sev.link(item), sev.item(1).tracker_url, sev.item(1).state) == (None, "", ItemState.OPEN)
    assert sev.tracked() == ["linked", "unlinked"]


def test_an_address_that_is_written_into_the_item_links_it(sev: TrackerStage, ada: Person) -> None:
    sev.jira.creates("PLAT", "Circuit breakers everywhere")
    item = sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    _write_address(sev, f"{sev.jira.url}/browse/PLAT-1")
    assert sev.ticket("PLAT-1").duedate == "2027-01-15"
    link = sev.link(item)
    assert link is not None
    assert (link.key, link.issue_id) == ("PLAT-1", "10001")
    _write_address(sev, "https://github.com/example/checkout/issues/7")
    assert sev.link(item) is None
    sev.jira.moves("PLAT-1", "Done")
    sev.settles()
    assert (sev.item(1).state, sev.item(1).tracker_url) == (
        ItemState.OPEN, "https://github.com/example/checkout/issues/7",
    )  # fmt: skip


def _write_address(sev: TrackerStage, address: str) -> None:
    """What the item's form does."""
    bot = sev.bot

    def write(session: Session) -> None:
        item = reading.locked(session, 1)
        ada = Actor(user_id="U01ADA", standing=Standing.MEMBER, door="form")
        wanted = Change(tracker_url=address)
        service.change(session, item, wanted, config=bot.settings.current, actor=ada, now=bot.clock.now())

    bot.database.run(write)
    sev.settles()


def test_what_is_not_possible_is_said(sev: TrackerStage, ada: Person) -> None:
    sev.adds(ada, "add a circuit breaker @grace")
    assert (
        ada.types("/sev action link SEV-1/1 soon").text == "Name the issue by its key: /sev action link SEV-1/1 PAY-7."
    )
    assert ada.types("/sev action unlink SEV-1/1").text == "SEV-1/1 has no issue in Jira."
    ada.types("/sev action done SEV-1/1")
    assert "SEV-1/1 is closed." in ada.types("/sev action track SEV-1/1").text


def test_an_issue_nobody_can_find_leaves_the_item_as_it_is(sev: TrackerStage, ada: Person) -> None:
    item = sev.adds(ada, "add a circuit breaker @grace")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    hidden = sev.jira.deletes("PAY-1")
    sev.settles()
    link = sev.link(item)
    assert link is not None
    assert link.lost_at is not None
    assert sev.item(1).state == ItemState.OPEN
    (told,) = [each for each in sev.told("grace") if "PAY-1" in each]
    assert told.startswith(
        "PAY-1, the issue of SEV-1/1 “add a circuit breaker”, can't be found in Jira any more. The item stays as it is. "
        "Link another issue with /sev action link SEV-1/1 PAY-7"
    )
    ada.types("/sev action start SEV-1/1")
    sev.settles()
    sev.jira.restores(hidden)
    sev.jira.renames("PAY-1", "Back again")
    sev.settles()
    assert sev.item(1).title == "Back again"
    assert hidden.status == "In Progress"
    assert [each for each in sev.tracked() if ":" not in each] == ["made", "lost", "found"]


def test_an_issue_that_is_moved_is_followed_under_its_new_key(sev: TrackerStage, ada: Person) -> None:
    item = sev.adds(ada, "add a circuit breaker @grace")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    key = sev.jira.transfers("PAY-1", "PLAT")
    sev.settles()
    link = sev.link(item)
    assert link is not None
    assert (link.key, sev.item(1).tracker_url) == (key, f"{sev.jira.url}/browse/{key}")
    assert sev.tracked() == ["made", "moved"]


def test_what_is_to_be_proven_stays_open_until_somebody_proves_it(
    sev: TrackerStage, ada: Person, grace: Person
) -> None:
    sev.adds(ada, "add a circuit breaker @grace")
    ada.types("/sev action prove SEV-1/1 a game day")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    sev.jira.moves("PAY-1", "Done")
    sev.settles()
    assert sev.item(1).state == ItemState.OPEN
    (told,) = [each for each in sev.told("grace") if "PAY-1" in each]
    assert told.startswith(
        "PAY-1 is done in Jira, but SEV-1/1 “add a circuit breaker” is to be proven, so it stays open"
    )
    grace.types("/sev action done SEV-1/1 the game day of 3 December")
    sev.settles()
    assert (sev.item(1).state, sev.ticket("PAY-1").status) == (ItemState.DONE, "Done")
    assert sev.tracked() == ["made", "evidence"]


@pytest.mark.parametrize("tracker", [TRACKER | {"automatic": True}])
def test_a_drill_leaves_no_issues_behind(stage: TrackerStage, ada: Person) -> None:
    stage.declared(ada, "SEV2 failover exercise --drill")
    stage.adds(ada, "write the runbook anew @ada")
    assert stage.jira.tickets == {}


@pytest.mark.parametrize("tracker", [TRACKER | {"automatic": True}])
def test_every_item_gets_an_issue_where_the_configuration_says_so(sev: TrackerStage, ada: Person) -> None:
    sev.adds(ada, "add a circuit breaker @grace")
    sev.adds(ada, "write the runbook anew")
    assert {ticket.key: ticket.assignee for ticket in sev.jira.tickets.values()} == {"PAY-1": "grace", "OPS-1": None}
    assert sev.item(2).owner_user is None


def test_a_private_sev_has_no_issues(stage: TrackerStage, ada: Person) -> None:
    stage.declared(ada, "SEV2 salaries of the quetzal leaked --private")
    stage.adds(ada, "rotate the keys of the quetzal")
    answer = ada.types("/sev action track SEV-1/1").text
    assert answer == "SEV-1 is private, and its action items are not kept in Jira."
    answer = ada.types("/sev action link SEV-1/1 PAY-1").text
    assert answer == "SEV-1 is private, and its action items are not kept in Jira."
    stage.settles()
    assert (stage.jira.tickets, stage.jira.requests) == ({}, [])


@pytest.mark.parametrize("tracker", [TRACKER | {"private": True}])
def test_where_it_may_have_them_jira_is_told_its_number_and_no_more(stage: TrackerStage, ada: Person) -> None:
    stage.declared(ada, "SEV2 salaries of the quetzal leaked --private")
    stage.adds(ada, "rotate the keys of the quetzal @ada due 2027-01-15")
    ada.types("/sev action track SEV-1/1")
    stage.settles()
    ada.types("/sev action title SEV-1/1 rotate all keys of the quetzal")
    ada.types("/sev action done SEV-1/1 the quetzal flew away")
    stage.settles()
    ticket = stage.ticket("OPS-1")
    assert (ticket.summary, ticket.status, ticket.assignee) == ("Action item SEV-1/1 of a private SEV", "Done", "ada")
    assert "quetzal" not in str(stage.jira.requests)
    stage.jira.assigns("OPS-1", "grace")
    stage.jira.moves("OPS-1", "To Do")
    stage.settles()
    assert (stage.item(1).state, stage.item(1).owner_user) == (ItemState.OPEN, "U01ADA")
    assert any("which SEV-1/1" in each for each in stage.told("ada"))
    assert stage.told("grace") == []
