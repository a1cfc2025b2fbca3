"""The demo's database is never empty, and its past is told once."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import demo, demo_past
from bot.clock import Clock
from bot.config import Category, Config, load
from bot.db import Database
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.model import OutboxMessage
from bot.playground import Playground
from tests.processes import ROOT


@pytest.fixture
def config() -> Config:
    return load(ROOT / demo.CONFIG)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'demo.db'}"


def told(url: str) -> list[Incident]:
    database = Database(url)
    with database.read() as session:
        found = list(session.scalars(select(Incident).order_by(Incident.number)))
        session.expunge_all()
    database.close()
    return found


def count(url: str, table: type[TimelineEntry | OutboxMessage]) -> int:
    database = Database(url)
    with database.read() as session:
        found = session.scalar(select(func.count()).select_from(table))
    database.close()
    return found or 0


def test_it_begins_with_a_few_sevs_of_the_past_and_one_that_is_open(url: str, config: Config) -> None:
    clock = Clock()
    demo_past.prepare(url, config, clock)
    incidents = told(url)
    assert [incident.title for incident in incidents] == [story.title for story in demo_past.HISTORY]
    assert [incident.number for incident in incidents] == [1, 2, 3, 4]
    assert [incident.status for incident in incidents] == ["closed", "resolved", "resolved", "identified"]
    assert [incident.is_drill for incident in incidents] == [False, True, False, False]
    for incident, story in zip(incidents, demo_past.HISTORY, strict=True):
        assert abs(clock.now() - story.ago - incident.declared_at) < timedelta(minutes=1)
        moments = [incident.started_at, incident.detected_at, incident.declared_at, incident.resolved_at]
        happened = [each for each in moments if each is not None]
        assert happened == sorted(happened)


def test_preparing_again_tells_nothing_twice(url: str, config: Config) -> None:
    demo_past.prepare(url, config, Clock())
    before = (count(url, TimelineEntry), count(url, OutboxMessage))
    demo_past.prepare(url, config, Clock())
    assert len(told(url)) == len(demo_past.HISTORY)
    assert (count(url, TimelineEntry), count(url, OutboxMessage)) == before
    assert before[1] > 0


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
