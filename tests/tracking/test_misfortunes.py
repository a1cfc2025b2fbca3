"""Jira fails, answers nonsense, loses answers and is raced: nothing is made twice, nothing is lost, and Slack never waits."""

import json
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from bot.playground import Person
from bot.playground.jira import SECRET, Parcel, signed
from bot.remediation import tracking_jobs
from bot.remediation.model import ItemState
from bot.remediation.tracking_model import TrackerLink, UnknownDelivery
from tests.tracking.conftest import TRACKER, TrackerStage

CREATE, READ, SEARCH = "POST rest/api/3/issue", r"GET rest/api/3/issue/[^/]+", "POST .*search/jql"
EDIT, MOVE, WAYS = r"PUT rest/api/3/issue/[^/]+", "POST .*/transitions", "GET .*/transitions"
SINGLE = {"tracker": TRACKER}


@pytest.fixture
def tracked(sev: TrackerStage, ada: Person) -> TrackerStage:
    """The stage, with SEV-1/1 of grace's, which is PAY-1."""
    sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    return sev


@pytest.mark.parametrize("fault", ["drop_after", pytest.param("html", marks=pytest.mark.torture)])
def test_a_lost_answer_makes_no_second_issue(sev: TrackerStage, ada: Person, fault: str) -> None:
    sev.jira.search_lag = 0.1
    sev.adds(ada, "add a circuit breaker @grace")
    sev.jira.faults = [(CREATE, fault)]
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    assert [ticket.key for ticket in sev.jira.tickets.values()] == ["PAY-1"]
    assert sev.item(1).tracker_url.endswith("/browse/PAY-1")
    assert sev.tracked() == ["made"]


@pytest.mark.parametrize("fault", ["drop_before", pytest.param("429", marks=pytest.mark.torture)])
def test_a_try_that_did_nothing_is_made_again(sev: TrackerStage, ada: Person, fault: str) -> None:
    sev.adds(ada, "add a circuit breaker @grace")
    sev.jira.faults = [(CREATE, fault)]
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    assert [ticket.key for ticket in sev.jira.tickets.values()] == ["PAY-1"]
    assert sev.tracked() == ["made"]


def test_an_outage_of_jira_blocks_nothing_in_slack(troubled_stage: TrackerStage, ada: Person) -> None:
    stage = troubled_stage
    stage.declared(ada, "SEV2 checkout is down")
    stage.jira.outage = True
    ada.types("/sev action add SEV-1 add a circuit breaker @grace due 2027-01-15")
    assert "is made in Jira" in ada.types("/sev action track SEV-1/1").text
    assert ada.types("/sev action due SEV-1/1 2027-02-01").text == "SEV-1/1 is due Mon 1 Feb 2027."
    assert ada.types("/sev action start SEV-1/1").text == "SEV-1/1 is in progress."
    stage.slack.wait_until(
        lambda: "Make an issue of an action item is late and is tried again (http_503)" in stage.sev(1).card,
        why="the card tells it",
    )
    stage.jira.outage = False
    stage.settles()
    ticket = stage.ticket("PAY-1")
    assert (ticket.duedate, ticket.status, len(stage.jira.tickets)) == ("2027-02-01", "In Progress", 1)
    assert "is late" not in stage.sev(1).card


def test_what_is_refused_waits_for_somebody_and_retry_goes_on(troubled_stage: TrackerStage, ada: Person) -> None:
    stage = troubled_stage
    stage.declared(ada, "SEV2 checkout is down")
    stage.jira.not_on_screens = {"labels"}
    stage.adds(ada, "add a circuit breaker @grace")
    ada.types("/sev action track SEV-1/1")
    ada.sees("Make an issue of an action item failed (invalid_issue_labels)", in_="#sev-1-checkout-is-down")
    stage.jira.not_on_screens = set()
    ada.clicks("Retry", in_="#sev-1-checkout-is-down")
    stage.settles()
    assert stage.ticket("PAY-1").labels[0] == "sevbot"


@pytest.mark.parametrize("nonsense", ["wrong_types", pytest.param("deep", marks=pytest.mark.torture)])
def test_nonsense_changes_nothing_and_is_asked_again(tracked: TrackerStage, ada: Person, nonsense: str) -> None:
    tracked.jira.faults = [(READ, nonsense), (WAYS, nonsense), (SEARCH, nonsense)]
    ada.types("/sev action start SEV-1/1")
    tracked.polls()
    tracked.settles()
    assert tracked.jira.faults == []
    item = tracked.item(1)
    assert (item.title, item.owner_user, item.due_on, item.state) == (
        "add a circuit breaker", "U02GRACE", date(2027, 1, 15), ItemState.IN_PROGRESS,
    )  # fmt: skip
    assert tracked.ticket("PAY-1").status == "In Progress"


