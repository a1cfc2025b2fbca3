"""Backups hold everything, from either engine and into either, and what is damaged or taken is refused."""

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import insert, select, text

import bot.app  # noqa: F401 - so that every table is known
from bot import audit, schema
from bot.db import Database
from bot.errors import Refused
from bot.incidents.model import Incident
from bot.operations.backup import back_up, examine, move, restore
from bot.operations.copying import tables
from bot.outbox.model import OutboxMessage
from tests.databases import PostgresServer, new_sqlite
from tests.operations.odd_rows import all_rows, put_odd_rows
from tests.shell import Sevbot

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEWEST = schema.known_revisions()[-1]
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[Callable[[], str]]:
    """Gives the address of a new and empty PostgreSQL database."""
    made: list[str] = []

    def new() -> str:
        made.append(postgres.new_database(empty=True))
        return made[-1]

    yield new
    for url in made:
        postgres.drop(url)


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_a_backup_holds_every_row_of_every_table_and_either_engine_takes_it(
    database: Database, tmp_path: Path, postgres_url: Callable[[], str]
) -> None:
    put_odd_rows(database, seed=len(url_of(database)))
    expected = all_rows(database)
    kept = back_up(database, tmp_path / "kept.db")
    assert (kept.revision, kept.rows) == (NEWEST, sum(map(len, expected.values())))
    with closing(Database(f"sqlite:///{tmp_path / 'kept.db'}")) as copy:
        assert all_rows(copy) == expected
    targets = [f"sqlite:///{tmp_path / 'new.db'}", postgres_url()]
    for url in targets:
        with closing(Database(url)) as target:
            assert restore(tmp_path / "kept.db", target, now=NOW) == (kept, None)
            schema.require_current(target)
            found = all_rows(target)
            queue = OutboxMessage.__tablename__
            assert {name: rows for name, rows in found.items() if name != queue} == {
                name: rows for name, rows in expected.items() if name != queue
            }
            assert [row[0] for row in found[queue]] == [row[0] for row in expected[queue]]


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(12))
@sqlite_only
def test_moving_keeps_every_row_as_it_was(
    database: Database, postgres_url: Callable[[], str], tmp_path: Path, seed: int
) -> None:
    put_odd_rows(database, seed=seed, each=7)
    assert database.file is not None
    with closing(Database(postgres_url())) as target:
        move(database.file, target)
        assert all_rows(target) == all_rows(database)
        back_up(target, tmp_path / "back.db")
    with closing(Database(f"sqlite:///{tmp_path / 'back.db'}")) as back:
        assert all_rows(back) == all_rows(database)


def test_what_was_on_its_way_is_looked_for_before_it_is_sent_again(database: Database, tmp_path: Path) -> None:
    def row(number: int, state: str) -> dict[str, object]:
        names = {name: f"{name}-{number}" for name in ("kind", "subject", "key", "lane", "token")}
        times = dict.fromkeys(("due_at", "decided_at", "queued_at"), NOW)
        return {**names, **times, "mode": "once", "state": state}

    states = ("pending", "sending", "ambiguous", "dead", "sent", "skipped")
    rows = [row(number, state) for number, state in enumerate(states)]
    database.run(lambda session: session.execute(insert(OutboxMessage), rows))
    back_up(database, tmp_path / "kept.db")
    with closing(Database(f"sqlite:///{tmp_path / 'new.db'}")) as target:
        restore(tmp_path / "kept.db", target, now=NOW)
        with target.read() as session:
            unsure = set(session.scalars(select(OutboxMessage.state).where(OutboxMessage.unsure)))
    assert unsure == {"pending", "sending", "ambiguous", "dead"}


def test_numbers_go_on_behind_those_that_came(tmp_path: Path, postgres_url: Callable[[], str]) -> None:
    with closing(Database(new_sqlite(tmp_path))) as database, closing(Database(postgres_url())) as target:
        put_odd_rows(database, seed=1)
        assert database.file is not None
        move(database.file, target)
        with target.engine.begin() as connection:
            for table in tables():
                column = table.autoincrement_column
                if column is None:
                    continue
                highest = connection.scalar(text(f'SELECT max("{column.name}") FROM "{table.name}"'))  # noqa: S608
                asked = text(f"SELECT nextval(pg_get_serial_sequence('{table.name}', '{column.name}'))")
                assert connection.scalar(asked) == highest + 1, table.name


