"""The schema's version: whether the database is at it, and how to bring it there."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from bot.db import LOCK_NOT_AVAILABLE, RETRYABLE_SQLSTATES, Database

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).parent.parent / "migrations"
ADVISORY_LOCK = 7385013326
PATIENCES = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
LOCKED_WITHIN = "1s"
"""How long a migration waits for a table: whoever wants that meanwhile waits behind it, and people have 3 s."""
TRIES = 60
"""How often it is begun anew, from the start, when bots at work were in its way."""


class SchemaBehind(Exception):  # noqa: N818
    """The database is older than this version of the bot. The text says what to do."""


class SchemaBusy(Exception):  # noqa: N818
    """The bots at work never let the migration through. Nothing was changed. The text says what to do."""


def known_revisions() -> list[str]:
    """Every revision this version knows, oldest first. File names begin with their numbers, so no code is loaded."""
    return sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def require_current(database: Database) -> None:
    """Raise `SchemaBehind` unless the schema is at least this version's.

    One that is ahead is accepted, so that a rolling deploy may migrate first: migrations only add, as long as the version
    before is running.
    """
    found = revision(database)
    newest = known_revisions()[-1]
    if found is None or (found in known_revisions() and found != newest):
        raise SchemaBehind(f"The database is at revision {found or 'none'}, and needs {newest}. Run: sevbot migrate")


def upgrade(database: Database, target: str = "head") -> None:
    """Bring the schema to `target`. On SQLite a copy of the file is taken first.

    On PostgreSQL only one does it at a time, and bots may be at work meanwhile: it gives way to them, and begins anew.
    Raises `SchemaBusy` where it did so too often.
    """
    found = revision(database)
    if target == "head" and found is not None and (found == known_revisions()[-1] or found not in known_revisions()):
        return  # it is there, or ahead
    _move(database, target, down=False)


def downgrade(database: Database, target: str) -> None:
    """Take the schema back to `target` (`base`: nothing left)."""
    _move(database, target, down=True)


def _move(database: Database, target: str, *, down: bool) -> None:
    from alembic import command

    if database.is_sqlite:
        _back_up(database)
    for _ in range(TRIES):
        try:
            with _connection(database) as connection:
                config = alembic_config()
                config.attributes["connection"] = connection
                (command.downgrade if down else command.upgrade)(config, target)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in {*RETRYABLE_SQLSTATES, LOCK_NOT_AVAILABLE}:
                raise
            time.sleep(random.uniform(0.2, 1.0))  # noqa: S311 - it lets the bots go on, it guards nothing
        else:
            return
    raise SchemaBusy("The bots at work use what is to be changed all the time. Nothing was changed: stop all but one.")


def alembic_config() -> "AlembicConfig":
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@contextmanager
def _connection(database: Database) -> Iterator[Connection]:
    """A connection to migrate on.

    SQLite's foreign keys are off meanwhile, since a table is altered there by making a new one and dropping the old, which
    would cascade; they are checked afterwards.
    """
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            for patience in PATIENCES:  # a migration may take long, and wait for another
                connection.execute(text(f"SET {patience} = 0"))
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": ADVISORY_LOCK})
            connection.execute(text(f"SET lock_timeout = '{LOCKED_WITHIN}'"))
            connection.commit()
            try:
                connection.begin()
                yield connection
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": ADVISORY_LOCK})
                for patience in PATIENCES:
                    connection.execute(text(f"RESET {patience}"))
                connection.commit()
            return
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - SQLAlchemy's type does not say which driver it is
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            connection.begin()
            yield connection
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            if broken:
                raise RuntimeError(f"the migration would leave rows without what they refer to: {broken[:5]}")
            connection.commit()
        finally:
            connection.rollback()
            raw.execute("PRAGMA foreign_keys=ON")


def _back_up(database: Database) -> None:
    """Copy the file beside itself, named for the revision it holds. An empty database needs no copy."""
    found = revision(database)
    file = database.file
    if found is None or file is None or not file.exists():
        return
    copy = file.with_name(f"{file.name}.before-leaving-{found}")
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
