"""Jira's client, against the local Jira: what it writes, reads and finds again, and what it makes of failures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.addresses import Reach
from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.http import Http
from bot.integrations import adf
from bot.integrations.jira import Jira
from bot.integrations.tracker import Account, Draft, Edits, Field, Goal, Progress
from bot.playground import Playground
from bot.playground.jira import EMAIL, TOKEN, account_id
from bot.playground.jira import Jira as Site
from bot.playground.vendor import NONSENSE

DRAFT = Draft(
    mark="sevbot-3f2a-SEV-42-2", project="PAY", issue_type="Task", title="Add a circuit breaker",
    paragraphs=("From SEV-42: checkout is down\nhttps://slack.example.com/archives/C1/p2", "> it <broke> & burned"),
    priority="High", assignee=account_id("grace"), due_on=date(2026, 12, 31),
)  # fmt: skip
SEARCH = "POST .*search/jql"


@pytest.fixture(scope="module")
def workspace() -> Iterator[Playground]:
    with Playground() as playground:
        yield playground


@pytest.fixture
def site(workspace: Playground) -> Site:
    """A Jira without any issue."""
    made = Site(workspace.clock)
    made.url, workspace.jira = workspace.jira.url, made
    return made


@pytest.fixture
def jira(site: Site) -> Jira:
    http = Http(vendor="jira", timeout=timedelta(seconds=1), reach=Reach.LOOPBACK)
    return Jira(http=http, site=site.url, email=EMAIL, token=TOKEN)


def test_what_is_made_is_read_back_and_found_by_its_mark(jira: Jira, site: Site) -> None:
    assert jira.create(DRAFT) == ("PAY-1", [])
    issue = jira.read("PAY-1")
    assert (issue.key, issue.title, issue.status, issue.progress) == ("PAY-1", DRAFT.title, "To Do", Progress.TODO)
    assert issue.assignee == Account(id=account_id("grace"), name="Grace Hopper", email="grace@example.com")
    assert (issue.due_on, issue.url) == (DRAFT.due_on, f"{site.url}/browse/PAY-1")
    assert abs(issue.updated_at - datetime.now(UTC)) < timedelta(seconds=5)
    assert jira.find(DRAFT.mark) == "PAY-1"
    assert jira.find("sevbot-another") is None
    (ticket,) = site.tickets.values()
    assert (ticket.priority, ticket.labels) == ("High", ["sevbot", DRAFT.mark])
    assert adf.text(ticket.description) == "\n".join(DRAFT.paragraphs)


def test_what_a_screen_has_no_place_for_is_left_out_and_said(jira: Jira, site: Site) -> None:
    site.not_on_screens = {"duedate", "priority"}
    assert jira.create(DRAFT) == ("PAY-1", ["priority", "due date"])
    assert jira.edit("PAY-1", {Field.TITLE: "Another", Field.DUE: None}) == {Field.DUE}
    assert jira.read("PAY-1").title == "Another"
    assert jira.edit("PAY-1", {Field.DUE: date(2027, 1, 1)}) == {Field.DUE}


@pytest.mark.parametrize(
    ("screens", "draft", "code"),
    [
        ({"labels"}, {}, "invalid_issue_labels"),
        (set(), {"project": "NONE"}, "invalid_issue_project"),
        (set(), {"issue_type": "Wish"}, "invalid_issue_issuetype"),
    ],
)
def test_what_an_operator_must_mend_is_his(
    jira: Jira, site: Site, screens: set[str], draft: dict[str, Any], code: str
) -> None:
    site.not_on_screens = screens
    with pytest.raises(Permanent) as failed:
        jira.create(replace(DRAFT, **draft))
    assert (failed.value.code, failed.value.blame) == (code, Blame.OPERATOR)
    assert site.tickets == {}


def test_its_fields_are_changed_one_and_all(jira: Jira, site: Site) -> None:
    site.creates("PAY", "Old")
    edits: Edits = {Field.TITLE: "New", Field.ASSIGNEE: account_id("ada"), Field.DUE: date(2026, 12, 24)}
    assert jira.edit("PAY-1", edits) == frozenset()
    issue = jira.read("PAY-1")
    assert (issue.title, issue.assignee and issue.assignee.name, issue.due_on) == (
        "New", "Ada Lovelace", date(2026, 12, 24),
    )  # fmt: skip
    assert jira.edit("PAY-1", {Field.ASSIGNEE: None, Field.DUE: None}) == frozenset()
    issue = jira.read("PAY-1")
    assert (issue.assignee, issue.due_on) == (None, None)


def test_it_goes_where_it_is_sent_by_name_or_else_by_category(jira: Jira, site: Site) -> None:
    site.creates("PAY", "One")
    assert jira.move("PAY-1", Goal(progress=Progress.DONE, names=("won't do",)))
    assert jira.read("PAY-1").status == "Won't Do"
    assert jira.move("PAY-1", Goal(progress=Progress.DOING))
    assert jira.read("PAY-1").status == "In Progress"
    site.closed_ways = {"Done", "Won't Do"}
    assert not jira.move("PAY-1", Goal(progress=Progress.DONE))
    assert jira.read("PAY-1").status == "In Progress"


def test_it_is_known_by_a_former_key_and_gone_when_it_is_deleted(jira: Jira, site: Site) -> None:
    site.creates("PAY", "One")
    new = site.transfers("PAY-1", "PLAT")
    assert jira.read("PAY-1").key == new
    site.deletes(new)
    with pytest.raises(Permanent) as failed:
        jira.read("PAY-1")
    assert (failed.value.code, failed.value.blame) == ("http_404", Blame.GONE)


def test_a_comment_is_said_once_when_it_is_looked_for(jira: Jira, site: Site) -> None:
    site.creates("PAY", "One")
    text = "SEV-42/2 is done in Slack.\nEvidence: https://grafana.example.com/d/1 shows it"
    for look_first in (False, True, True):
        jira.comment("PAY-1", text, look_first=look_first)
    (comment,) = site.tickets["10001"].comments
    assert adf.text(comment["body"]) == text


def test_people_are_found_by_their_address_also_where_it_is_hidden(jira: Jira, site: Site) -> None:
    grace = jira.account_of("Grace@example.com")
    assert grace is not None
    assert grace.id == account_id("grace")
    site.hides_emails = True
    assert jira.account_of("grace@example.com") == Account(id=account_id("grace"), name="Grace Hopper")
    assert jira.account_of("nobody@example.com") is None


def test_changes_are_told_oldest_first_page_by_page_and_only_of_marked_issues(jira: Jira, site: Site) -> None:
    for number in range(1, 6):
        site.creates("PAY", f"Number {number}")
        jira.adopt(f"PAY-{number}")
        jira.adopt(f"PAY-{number}")
    site.creates("PAY", "Somebody else's")
    site.tickets["10003"].updated -= 3600
    site.moves("PAY-1", "Done")
    site.page_size = 2
    news = jira.changed_within(30)
    assert ([key for key, _ in news.changed], news.is_all) == (["10002", "10004", "10005", "10001"], True)
    assert next(key for key, _ in jira.changed_within(90).changed) == "10003"
    assert all(ticket.labels in (["sevbot"], []) for ticket in site.tickets.values())


def test_a_project_without_labels_is_adopted_without(jira: Jira, site: Site) -> None:
    site.not_on_screens = {"labels"}
    site.creates("PAY", "One")
    jira.adopt("PAY-1")
    with pytest.raises(Permanent):
        jira.adopt("PAY-2")


@pytest.mark.parametrize("nonsense", sorted(NONSENSE))
def test_nonsense_is_worth_another_try_and_after_a_create_a_look(jira: Jira, site: Site, nonsense: str) -> None:
    site.faults = [("POST .*/issue", nonsense)]
    with pytest.raises(OutcomeUnknown) as unknown:
        jira.create(DRAFT)
    assert unknown.value.code == "answer_not_understood"
    assert jira.find(DRAFT.mark) == "PAY-1"
    site.faults = [("GET .*/issue/PAY-1", nonsense), (SEARCH, nonsense), (SEARCH, nonsense)]
    with pytest.raises(Temporary):
        jira.read("PAY-1")
    with pytest.raises(Temporary):
        jira.find(DRAFT.mark)
    with pytest.raises(Temporary):
        jira.changed_within(5)
    site.faults = [("GET .*/transitions", nonsense), ("GET .*/comment", nonsense), ("GET .*/search", nonsense)]
    with pytest.raises(Temporary):
        jira.move("PAY-1", Goal(progress=Progress.DONE))
    with pytest.raises(Temporary):
        jira.comment("PAY-1", "Hello", look_first=True)
    with pytest.raises(Temporary):
        jira.account_of("grace@example.com")
    assert (site.tickets["10001"].status, site.tickets["10001"].comments) == ("To Do", [])


FAILURES: list[tuple[str, type[CallFailed], str]] = [
    ("401", Permanent, "http_401"), ("403", Permanent, "http_403"), ("404", Permanent, "http_404"),
    ("429", Temporary, "ratelimited"), ("503", Temporary, "http_503"), ("500", OutcomeUnknown, "http_500"),
    ("302", Permanent, "redirected"), ("drop_before", OutcomeUnknown, "connection_failed"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "kind", "code"), FAILURES)
def test_every_failure_has_its_meaning_and_tells_nothing(
    jira: Jira, site: Site, fault: str, kind: type[CallFailed], code: str
) -> None:
    site.creates("PAY", "One")
    calls = (
        ("GET .*issue/PAY-1", lambda: jira.read("PAY-1")), ("POST .*/issue", lambda: jira.create(DRAFT)),
        ("PUT .*", lambda: jira.edit("PAY-1", {Field.TITLE: "Two"})), ("PUT .*", lambda: jira.adopt("PAY-1")),
        ("POST .*transitions", lambda: jira.move("PAY-1", Goal(progress=Progress.DONE))),
        ("POST .*comment", lambda: jira.comment("PAY-1", "Hello", look_first=False)),
        (SEARCH, lambda: jira.find("x")), ("GET .*", lambda: jira.account_of("x")),
    )  # fmt: skip
    for line, call in calls:
        site.faults = [(line, fault)]
        with pytest.raises(kind) as failed:
            call()
        assert failed.value.code == code
        assert not [word for word in (TOKEN, EMAIL, "circuit") if word in f"{failed.value!r}"]


def test_no_secret_shows_where_the_door_is_printed(jira: Jira) -> None:
    assert TOKEN not in repr(jira)
    assert EMAIL not in repr(jira)


@pytest.mark.parametrize("words", ["", "  ", "one\n\ntwo", "a https://x.example/y b", "https://x.example", "\n"])
def test_documents_hold_no_empty_text_and_say_the_same(words: str) -> None:
    document = adf.document((words,))
    assert adf.text(document) == ("" if not words.strip() else words)
    assert '"text": ""' not in str(document).replace("'", '"')