def test_whoever_comes_between_reading_and_writing_is_not_lost(tracked: TrackerStage, ada: Person) -> None:
    """Another field keeps what they wrote; of the same field the later word counts, on both sides."""
    tracked.jira.hook_url = ""
    tracked.jira.races = [(READ, lambda: tracked.jira.renames("PAY-1", "By a colleague"))]
    ada.types("/sev action due SEV-1/1 2027-02-01")
    tracked.settles()
    ticket = tracked.ticket("PAY-1")
    assert (tracked.item(1).title, ticket.duedate) == ("By a colleague", "2027-02-01")
    tracked.jira.races = [(EDIT, lambda: tracked.jira.dates("PAY-1", "2027-03-01"))]
    ada.types("/sev action due SEV-1/1 2027-02-15")
    tracked.settles()
    assert (tracked.item(1).due_on, ticket.duedate) == (date(2027, 3, 1), "2027-03-01")


def test_what_is_changed_here_while_jira_answers_follows(tracked: TrackerStage, ada: Person) -> None:
    tracked.jira.races = [(READ, lambda: ada.types("/sev action title SEV-1/1 the latest word"))]
    ada.types("/sev action title SEV-1/1 an earlier word")
    tracked.settles()
    assert tracked.ticket("PAY-1").summary == "the latest word"
    assert tracked.item(1).title == "the latest word"


def test_webhooks_may_come_late_twice_and_in_any_order(tracked: TrackerStage) -> None:
    jira = tracked.jira
    jira.holds_hooks = True
    for status in ("In Progress", "Done", "To Do", "In Progress"):
        jira.moves("PAY-1", status)
    first, second, third, fourth = jira.held
    for parcel in (fourth, third, fourth, second, first, first):
        assert jira.deliver(parcel) == 200
        tracked.settles()
    assert tracked.item(1).state == ItemState.IN_PROGRESS
    changes = [each for each in tracked.tracked() if each.endswith(":jira")]
    assert changes == ["item_changed:jira"]


