"""Backups: a database, whole and of one moment, in one file; and the way back, into either engine.

The file is an SQLite database with this version's tables, whichever engine it comes from: it can be looked into with
`sqlite3`, checked by itself, and restored where the other engine is used.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from bot import schema
from bot.db import Database
from bot.errors import Refused
from bot.operations.copying import Counts, copy_all, counts, filling, one_moment, tables
from bot.outbox.model import OutboxMessage, State

PRIVATE = 0o600
"""A backup holds private SEVs too: nobody but its owner reads it."""
BESIDE = ("", "-wal", "-shm")
"""The files that make an embedded database: what was written last may be in the second."""
ABOUT_SEVS = "incidents"


@dataclass(frozen=True)
class Kept:
    """What a backup holds."""

    revision: str
    counts: Counts

    @property
    def sevs(self) -> int:
        return self.counts.get(ABOUT_SEVS, 0)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def back_up(database: Database, file: Path) -> Kept:
    """Write the database as it is now into a new `file`, while the bot runs, and read it back to see that it is whole.

    The file is there once it is complete and safe on the disk, or not at all. Raises `Refused`.
    """
    if file.exists():
        raise Refused(f"{file} is there already. Give a name that is not.")
    if not file.absolute().parent.is_dir():
        raise Refused(f"There is no folder {file.absolute().parent} to write into.")
    if database.file is not None and not database.file.exists():
        raise Refused(f"There is no database at {database.file}.")
    with _workplace(file) as copy:
        expected = _copy_file(database.file, copy) if database.file else _copy_rows(database, copy)
        kept = examine(copy)
        if kept.counts != expected:
            raise Refused("The backup does not hold what the database held, so it was not kept. Look at the disk.")
        _put_in_place(copy, file)
    return kept


def restore(file: Path, database: Database, *, now: datetime, replace: bool = False) -> tuple[Kept, Path | None]:
    """Fill a database with what a backup holds, brought to this version's schema.

    A PostgreSQL database must be empty. Where an embedded one has a file it is refused, or with `replace` set aside: the
    second thing returned is where it is then. Whatever was not sent yet when the backup was made may have been since, so
    the bot will look for it first. `now` names what is set aside. Raises `Refused`.
    """
    kept = examine(file)
    target = database.file
    if target is None:
        if replace:
            raise Refused("--replace is for SQLite. Make an empty PostgreSQL database, and restore into that.")
        with _workplace(Path(tempfile.gettempdir()) / "sevbot-restore.db") as copy:
            _prepare(file, copy)
            move(copy, database)
        return kept, None
    if not replace and any(_beside(target, part).exists() for part in BESIDE):
        raise Refused(f"There is a database at {target}. With --replace it is set aside, and kept.")
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with _workplace(target) as copy:
        _prepare(file, copy)
        aside = _set_aside(target, now)
        _put_in_place(copy, target)
    return kept, aside


def move(file: Path, database: Database) -> Counts:
    """Copy all of an embedded database at rest into an empty PostgreSQL database, in one transaction. Raises `Refused`."""
    if schema.revision(database) is None:  # one that has tables may be in use, and is no business of ours
        schema.upgrade(database)
    with closing(Database(f"sqlite:///{file}")) as source:
        require_newest(source)
        require_newest(database)
        try:
            with one_moment(source) as rows, filling(database) as target:
                return copy_all(rows, target)
        except DBAPIError as error:
            raise Refused(f"PostgreSQL does not take what is there, so nothing was kept: {error.orig}") from None


def examine(file: Path) -> Kept:
    """Read a backup whole. Raises `Refused` where it is none, is damaged, or comes from a newer version."""
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            damage += [f"a row of {row[0]} refers to none" for row in connection.execute("PRAGMA foreign_key_check")]
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            found = _count(connection)
    except (sqlite3.DatabaseError, TypeError) as error:
        raise Refused(f"{file} is no backup of Sevbot, or it is damaged: {error}") from None
    if damage:
        raise Refused(f"{file} is damaged: {damage[0]}")
    if revision not in schema.known_revisions():
        raise Refused(f"{file} comes from a newer version of Sevbot (schema {revision}). Use that one.")
    return Kept(revision, found)


def _count(connection: sqlite3.Connection) -> Counts:
    """How many rows each table has; an older version's file does not have all of them."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    names = [each.name for each in tables() if each.name in there]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def _copy_file(file: Path, copy: Path) -> Counts:
    """Copy an embedded database by SQLite's own means. Returns how many rows it had in that moment."""
    with closing(sqlite3.connect(file, isolation_level=None)) as source, closing(sqlite3.connect(copy)) as target:
        source.execute("BEGIN")  # what is counted and what is copied is of one moment
        found = _count(source)
        source.backup(target)
        source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode=DELETE")  # all in one file
    return found


def _copy_rows(database: Database, copy: Path) -> Counts:
    """Copy another engine's rows into a new file. Returns how many it had in that moment."""
    require_newest(database)
    with closing(Database(f"sqlite:///{copy}")) as target:
        schema.upgrade(target)
        with one_moment(database) as rows, filling(target) as filled:
            copy_all(rows, filled)
            found = counts(rows)
    _end_log(copy)
    return found


def _prepare(file: Path, copy: Path) -> None:
    """Copy a backup, and make it ready to go on with: of this version's schema, with a look before anything is sent."""
    _copy_file(file, copy)
    with closing(Database(f"sqlite:///{copy}")) as database:
        schema.upgrade(database)
        with database.engine.begin() as connection:
            ended = (State.SENT, State.SKIPPED)
            connection.execute(update(OutboxMessage).where(OutboxMessage.state.not_in(ended)).values(unsure=True))
    _end_log(copy)


def _end_log(file: Path) -> None:
    """Let all be in one file, and nothing in the log beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def require_newest(database: Database) -> None:
    """Raise `Refused` unless the database is at this version's schema."""
    found, newest = schema.revision(database), schema.known_revisions()[-1]
    if found != newest:
        raise Refused(
            f"The database is at revision {found or 'none'}, and this version of Sevbot at {newest}. Run: sevbot migrate"
            if found is None or found in schema.known_revisions()
            else f"The database is at revision {found}, of a newer version of Sevbot. Use that one."
        )


@contextmanager
def _workplace(file: Path) -> Iterator[Path]:
    """An empty file beside another, in a folder of its own, which goes with the block."""
    with tempfile.TemporaryDirectory(prefix=".sevbot-", dir=file.absolute().parent) as folder:
        copy = Path(folder) / "copy.db"
        copy.touch(mode=PRIVATE)
        yield copy


def _put_in_place(copy: Path, file: Path) -> None:
    """Let the file be there at once and whole, also if the power fails now."""
    _sync(copy)
    copy.replace(file)
    _sync(file.absolute().parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _set_aside(file: Path, now: datetime) -> Path | None:
    """Rename a database, with what was written last; it may be damaged. Returns where it is now, if there was one."""
    aside = file.with_name(f"{file.name}.before-restoring-{now:%Y%m%d-%H%M%S}")
    found = [part for part in BESIDE if _beside(file, part).exists()]
    for part in found:
        _beside(file, part).rename(_beside(aside, part))
    return aside if found else None


def _beside(file: Path, part: str) -> Path:
    return file.with_name(file.name + part)
