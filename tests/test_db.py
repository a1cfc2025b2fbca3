"""The two doors of the database: looking changes nothing, changing is all or nothing, and people go first."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from bot.db import ATTEMPTS, Database, redact_url
from bot.inbound import InboundKey

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATIENCE = 10
on_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def add(session: Session, key: str, *, at: datetime = NOW) -> None:
    session.add(InboundKey(source="test", key=key, at=at))


def keys(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(InboundKey.key).order_by(InboundKey.key)))


def test_what_was_done_is_kept_and_its_result_returned(database: Database) -> None:
    def work(session: Session) -> str:
        add(session, "a")
        return "done"

    assert database.run(work) == "done"
    assert keys(database) == ["a"]


def test_what_fails_leaves_nothing_and_is_not_tried_again(database: Database) -> None:
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        add(session, "a")
        session.flush()
        raise LookupError("no such thing")

    with pytest.raises(LookupError):
        database.run(work)
    assert len(tries) == 1
    assert keys(database) == []


def test_looking_changes_nothing(database: Database) -> None:
    with database.read() as session:
        add(session, "a")
    assert keys(database) == []


def test_what_prepares_a_commit_is_part_of_it_and_who_is_told_is_told_after_it(database: Database) -> None:
    told: list[list[str]] = []
    database.before_commit.append(lambda session: add(session, "prepared"))
    database.after_commit.append(lambda _session: told.append(keys(database)))
    database.run(lambda session: add(session, "work"))
    assert told == [["prepared", "work"]]


def test_a_commit_that_cannot_be_prepared_is_none_and_nobody_is_told(database: Database) -> None:
    told: list[Session] = []

    def fail(_session: Session) -> None:
        raise LookupError("a wish that makes no sense")

    database.before_commit.append(fail)
    database.after_commit.append(told.append)
    with pytest.raises(LookupError):
        database.run(lambda session: add(session, "work"))
    assert (keys(database), told) == ([], [])


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=8))])
def test_a_time_comes_back_as_the_same_moment_in_utc(database: Database, zone: timezone) -> None:
    at = NOW.replace(microsecond=123456).astimezone(zone)
    database.run(lambda session: add(session, "a", at=at))
    with database.read() as session:
        found = session.scalars(select(InboundKey.at)).one()
    assert found == at
    assert found.utcoffset() == timedelta()


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="times must be aware"):
        database.run(lambda session: add(session, "a", at=NOW.replace(tzinfo=None)))


def test_errors_do_not_tell_what_people_wrote(database: Database) -> None:
    database.run(lambda session: add(session, "secret words"))
    with pytest.raises(DBAPIError) as refused:
        database.run(lambda session: session.execute(text("SELECT :words FROM nowhere"), {"words": "secret words"}))
    assert "secret words" not in str(refused.value)


@on_postgresql
def test_a_statement_that_is_known_already_survives_that_its_column_is_widened(database: Database) -> None:
    """As while a newer version's migration runs: the driver prepares what it says often, and the server knows that no more."""
    for _ in range(10):  # on one connection, and none of it rolled back: both would forget it
        database.run(lambda session: session.execute(select(InboundKey.key)).all())
    migration = Database(database.url.render_as_string(hide_password=False))
    with migration.engine.begin() as other:
        other.execute(text("ALTER TABLE inbound_keys ALTER COLUMN key TYPE varchar(300)"))
    migration.close()
    assert database.run(lambda session: session.scalars(select(InboundKey.key)).all()) == []


@on_postgresql
@pytest.mark.parametrize("shows", ["asking on", "committing"])
def test_whom_the_server_ended_for_idling_begins_again(database: Database, shows: str) -> None:
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        add(session, "a")
        session.flush()
        if len(tries) == 1:
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
            time.sleep(0.3)  # as on a machine that has too much to do
        if shows == "asking on":
            session.execute(text("SELECT 1"))

    database.run(work)
    assert (len(tries), keys(database)) == (2, ["a"])


@on_postgresql
def test_the_victim_of_a_deadlock_is_run_again(database: Database) -> None:
    for key in ("a", "b"):
        database.run(lambda session, key=key: add(session, key))  # type: ignore[misc]  # a default, not an argument
    both_hold_one, one_is_through = threading.Barrier(2), threading.Event()
    tries: list[str] = []

    def lock_both(first: str, second: str) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            again = first in tries
            tries.append(first)
            session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            if again:
                assert one_is_through.wait(PATIENCE)
            session.execute(select(InboundKey).where(InboundKey.key == first).with_for_update())
            if not again:
                both_hold_one.wait(PATIENCE)
            session.execute(select(InboundKey).where(InboundKey.key == second).with_for_update())

        return work

    def run(first: str, second: str) -> None:
        database.run(lock_both(first, second))
        one_is_through.set()

    with ThreadPoolExecutor(2) as pool:
        for ran in [pool.submit(run, "a", "b"), pool.submit(run, "b", "a")]:
            ran.result(PATIENCE)
    assert len(tries) == 3


@on_postgresql
def test_who_keeps_a_lock_and_does_nothing_is_ended(database: Database) -> None:
    database.run(lambda session: add(session, "a"))
    lock = select(InboundKey).where(InboundKey.key == "a").with_for_update()
    with database.engine.connect() as frozen:
        frozen.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        frozen.execute(lock)

        def work(session: Session) -> str:
            session.execute(text("SET LOCAL lock_timeout = '3200ms'"))
            return session.scalars(lock).one().key

        assert database.run(work) == "a"
        with pytest.raises(DBAPIError, match="terminating connection"):
            frozen.execute(text("SELECT 1"))


@on_postgresql
def test_what_never_gets_through_is_given_up_in_the_end(database: Database) -> None:
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DBAPIError):
        database.run(work)
    assert len(tries) == ATTEMPTS


@on_postgresql
def test_a_connection_that_broke_before_the_commit_is_made_anew(database: Database) -> None:
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        if len(tries) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        add(session, "a")

    database.run(work)
    assert len(tries) == 2
    assert keys(database) == ["a"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://sevbot:pa55@db/sevbot", "postgresql://sevbot:***@db/sevbot"),
        ("postgresql://db/sevbot", "postgresql://db/sevbot"),
        ("sqlite:///var/sevbot.db", "sqlite:///var/sevbot.db"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert redact_url(url) == shown
