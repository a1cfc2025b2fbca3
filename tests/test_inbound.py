"""What arrived before does nothing a second time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot import inbound
from bot.db import Database
from tests.retaining import forget

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SOURCE = "slack.event"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def is_new(database: Database, key: str, *, source: str = SOURCE, now: datetime = NOW) -> bool:
    return database.run(lambda session: inbound.is_new(session, source, key, now=now))


def test_a_key_is_new_once_in_each_source(database: Database) -> None:
    assert is_new(database, "Ev1")
    assert not is_new(database, "Ev1")
    assert is_new(database, "Ev2")
    assert is_new(database, "Ev1", source="slack.view")


def test_a_key_goes_with_the_transaction_that_failed(database: Database) -> None:
    def fail(session: Session) -> None:
        assert inbound.is_new(session, SOURCE, "Ev1", now=NOW)
        raise LookupError("the change could not be made")

    with pytest.raises(LookupError):
        database.run(fail)
    assert is_new(database, "Ev1")


def test_of_two_that_arrive_together_one_is_new(database: Database) -> None:
    together = threading.Barrier(2)

    def arrive() -> bool:
        together.wait(5)
        return is_new(database, "Ev1")

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(arrive) for _ in range(2)]
        assert sorted(each.result(10) for each in answers) == [False, True]


def test_a_longer_key_than_there_is_room_for_is_known_by_its_beginning(database: Database) -> None:
    assert is_new(database, "k" * 300)
    assert not is_new(database, "k" * 300)
    database.run(lambda session: inbound.set_subject(session, SOURCE, "k" * 300, "incident:42"))
    with database.read() as session:
        assert inbound.subject_of(session, SOURCE, "k" * 300) == "incident:42"


def test_what_came_of_it_is_remembered_for_whoever_repeats_it(database: Database) -> None:
    def declare(session: Session) -> None:
        inbound.is_new(session, SOURCE, "V1", now=NOW)
        inbound.set_subject(session, SOURCE, "V1", "incident:42")

    database.run(declare)
    with database.read() as session:
        assert inbound.subject_of(session, SOURCE, "V1") == "incident:42"
        assert inbound.subject_of(session, SOURCE, "V2") is None


def test_only_what_nobody_can_repeat_any_more_is_forgotten(database: Database) -> None:
    is_new(database, "old", now=NOW - timedelta(days=7, seconds=1))
    is_new(database, "young", now=NOW - timedelta(days=7))
    assert forget(database, "inbound_keys", now=NOW) == 1
    assert is_new(database, "old")
    assert not is_new(database, "young")
