"""What people do so that a kind of delivery calls an address of Jira: a short story for each, told with Jira failing there."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.incidents.model import TimelineEntry
from bot.integrations import adf
from bot.remediation import tracking_surfaces
from bot.remediation.model import ActionItem
from bot.remediation.tracking_surfaces import COMMENT, CREATE, POLL, SYNC
from tests.torture.faulting import CHANNEL, Stage
from tests.torture.stories import Act

TRACKER: dict[str, Any] = {
    "service": "jira", "project": "OPS", "search_lag": "100ms", "statuses": {"Won't Do": "wont_do"},
    "people": {"U01ADA": "712020:ada", "U03LINUS": "linus@example.com"},
}  # fmt: skip
MAKE, SEARCH, PEOPLE = "POST rest/api/3/issue", "POST .*search/jql", "GET .*user/search"
READ, WRITE = r"GET rest/api/3/issue/[^/]+", r"PUT rest/api/3/issue/[^/]+"
WAYS, MOVE = "GET .*/transitions", "POST .*/transitions"
SAY, SAID = "POST .*/comment", "GET .*/comment"


def start_declare_add(stage: Stage, owner: str = "ada") -> None:
    stage.start()
    stage.types("/sev declare SEV2 checkout is down")
    stage.types(f"/sev action add add a circuit breaker @{owner} due 2027-01-15", in_=CHANNEL)


def start_declare_add_for_linus(stage: Stage) -> None:
    start_declare_add(stage, "linus")


def track(stage: Stage) -> None:
    stage.types("/sev action track 1", in_=CHANNEL)


def tracked(stage: Stage) -> None:
    start_declare_add(stage)
    track(stage)


def act(line: str) -> Act:
    return lambda stage: stage.types(f"/sev action {line}", in_=CHANNEL)


def a_colleagues_issue(stage: Stage) -> None:
    start_declare_add(stage)
    stage.slack.jira.creates("OPS", "Circuit breakers")


def poll(stage: Stage) -> None:
    """What the schedule does every two minutes."""
    stage.bot.database.run(tracking_surfaces.poll)
    stage.settle()


def changed_there(stage: Stage) -> None:
    tracked(stage)
    stage.slack.jira.dates("OPS-1", "2027-02-01")


def given_to_a_stranger(stage: Stage) -> None:
    stage.slack.jira.assigns("OPS-1", "stranger")
    poll(stage)


@dataclass(frozen=True)
class TrackerStory:
    """How it comes that deliveries of `kind` call an address: after `given`, people do `when`. `lead`: see `Story`."""

    kind: str
    line: str
    when: Act
    given: Act = tracked
    lead: str = ""

    def __str__(self) -> str:
        return f"{self.kind}-{self.line}"

    def arm(self, stage: Stage, fault: str) -> None:
        """Let the next call of the address suffer a fault."""
        if self.lead:
            stage.slack.jira.faults.append((self.lead, "drop_after"))
        stage.slack.jira.faults.append((self.line, fault))


TRACKER_STORIES = (
    TrackerStory(CREATE, MAKE, track, given=start_declare_add),
    TrackerStory(CREATE, SEARCH, track, given=start_declare_add, lead=MAKE),
    TrackerStory(CREATE, PEOPLE, track, given=start_declare_add_for_linus),
    TrackerStory(SYNC, READ, act("title 1 add two circuit breakers")),
    TrackerStory(SYNC, WRITE, act("due 1 2027-02-01")),
    TrackerStory(SYNC, WRITE, act("link 1 OPS-1"), given=a_colleagues_issue),
    TrackerStory(SYNC, PEOPLE, act("give 1 @linus")),
    TrackerStory(SYNC, WAYS, act("start 1")),
    TrackerStory(SYNC, MOVE, act("start 1")),
    TrackerStory(COMMENT, SAY, act("done 1 the game day shows it")),
    TrackerStory(COMMENT, SAID, act("done 1 the game day shows it"), lead=SAY),
    TrackerStory(POLL, SEARCH, poll, given=changed_there),
)


def outcome(stage: Stage) -> dict[str, Any]:
    """How Jira and the items are in the end, and what the timeline tells of it."""
    tickets = {
        ticket.key: (
            ticket.summary, ticket.status, ticket.assignee, ticket.duedate, len(ticket.labels),
            [adf.text(each["body"]) for each in ticket.comments],
        )
        for ticket in stage.slack.jira.tickets.values()
    }  # fmt: skip
    with stage.bot.database.read() as session:
        items = [
            (item.title, item.state, item.owner_user, item.due_on, item.tracker_url.rpartition("/")[2])
            for item in session.scalars(select(ActionItem))
        ]
        entries = session.scalars(select(TimelineEntry).order_by(TimelineEntry.id))
        told = [(each.data.get("what"), each.actor) for each in entries if each.kind.startswith("item_")]
    return {"tickets": tickets, "items": items, "told": told}
