"""The demo's database is never empty, and its past is told once."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import demo, demo_past
from bot.acme.parts import EPOCH, PARTS
from bot.clock import Clock
from bot.config import Category, Config, load
from bot.db import Database
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.model import OutboxMessage
from bot.playground import Playground
from bot.workflows.counts.model import OCCURRENCES, CountDay, CountMinute, SloState, WorkflowSignal
from bot.workflows.slos.burning import State
from tests.processes import ROOT


@pytest.fixture(scope="module")
def config() -> Config:
    return load(ROOT / demo.CONFIG)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'demo.db'}"


@pytest.fixture(scope="module")
def prepared(config: Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the demo's past, which takes a second to make."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    demo_past.prepare(url, config, Clock())
    return url


def told(url: str) -> list[Incident]:
    database = Database(url)
    with database.read() as session:
        found = list(session.scalars(select(Incident).order_by(Incident.number)))
        session.expunge_all()
    database.close()
    return found


def count(url: str, table: type[TimelineEntry | OutboxMessage | CountMinute]) -> int:
    database = Database(url)
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(table))
    database.close()
    return found or 0


def test_it_begins_with_a_few_sevs_of_the_past_and_one_that_is_open(prepared: str) -> None:
    clock = Clock()
    incidents = told(prepared)
    assert [incident.title for incident in incidents] == [story.title for story in demo_past.HISTORY]
    assert [incident.number for incident in incidents] == [1, 2, 3, 4]
    assert [incident.status for incident in incidents] == ["closed", "resolved", "resolved", "identified"]
    assert [incident.is_drill for incident in incidents] == [False, True, False, False]
    for incident, story in zip(incidents, demo_past.HISTORY, strict=True):
        assert abs(clock.now() - story.ago - incident.declared_at) < timedelta(minutes=1)
        moments = [incident.started_at, incident.detected_at, incident.declared_at, incident.resolved_at]
        happened = [each for each in moments if each is not None]
        assert happened == sorted(happened)


def test_preparing_again_tells_nothing_twice(prepared: str, config: Config) -> None:
    tables = (TimelineEntry, OutboxMessage, CountMinute)
    before = [count(prepared, table) for table in tables]
    demo_past.prepare(prepared, config, Clock())
    assert len(told(prepared)) == len(demo_past.HISTORY)
    assert [count(prepared, table) for table in tables] == before
    assert all(before)


def test_the_people_and_workflows_of_the_past_exist(config: Config, slack: Playground) -> None:
    declarers = {story.declarer for story in demo_past.HISTORY}
    assert declarers <= set(slack.workspace.users)
    workflows = {key for story in demo_past.HISTORY for key in story.workflows}
    assert workflows <= {workflow.key for workflow in config.workflows}


def test_a_past_that_cannot_be_told_whole_is_not_begun(url: str, config: Config) -> None:
    never_closed = tuple(status for status in config.statuses if status.category is not Category.CLOSED)
    with pytest.raises(StopIteration):
        demo_past.prepare(url, config.model_copy(update={"statuses": never_closed}), Clock())
    assert told(url) == []


def test_a_month_of_what_customers_did_is_known_from_the_first_minute(prepared: str, config: Config) -> None:
    database = Database(prepared)
    with database.read() as session:
        states = {(each.workflow, each.slo): each.state for each in session.scalars(select(SloState))}
        days = session.execute(
            select(WorkflowSignal.workflow, CountDay.day, CountDay.good, CountDay.total)
            .join(WorkflowSignal)
            .where(CountDay.way == OCCURRENCES)
        ).all()
    database.close()
    minutes = count(prepared, CountMinute)
    assert set(states) == {(workflow.key, slo.key) for workflow in config.workflows for slo in workflow.slos}
    assert set(states.values()) <= {State.OK, State.SPENT}
    assert 4 * 4 * 24 * 60 - 4 * 60 <= minutes <= 4 * 4 * 24 * 60
    for part in PARTS:
        known = {day: good / total for workflow, day, good, total in days if workflow == part.key}
        assert len(known) >= 29
        assert max(known) - min(known) == len(known) - 1, "no day is left out"
    worst = min((good / total, day) for workflow, day, good, total in days if workflow == "deposit")
    deposits = next(story for story in demo_past.HISTORY if story.workflows == ("deposit",))
    assert abs(worst[1] - (Clock().now() - deposits.ago - EPOCH).days) <= 1
    assert worst[0] < 0.995


def start(folder: Path) -> "subprocess.Popen[str]":
    """The demo, in a folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "demo"], cwd=folder, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def address_of(running: "subprocess.Popen[str]") -> str:
    """Where the local Slack is, as soon as the demo is ready."""
    assert running.stdout is not None
    found = next(line.split()[-1] for line in running.stdout if " Open " in line)
    assert running.poll() is None
    return found


def asks(address: str, path: str, **body: str) -> dict[str, Any]:
    """As Ada's page does."""
    request = urllib.request.Request(f"{address}/ui/{path}", json.dumps({"as": "U01ADA", **body}).encode())  # noqa: S310 -- loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found


def channels(address: str) -> list[str]:
    with urllib.request.urlopen(f"{address}/ui/state?as=U01ADA", timeout=30) as answer:  # noqa: S310 -- loopback
        return [each["name"] for each in json.load(answer)["channels"]]


@pytest.mark.torture
@pytest.mark.parametrize("after", [0.3, 0.8, 1.2, 1.6, 2.5, 4.0])
def test_a_demo_that_is_killed_at_any_moment_goes_on(tmp_path: Path, after: float) -> None:
    (tmp_path / "config").symlink_to(ROOT / "config")
    killed = start(tmp_path)
    time.sleep(after)
    killed.kill()
    killed.communicate()
    running = start(tmp_path)
    try:
        assert address_of(running)
    finally:
        running.terminate()
        running.communicate(timeout=30)
    assert [incident.number for incident in told(f"sqlite:///{tmp_path / demo.FOLDER / 'sevbot.db'}")] == [1, 2, 3, 4]


@pytest.mark.torture
def test_a_demo_that_is_killed_right_after_a_sev_was_declared_brings_its_channel(tmp_path: Path) -> None:
    (tmp_path / "config").symlink_to(ROOT / "config")
    killed = start(tmp_path)
    asks(address_of(killed), "command", channel="C01GENERAL", text="/sev declare SEV2 cards are declined")
    killed.kill()
    killed.communicate()
    running = start(tmp_path)
    try:
        address = address_of(running)
        deadline = time.monotonic() + 60
        while "sev-5-cards-are-declined" not in channels(address):
            assert time.monotonic() < deadline, channels(address)
            time.sleep(0.2)
    finally:
        running.terminate()
        running.communicate(timeout=30)