def test_what_is_not_signed_is_not_heard_and_what_is_not_understood_is_kept(tracked: TrackerStage) -> None:
    jira = tracked.jira
    body = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"key": "PAY-1"}}).encode()
    before = len(jira.requests)
    assert jira.deliver(Parcel("1", body, signed(body, "another secret"))) == 401
    assert jira.deliver(Parcel("2", body + b" ", signed(body))) == 401
    assert jira.deliver(Parcel("3", body, "")) == 401
    tracked.settles()
    assert len(jira.requests) == before
    for strange in (
        b"[]",
        b"not json",
        b"[" * 50_000,
        b'{"webhookEvent": "user_created", "user": {"name": "quetzal"}}',
    ):
        assert jira.deliver(Parcel("4", strange, signed(strange))) == 200
    with tracked.bot.database.read() as session:
        outlines = [each.outline for each in session.query(UnknownDelivery).order_by(UnknownDelivery.id)]
    assert outlines[0] == {"shape": "list"}
    assert outlines[3] == {"event": "user_created", "fields": ["user", "webhookEvent"]}
    url = jira.hook_url
    assert httpx.post(url, content=body, headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200
    assert httpx.post(url, content=body, headers={"Authorization": "Bearer guess"}).status_code == 401
    assert httpx.post(url, content=b"x" * 1_100_000, headers={"X-Hub-Signature": "sha256=1"}).status_code == 413
    assert httpx.post(url.replace("jira", "other"), content=body).status_code == 404
    tracked.settles()
    assert len(jira.requests) == before + 1


def test_without_webhooks_polling_finds_what_changed(tracked: TrackerStage, ada: Person) -> None:
    tracked.jira.hook_url = ""
    tracked.jira.moves("PAY-1", "In Progress")
    tracked.jira.creates("PAY", "Somebody else's").labels.append("sevbot")
    tracked.polls()
    assert tracked.item(1).state == ItemState.IN_PROGRESS
    reads = [each["path"] for each in tracked.jira.requests if each["path"].startswith("GET issue")]
    tracked.polls()
    assert [each["path"] for each in tracked.jira.requests if each["path"].startswith("GET issue")] == reads
    del ada


def test_what_was_deleted_unheard_is_found_out_in_time(tracked: TrackerStage, ada: Person) -> None:
    item = tracked.item(1)
    tracked.jira.hook_url = ""
    tracked.jira.deletes("PAY-1")
    bot = tracked.bot

    def work(session: Any) -> None:
        later = bot.clock.now() + timedelta(hours=25)
        tracking_jobs.watch_tracker(
            session, bot.settings.current, bot.house.tracking.trackers, now=later,
            machine_now=bot.clock.machine() + timedelta(hours=1),
        )  # fmt: skip

    bot.database.run(work)
    tracked.settles()
    link = tracked.link(item)
    assert link is not None
    assert link.lost_at is not None
    assert any("can't be found in Jira any more" in each for each in tracked.told("grace"))
    del ada


@pytest.mark.parametrize(
    "screens", [{"duedate", "priority", "assignee"}, pytest.param({"duedate"}, marks=pytest.mark.torture)]
)
def test_what_a_project_has_no_place_for_is_told_and_not_tried_for_ever(
    sev: TrackerStage, ada: Person, screens: set[str]
) -> None:
    sev.jira.not_on_screens = screens
    item = sev.adds(ada, "add a circuit breaker @grace due 2027-01-15")
    ada.types("/sev action track SEV-1/1")
    sev.settles()
    link = sev.link(item)
    assert link is not None
    assert link.trouble in ("Jira did not take the due date.", "Jira did not take the assignee, due date.")
    assert sum("did not take" in each for each in sev.told("grace")) == 1
    before = len(sev.jira.requests)
    sev.jira.renames("PAY-1", "Another title")
    sev.settles()
    assert [each["path"] for each in sev.jira.requests[before:]] == ["GET issue/10001"]
    assert (sev.item(1).title, sev.item(1).due_on) == ("Another title", date(2027, 1, 15))


def test_a_way_that_is_closed_in_jira_is_told(tracked: TrackerStage, ada: Person) -> None:
    tracked.jira.closed_ways = {"In Progress", "In Review"}
    ada.types("/sev action start SEV-1/1")
    tracked.settles()
    assert sum("Jira did not take the status of SEV-1/1" in each for each in tracked.told("grace")) == 1
    assert (tracked.item(1).state, tracked.ticket("PAY-1").status) == (ItemState.IN_PROGRESS, "To Do")


def test_somebody_slack_does_not_know_and_who_hides_their_address(tracked: TrackerStage, ada: Person) -> None:
    tracked.jira.assigns("PAY-1", "stranger")
    tracked.settles()
    assert tracked.item(1).owner_user == "U02GRACE"
    (told,) = [each for each in tracked.told("grace") if "Sofia" in each]
    assert told.startswith(
        "PAY-1 was given to Sofia Stranger in Jira, whom Sevbot does not know in Slack. The owner of SEV-1/1"
    )
    tracked.jira.hides_emails = True
    ada.types("/sev action give SEV-1/1 @linus")
    tracked.settles()
    assert tracked.ticket("PAY-1").assignee == "linus"


def test_parted_while_it_is_made_leaves_no_trace_here(troubled_stage: TrackerStage, ada: Person) -> None:
    stage = troubled_stage
    stage.declared(ada, "SEV2 checkout is down")
    item = stage.adds(ada, "add a circuit breaker @grace")
    stage.jira.races = [(CREATE, lambda: ada.types("/sev action unlink SEV-1/1"))]
    ada.types("/sev action track SEV-1/1")
    stage.settles()
    assert (stage.link(item), stage.item(1).tracker_url) == (None, "")


def test_linked_twice_is_asked_for_twice_and_written_once(tracked: TrackerStage, ada: Person) -> None:
    """Two items may share an issue: each keeps to what it was last settled as."""
    tracked.adds(ada, "the same from another side @grace due 2027-01-15")
    ada.types("/sev action link SEV-1/2 PAY-1")
    tracked.settles()
    tracked.jira.moves("PAY-1", "Done")
    tracked.settles()
    assert [tracked.item(number).state for number in (1, 2)] == [ItemState.DONE, ItemState.DONE]
    with tracked.bot.database.read() as session:
        assert session.query(TrackerLink).count() == 2
