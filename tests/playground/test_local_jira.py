"""The local Jira for people: a page for each issue, changes that are told, and issues that outlive a restart."""

from pathlib import Path

import httpx

from bot.playground import Playground
from bot.playground.clock import Clock
from bot.playground.jira import Jira


def test_an_issue_has_a_page_on_which_all_of_it_can_be_changed(slack: Playground) -> None:
    slack.jira.creates("PAY", "Add a <b>breaker</b>")
    address = f"{slack.jira.url}/browse/PAY-1"
    page = httpx.get(address)
    assert page.headers["content-type"].startswith("text/html")
    assert "Add a &lt;b&gt;breaker" in page.text
    form = {"summary": "Add two", "status": "In Review", "assignee": "grace", "duedate": "2027-01-15"}
    assert "Add two" in httpx.post(address, data=form).text
    ticket = slack.jira.find("PAY-1")
    assert ticket is not None
    assert (ticket.summary, ticket.status, ticket.assignee, ticket.duedate) == (
        "Add two", "In Review", "grace", "2027-01-15",
    )  # fmt: skip
    assert "PAY-1</a> Add two" in httpx.get(f"{slack.jira.url}/").text
    assert httpx.post(address, data=form, headers={"Origin": "https://evil.example.com"}).status_code == 403


def test_what_nobody_takes_is_told_again_and_then_lost(slack: Playground) -> None:
    slack.jira.hook_url = f"{slack.url}/nobody/listens"
    slack.jira.creates("PAY", "One")
    assert not slack.jira.is_quiet()
    slack.wait_until(slack.jira.is_quiet, why="it gives up")


def test_issues_outlive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "jira.json"
    first = Jira(Clock())
    first.keep_in(store)
    first.creates("PAY", "One")
    first.creates("PAY", "Two")
    first.moves("PAY-1", "Done")
    first.deletes("PAY-2")
    second = Jira(Clock())
    second.keep_in(store)
    assert [(each.key, each.status) for each in second.tickets.values()] == [("PAY-1", "Done")]
    assert second.creates("PLAT", "Three").id == "10003"
