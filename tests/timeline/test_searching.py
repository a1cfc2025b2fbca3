"""Searching never errs, whatever is asked, and finds what is kept now and by nobody who may not see it."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from bot.config import load
from bot.db import Database
from bot.directory.people import Actor, Standing
from bot.errors import Refused
from bot.incidents import service
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.enqueue import Enqueuer
from bot.timeline.searching import search
from tests.anytext.hostile import hostile
from tests.outbox.clocks import MovableClock
from tests.processes import CONFIG
from tests.timeline.test_exported_files import NOW

ADA = Actor(user_id="U01ADA", standing=Standing.MEMBER, door="command")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    opened.before_commit.append(Enqueuer(MovableClock()).flush)
    yield opened
    opened.close()


def declare(database: Database, title: str, *, is_private: bool = False) -> int:
    said = service.Declaration(title=title, severity="SEV3", is_private=is_private)
    return database.run(
        lambda session: service.declare(session, said, config=load(CONFIG), actor=ADA, now=NOW).incident.number
    )


def found(database: Database, words: str, *, user_id: str = "U02GRACE") -> list[int]:
    with database.read() as session:
        return [hit.incident.number for hit in search(session, words, user_id=user_id)]


def test_whatever_is_asked_is_answered(database: Database) -> None:
    declare(database, "checkout is down")

    @settings(max_examples=60, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(hostile)
    def ask(words: str) -> None:
        with suppress(Refused):
            assert set(found(database, words)) <= {1}

    ask()


def test_the_index_follows_every_change_by_whatever_way(database: Database) -> None:
    number = declare(database, "checkout is down")
    assert found(database, "checkout") == [number]
    with database.engine.begin() as connection:
        connection.execute(update(Incident).values(title="login is down"))
        connection.execute(update(TimelineEntry).values(text="the cache was cold"))
    assert found(database, "checkout") == []
    assert found(database, "login") == found(database, "cold cac") == [number]
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM timeline_entries"))
    assert found(database, "cold") == []


def test_who_may_not_see_it_does_not_find_it(database: Database) -> None:
    declare(database, "checkout salaries", is_private=True)
    assert found(database, "salaries") == []
    assert found(database, "salaries", user_id=ADA.user_id) == [1]


def test_a_search_that_was_rolled_back_leaves_nothing(database: Database) -> None:
    def fail(session: Session) -> None:
        said = service.Declaration(title="never was", severity="SEV3")
        service.declare(session, said, config=load(CONFIG), actor=ADA, now=NOW)
        raise Refused("no")

    with pytest.raises(Refused):
        database.run(fail)
    assert found(database, "never") == []