@sqlite_only
def test_a_backup_is_whole_while_others_write(database: Database, tmp_path: Path) -> None:
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            write_down(database)
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        written.wait(10)
        for number in range(5):
            back_up(database, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    counts = [examine(tmp_path / f"{number}.db").counts["audit_records"] for number in range(5)]
    assert counts == sorted(counts)
    assert counts[0] > 0


def write_down(database: Database) -> None:
    """One more row."""
    database.run(
        lambda session: audit.record(session, actor="U01ADA", action="x", subject="y", source="command", now=NOW)
    )


def test_a_backup_is_for_its_owner_alone_and_nothing_else_is_left(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(database, folder / "kept.db")
    assert [each.name for each in folder.iterdir()] == ["kept.db"]
    assert stat.S_IMODE((folder / "kept.db").stat().st_mode) == 0o600


def test_what_is_there_is_never_overwritten_by_a_backup(database: Database, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_text("precious")
    with pytest.raises(Refused, match="is there already"):
        back_up(database, tmp_path / "kept.db")
    assert (tmp_path / "kept.db").read_text() == "precious"


def test_a_database_with_rows_is_not_filled(database: Database, tmp_path: Path) -> None:
    put_odd_rows(database, seed=3, each=1)
    back_up(database, tmp_path / "kept.db")
    before = all_rows(database)
    with pytest.raises(Refused, match=r"is not empty|There is a database at"):
        restore(tmp_path / "kept.db", database, now=NOW)
    assert all_rows(database) == before


def test_a_server_of_an_older_version_is_not_changed_where_nothing_is_restored(
    tmp_path: Path, postgres_url: Callable[[], str]
) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'source.db'}")) as source:
        schema.upgrade(source)
        back_up(source, tmp_path / "kept.db")
    with closing(Database(postgres_url())) as target:
        schema.upgrade(target, "0003")
        with pytest.raises(Refused, match="at revision 0003"):
            restore(tmp_path / "kept.db", target, now=NOW)
        assert schema.revision(target) == "0003"


@sqlite_only
def test_what_was_there_is_set_aside_whole_with_what_was_written_last(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "kept.db")
    assert database.file is not None
    put_odd_rows(database, seed=4, each=1)  # it is in the log beside the file, not in the file
    _, aside = restore(tmp_path / "kept.db", database, now=NOW, replace=True)
    assert aside is not None
    with closing(Database(f"sqlite:///{aside}")) as before, before.read() as session:
        assert len(session.scalars(select(Incident.id)).all()) == 1
    with closing(Database(url_of(database))) as restored, restored.read() as session:
        assert session.scalars(select(Incident.id)).all() == []


@sqlite_only
def test_a_damaged_database_can_be_replaced(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "kept.db")
    assert database.file is not None
    database.close()
    database.file.write_bytes(b"lightning struck here" * 999)
    _, aside = restore(tmp_path / "kept.db", Database(url_of(database)), now=NOW, replace=True)
    assert aside is not None
    assert aside.read_bytes().startswith(b"lightning")
    schema.require_current(Database(url_of(database)))


@sqlite_only
def test_an_older_backup_is_brought_to_this_version(database: Database, tmp_path: Path) -> None:
    schema.downgrade(database, schema.known_revisions()[-2])
    assert back_up(database, tmp_path / "old.db").revision == schema.known_revisions()[-2]
    with closing(Database(f"sqlite:///{tmp_path / 'new.db'}")) as target:
        restore(tmp_path / "old.db", target, now=NOW)
        assert schema.revision(target) == NEWEST


@sqlite_only
@pytest.mark.parametrize("damage", ["cut", "bytes", "other", "newer", "none"])
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(
    database: Database, tmp_path: Path, damage: str
) -> None:
    put_odd_rows(database, seed=5)
    file = tmp_path / "kept.db"
    back_up(database, file)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "bytes":
        content = bytearray(file.read_bytes())
        content[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
        file.write_bytes(content)
    elif damage == "other":
        file.write_text("no database at all")
    elif damage == "newer":
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
    else:
        file.unlink()
    with closing(Database(f"sqlite:///{tmp_path / 'new.db'}")) as target:
        with pytest.raises(Refused, match=r"damaged|no backup|newer version|no file"):
            restore(file, target, now=NOW)
        assert not (tmp_path / "new.db").exists()


def test_the_commands_tell_what_they_did(
    sevbot_cli: Sevbot,
    database: Database,
    tmp_path: Path,
    postgres_url: Callable[[], str],
) -> None:
    put_odd_rows(database, seed=6)
    url, rows = url_of(database), sum(map(len, all_rows(database).values()))
    database.close()
    kept, new = tmp_path / "kept.db", tmp_path / "new.db"
    said = sevbot_cli("backup", str(kept), DATABASE_URL=url)
    assert said.stdout == f"Wrote {kept}: 3 SEVs, {rows} rows, schema {NEWEST}. It was read back, and is whole.\n"
    again = sevbot_cli("backup", str(kept), DATABASE_URL=url)
    assert (again.exit_code, again.stderr) == (2, f"{kept} is there already. Give a name that is not.\n")
    said = sevbot_cli("restore", str(kept), DATABASE_URL=f"sqlite:///{new}")
    assert said.stdout == f"Restored 3 SEVs, {rows} rows. Start the bot: it goes on from there.\n"
    server = postgres_url()
    with FileLock(f"{new}.lock"):
        running = sevbot_cli("move-to", server, DATABASE_URL=f"sqlite:///{new}")
    assert (running.exit_code, running.stderr) == (
        2, f"Another Sevbot runs on {new}. With PostgreSQL (DATABASE_URL) several can.\n",
    )  # fmt: skip
    said = sevbot_cli("move-to", server, DATABASE_URL=f"sqlite:///{new}")
    assert said.stdout.startswith(f"Moved {rows} rows in {len(tables())} tables, and counted them on both sides.\n")
    twice = sevbot_cli("move-to", server, DATABASE_URL=f"sqlite:///{new}")
    assert (twice.exit_code, twice.stderr.partition(":")[0]) == (2, "The database is not empty")
