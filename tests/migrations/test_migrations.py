"""The schema goes up, down and up again, with rows in it, on both engines, and ends where the models are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select, text, update

from bot import schema
from bot.app import Bot
from bot.config import load
from bot.db import Base, Database
from bot.directory.people import Actor, Standing
from bot.incidents import service
from bot.incidents.model import AffectedWorkflow, Counter, Incident, TimelineEntry
from tests.databases import PostgresServer
from tests.environments import without_slack
from tests.processes import CONFIG
from tests.torture.versions import REVISION, make_migrations

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEWEST = schema.known_revisions()[-1]
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of the newest schema."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it."""
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    database = Database(server.new_database(empty=True) if server else f"sqlite:///{tmp_path / 'empty.db'}")
    yield database
    database.close()


def declare(database: Database, title: str) -> None:
    """One SEV, with a row in each of the incidents' tables."""
    actor = Actor(user_id="U01ADA", standing=Standing.MEMBER, door="command")
    said = service.Declaration(title=title, severity="SEV1", workflows=("sign-in",), is_private=True)
    config = load(CONFIG)
    database.run(lambda session: service.declare(session, said, config=config, actor=actor, now=NOW))


def is_no_index_of_words(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """What the engines search by is of each one's own kind, and no part of the models."""
    is_column = kind == "column" and name == "words"
    words = ("incident_words", "entry_words", "postmortem_words")
    return not (is_column or (name or "").startswith((*words, *(f"ix_{each}" for each in words))))


def pretend_revision(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_up_from_nothing_ends_where_the_models_are(empty: Database) -> None:
    schema.upgrade(empty)
    assert schema.revision(empty) == NEWEST
    with empty.engine.connect() as connection:
        options = {"compare_type": True, "include_object": is_no_index_of_words}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_up_down_and_up_again(empty: Database) -> None:
    schema.upgrade(empty)
    declare(empty, "checkout is down")
    schema.downgrade(empty, "base")
    with empty.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    schema.upgrade(empty)
    declare(empty, "checkout is down again")
    with empty.read() as session:
        assert session.scalars(select(Incident.number)).all() == [1]


def test_upgrading_what_is_newest_keeps_every_row(database: Database) -> None:
    declare(database, "checkout is down")
    schema.upgrade(database)
    with database.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(each))
            for each in (Incident, AffectedWorkflow, TimelineEntry)
        ]
        assert counts == [1, 1, 1]
        assert session.scalar(select(Counter.value)) == 1


def test_a_schema_that_is_ahead_is_accepted_and_left_alone(database: Database) -> None:
    pretend_revision(database, "9999")
    schema.require_current(database)
    schema.upgrade(database)
    assert schema.revision(database) == "9999"


def test_a_schema_that_is_behind_is_refused_with_what_to_do(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = schema.known_revisions()
    monkeypatch.setattr(schema, "known_revisions", lambda: [*known, "9999"])
    with pytest.raises(schema.SchemaBehind) as refused:
        schema.require_current(database)
    assert str(refused.value) == f"The database is at revision {NEWEST}, and needs 9999. Run: sevbot migrate"


def test_a_bot_does_not_start_on_an_empty_database(empty: Database) -> None:
    if empty.file:
        empty.file.touch()  # a file that is not there is waited for
    bot = Bot(without_slack(empty.url.render_as_string(hide_password=False)))
    with pytest.raises(schema.SchemaBehind) as refused:
        bot.start()
    bot.stop()
    assert str(refused.value) == f"The database is at revision none, and needs {NEWEST}. Run: sevbot migrate"


@sqlite_only
def test_a_copy_of_the_file_is_kept_before_anything_is_changed(database: Database) -> None:
    declare(database, "checkout is down")
    schema.downgrade(database, "base")
    assert database.file is not None
    copy = database.file.with_name(f"{database.file.name}.before-leaving-{NEWEST}")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT title FROM incidents").fetchall() == [("checkout is down",)]


@sqlite_only
def test_no_copy_is_made_of_nothing(empty: Database, tmp_path: Path) -> None:
    schema.upgrade(empty)
    assert list(tmp_path.glob("*before-leaving*")) == []


@sqlite_only
def test_a_migration_that_would_orphan_rows_is_undone(database: Database) -> None:
    declare(database, "checkout is down")
    with (
        pytest.raises(RuntimeError, match="would leave rows without what they refer to"),
        schema._connection(database) as connection,
    ):
        connection.execute(text("DELETE FROM incidents"))
    with database.read() as session:
        assert session.scalar(select(Incident.title)) == "checkout is down"


@sqlite_only
def test_foreign_keys_are_off_for_the_migration_and_on_again_after_it(database: Database) -> None:
    declare(database, "checkout is down")
    with schema._connection(database) as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 0
        connection.execute(update(Incident).values(title="renamed meanwhile"))
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(select(Incident.title)).scalar() == "renamed meanwhile"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_only_one_migrates_at_a_time_and_patience_comes_back(database: Database) -> None:
    with schema._connection(database), database.engine.connect() as other:
        taken = other.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": schema.ADVISORY_LOCK}).scalar()
        assert taken is False
    with database.engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "10s"
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": schema.ADVISORY_LOCK}).scalar()
        assert taken is True


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_migration_gives_way_to_bots_at_work_and_begins_anew(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", make_migrations(tmp_path / "migrations"))
    monkeypatch.setattr(schema, "LOCKED_WITHIN", "50ms")
    with database.engine.connect() as at_work:
        at_work.execute(select(Incident.id))
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            at_work.rollback()

        monkeypatch.setattr("bot.schema.time.sleep", pause)
        schema.upgrade(database)
    assert len(pauses) == 1
    assert schema.revision(database) == REVISION


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_migration_that_is_never_let_through_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", make_migrations(tmp_path / "migrations"))
    monkeypatch.setattr(schema, "LOCKED_WITHIN", "20ms")
    monkeypatch.setattr(schema, "TRIES", 3)
    monkeypatch.setattr("bot.schema.time.sleep", lambda _seconds: None)
    with database.engine.connect() as at_work:
        at_work.execute(select(Incident.id))
        with pytest.raises(schema.SchemaBusy, match="Nothing was changed"):
            schema.upgrade(database)
    assert schema.revision(database) == NEWEST
    assert not inspect(database.engine).has_table("greetings")
