"""People change items in Slack and issues in Jira as they like, while Jira fails and tells of it in any order: in the end all agree."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.playground.jira import STATUSES
from bot.playground.vendor import NONSENSE
from bot.remediation import tracking_surfaces
from bot.remediation.model import ActionItem
from bot.remediation.tracking_model import TrackerLink
from tests.torture.faulting import CHANNEL, Stage, config_with, staged
from tests.torture.trackers import TRACKER

WALKS = [9, *(pytest.param(seed, marks=pytest.mark.torture) for seed in (*range(1, 9), *range(10, 16)))]
STEPS = 40
ITEMS = 3
FAULTS = ("429", "500", "503", "drop_before", "drop_after", *sorted(NONSENSE))
LINES = ("POST .*/issue", "GET .*issue/[^/]+", "PUT .*issue/[^/]+", ".*/transitions", "POST .*search/jql")
PEOPLE = {"U01ADA": "712020:ada", "U02GRACE": "712020:grace", "U03LINUS": "712020:linus"}
NAMES = {"U01ADA": "ada", "U02GRACE": "grace", "U03LINUS": "linus"}
MEANING = {
    "To Do": "open",
    "In Progress": "in_progress",
    "In Review": "in_progress",
    "Done": "done",
    "Won't Do": "wont_do",
}


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    config = config_with(
        tmp_path / "config", {"tracker": TRACKER | {"people": PEOPLE, "automatic": True}, "workflows": []}
    )
    with staged(database_url, config) as made:
        made.slack.jira.hook_url = f"http://127.0.0.1:{made.bot.server.port}/hooks/jira"
        made.slack.jira.holds_hooks = True
        yield made


class Walk:
    """Deeds on both sides, chosen by chance."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.chance = random.Random(seed)
        self.said = 0

    def step(self) -> None:
        deeds: tuple[Callable[[], object], ...] = (
            self._change_here, self._change_here, self._change_there, self._change_there, self._deliver, self._break,
            self._race,
        )  # fmt: skip
        self.chance.choice(deeds)()

    def _change_here(self) -> None:
        number, self.said = self.chance.randint(1, ITEMS), self.said + 1
        line = self.chance.choice(
            (
                f"title {number} words {self.said}", f"give {number} @{self.chance.choice(list(NAMES.values()))}",
                f"due {number} 2027-0{self.chance.randint(1, 9)}-15", f"start {number}", f"done {number}",
                f"wontdo {number} too dear", f"reopen {number} it broke again",
            )
        )  # fmt: skip
        self.stage.ada.goes_to(CHANNEL).types(f"/sev action {line}")

    def _change_there(self) -> None:
        jira = self.stage.slack.jira
        key, self.said = self.chance.choice([each.key for each in list(jira.tickets.values())] or [""]), self.said + 1
        if not key:
            return
        self.chance.choice(
            (
                lambda: jira.renames(key, f"words {self.said}"),
                lambda: jira.assigns(key, self.chance.choice(list(NAMES.values()))),
                lambda: jira.dates(key, f"2027-0{self.chance.randint(1, 9)}-20"),
                lambda: jira.moves(key, self.chance.choice(list(STATUSES))),
            )
        )()

    def _deliver(self) -> None:
        """Some webhooks come, in any order, some of them twice; others never do."""
        held = self.stage.slack.jira.held
        for parcel in self.chance.sample(held, k=min(len(held), 3)):
            assert self.stage.slack.jira.deliver(parcel) == 200

    def _break(self) -> None:
        self.stage.slack.jira.faults.append((self.chance.choice(LINES), self.chance.choice(FAULTS)))

    def _race(self) -> None:
        self.stage.slack.jira.races.append((self.chance.choice(LINES), self._change_there))


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("seed", WALKS)
def test_in_the_end_both_sides_agree_and_nothing_was_made_twice(stage: Stage, seed: int) -> None:
    stage.start()
    jira = stage.slack.jira
    for person in ("grace", "linus"):
        stage.slack.person(person).types("/sev mine")
    stage.types("/sev declare SEV2 checkout is down")
    for number in range(1, ITEMS + 1):
        stage.types(f"/sev action add number {number} @ada due 2027-01-15", in_=CHANNEL)
    walk = Walk(stage, seed)
    for _ in range(STEPS):
        walk.step()
    jira.faults.clear()
    jira.races.clear()
    stage.slack.wait_until(lambda: stage.dead() == {} or mended(stage), why="what was refused is tried again")
    stage.settle()
    stage.bot.database.run(tracking_surfaces.poll)
    stage.settle()
    assert len(jira.tickets) == ITEMS
    before = len(jira.requests)
    with stage.bot.database.read() as session:
        links = {link.item_id: link.key or "" for link in session.query(TrackerLink)}
        items = {item.id: _ours(item) for item in session.query(ActionItem)}
    assert len(set(links.values())) == ITEMS
    assert items == {item_id: _theirs(stage, links[item_id], items[item_id]) for item_id in items}
    stage.bot.database.run(tracking_surfaces.poll)
    stage.settle()
    assert [each["path"] for each in jira.requests[before:]] == ["POST search/jql"]


def mended(stage: Stage) -> bool:
    stage.bot.dispatcher.revive()
    return stage.dead() == {}


def _ours(item: ActionItem) -> tuple[Any, ...]:
    """An item; what is closed takes nothing but to be opened again, so that only its state must agree."""
    if not item.is_open:
        return (item.state,)
    return item.state, item.title, NAMES[item.owner_user or ""], str(item.due_on)


def _theirs(stage: Stage, key: str, ours: tuple[Any, ...]) -> tuple[Any, ...]:
    """The issue in our words. Who began it here has begun it, though it may be to do there."""
    ticket = stage.slack.jira.find(key)
    assert ticket is not None
    state = MEANING[ticket.status]
    state = "in_progress" if (state, ours[0]) == ("open", "in_progress") else state
    return (state, ticket.summary, ticket.assignee, ticket.duedate)[: len(ours)]
