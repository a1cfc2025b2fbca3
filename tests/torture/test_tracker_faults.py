"""Jira fails at every call, in every way it can: no issue or comment is made twice, nothing is lost, what failed is told."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.outbox.dispatcher import Dispatcher
from bot.playground.jira import SECRET, TOKEN
from bot.playground.vendor import NONSENSE
from bot.remediation.tracking_surfaces import COMMENT, CREATE, POLL, SYNC
from tests.databases import new_sqlite
from tests.torture import trackers
from tests.torture.faulting import CHANNEL, Stage, config_with, said_twice, staged
from tests.torture.stories import Act
from tests.torture.trackers import TRACKER, TRACKER_STORIES, TrackerStory, outcome

PASSING = (
    "429",
    "500",
    "503",
    "408",
    "timeout_before",
    "timeout_after",
    "drop_before",
    "drop_after",
    *sorted(NONSENSE),
)
REFUSALS = ("400", "401", "403", "302")
SAMPLE = {
    ("sqlite", CREATE, trackers.MAKE, "timeout_after"), ("sqlite", SYNC, trackers.MOVE, "drop_after"),
    ("sqlite", SYNC, trackers.WRITE, "403"),
}  # fmt: skip


def cases(faults: tuple[str, ...]) -> list[Any]:
    """Every story with every fault on SQLite, and with one fault on PostgreSQL. A sample is no torture."""
    wanted = [("sqlite", story, fault) for story in TRACKER_STORIES for fault in faults]
    wanted += [("postgresql", story, faults[-1]) for story in TRACKER_STORIES]
    return [
        pytest.param(
            *case,
            id=f"{case[0]}-{place}-{case[1]}-{case[2]}",
            marks=() if (case[0], case[1].kind, case[1].line, case[2]) in SAMPLE else pytest.mark.torture,
        )
        for place, case in enumerate(wanted)
    ]


def configured(folder: Path) -> Path:
    return config_with(folder, {"tracker": TRACKER, "workflows": []})


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(database_url, configured(tmp_path / "config")) as made:
        yield made


@pytest.fixture(autouse=True)
def told_no_secret_and_no_unforeseen_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever Jira does, no exception is one that nobody thought of, and no secret gets into the log."""
    with caplog.at_level(logging.DEBUG, logger="bot"):
        yield
    records = [record for record in caplog.get_records("call") if record.name[:4] == "bot."]
    assert not [record.getMessage() for record in records if record.exc_info]
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in records)
    assert not [secret for secret in (TOKEN, SECRET, "circuit") if secret in logged]


@cache
def undisturbed(given: Act, when: Act) -> dict[str, Any]:
    """How a story ends in which nothing fails."""
    with TemporaryDirectory() as folder:
        config = configured(Path(folder) / "config")
        with staged(new_sqlite(Path(folder)), config) as stage:
            given(stage)
            when(stage)
            return outcome(stage)


@pytest.mark.parametrize(("engine", "story", "fault"), cases(PASSING))
def test_a_fault_that_passes_leaves_no_trace(stage: Stage, story: TrackerStory, fault: str) -> None:
    story.given(stage)
    story.arm(stage, fault)
    story.when(stage)
    assert stage.slack.jira.faults == []
    assert stage.dead() == {}
    assert outcome(stage) == undisturbed(story.given, story.when)
    assert said_twice(stage.slack) == []


@pytest.mark.parametrize(("engine", "story", "fault"), cases(REFUSALS))
def test_a_refusal_is_told_and_retry_mends_it(stage: Stage, story: TrackerStory, fault: str) -> None:
    story.given(stage)
    story.arm(stage, fault)
    story.when(stage)
    if (story.line, fault) == (trackers.MOVE, "400"):
        return  # Jira's own word for a way that is closed: tried by tests/tracking
    if story.kind == POLL:
        trackers.poll(stage)
    else:
        assert set(stage.dead()) == {story.kind}
        stage.ada.sees(f"http_{fault}" if fault != "302" else "redirected", in_=CHANNEL)
        stage.presses_retry()
    assert stage.dead() == {}
    assert outcome(stage) == undisturbed(story.given, story.when)
    assert said_twice(stage.slack) == []


@pytest.mark.torture
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kind", [CREATE, SYNC, COMMENT])
def test_a_bot_that_dies_after_jira_took_it_does_it_once(
    stage: Stage, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = next(each for each in TRACKER_STORIES if each.kind == kind)
    story.given(stage)
    settle = Dispatcher._settle_patiently
    died: list[str] = []

    def die_once(self: Dispatcher, of_kind: Any, attempt: Any, *rest: Any) -> None:
        if of_kind.name == kind and not died:
            died.append(attempt.message.key)
            return
        settle(self, of_kind, attempt, *rest)

    monkeypatch.setattr(Dispatcher, "_settle_patiently", die_once)
    story.when(stage)
    assert died
    assert outcome(stage) == undisturbed(story.given, story.when)


@pytest.mark.torture
@pytest.mark.parametrize("kind", sorted({story.kind for story in TRACKER_STORIES}))
def test_there_is_a_story_for_every_address_a_kind_calls(kind: str, tmp_path: Path) -> None:
    called: set[str] = set()
    for place, story in enumerate(TRACKER_STORIES):
        if story.kind != kind:
            continue
        folder = tmp_path / str(place)
        folder.mkdir()
        with staged(new_sqlite(folder), configured(folder / "config")) as stage:
            story.given(stage)
            before = len(stage.slack.jira.requests)
            if story.lead:
                stage.slack.jira.faults.append((story.lead, "drop_after"))
            story.when(stage)
            called |= {each["path"].replace(" ", " rest/api/3/", 1) for each in stage.slack.jira.requests[before:]}
    lines = [story.line for story in TRACKER_STORIES]
    assert not [path for path in called if not any(re.search(f"(?:{line})$", path) for line in lines)]
