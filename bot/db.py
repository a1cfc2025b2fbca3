"""The database: one engine, two doors. `read()` looks, `run()` changes, and nothing else opens a session.

SQLite is the embedded default: write-ahead log, full synchronisation, one writer at a time. PostgreSQL is the shared one.
"""

import logging
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, DateTime, Dialect, Executable, MetaData, create_engine, event, text
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.types import TypeDecorator

from bot.gate import Courtesy, Gate

T = TypeVar("T")
ATTEMPTS = 5
SERVER_PATIENCE = (
    "-c lock_timeout=5s -c statement_timeout=10s"
    # A replica that freezes in a transaction keeps its locks: the server ends it before the others give up waiting.
    " -c idle_in_transaction_session_timeout=3s"
)
RETRYABLE_SQLSTATES = {"40001", "40P01"}  # serialization failure, deadlock victim
PLAN_CHANGED = "0A000"
"""Feature not supported: so a server refuses what was prepared before a migration widened a column. Told anew, it is taken."""
LOCK_NOT_AVAILABLE = "55P03"
IDLE_TOO_LONG = "25P03"
"""With which the server ends a session: it had begun a transaction, and on a busy machine did not come to go on."""
END_IDLERS = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND state LIKE 'idle in transaction%'
    AND state_change < clock_timestamp() - interval '3 seconds'
""")
"""The same by hand: poolers drop the option, and a server was seen to let its own timer pass."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both engines; SQLite has no time zones, so there it is stored as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table shares: predictable names for constraints, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime()}  # noqa: RUF012 - SQLAlchemy's own name and shape


class CommitUnknown(Exception):  # noqa: N818
    """The connection was lost while committing: nobody can tell whether the change was kept."""


class DatabaseGone(OperationalError):  # noqa: N818
    """The file of an embedded database is not where it was: opening it would make an empty one in its place."""

    def __init__(self) -> None:
        super().__init__("the database's file is gone", None, FileNotFoundError())


UNAVAILABLE = (OperationalError, InterfaceError, NoConnectionLeft)
"""What a database raises that is down, locked, full or out of reach, as opposed to one that was asked nonsense."""


def log_failure(log: logging.Logger, event: str, error: Exception, **extra: object) -> None:
    """Log a failure with its traceback; where the database is only away, saying that says enough."""
    is_away = isinstance(error, UNAVAILABLE)
    log.error(event, exc_info=None if is_away else error, extra={"error": type(error).__name__, **extra})


class Database:
    """The engine and its two doors."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.before_commit: list[Callable[[Session], None]] = []
        self.after_commit: list[Callable[[Session], None]] = []
        self._gate: Gate | Courtesy = Gate() if self.is_sqlite else Courtesy()
        self._file_id: tuple[int, int] | None = None
        if self.is_sqlite:
            path = self.file
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.engine = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE", read_only=False)
            self._read_engine = _sqlite_engine(self.url, begin="BEGIN", read_only=True)
        else:
            self.engine = create_engine(
                self.url.set(drivername="postgresql+psycopg"),
                hide_parameters=True,  # what people wrote is no business of the logs
                pool_size=20,
                max_overflow=20,
                pool_timeout=5,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 2, "tcp_user_timeout": 10_000, "options": SERVER_PATIENCE},
            )
            self._read_engine = self.engine

    @cached_property
    def file(self) -> Path | None:
        """The file of an embedded database, or None where a server keeps it."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking. What it changes is rolled back."""
        self._require_file()
        with Session(self._read_engine, expire_on_commit=False) as session:
            yield session
            session.rollback()

    def run(self, work: Callable[[Session], T], *, aside: bool = False) -> T:
        """Run `work` in one transaction and commit it; when the database asks for it, run it again from the start.

        `work` must do nothing but read and write through its session. Raises what `work` raises (the transaction is
        rolled back then), and `CommitUnknown` when the connection broke during the commit itself. `aside`: nobody waits
        for it, so those for whom somebody waits go first.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._run_once(work, aside=aside)
            except DBAPIError as error:
                repeats = _must_repeat(error) or error.connection_invalidated or self._makes_way(error)
                if attempt == ATTEMPTS or not repeats:
                    raise
            # At once it would take the row from the one who waits for it, and meet them again.
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - it spreads tries, it guards nothing
        raise AssertionError("unreachable")  # pragma: no cover

    def _run_once(self, work: Callable[[Session], T], *, aside: bool) -> T:
        with self._writing(aside=aside), Session(self.engine, expire_on_commit=False) as session:
            result = work(session)
            for prepare in self.before_commit:
                prepare(session)
            session.flush()
            try:
                session.commit()
            except DBAPIError as error:
                if error.connection_invalidated and _sqlstate(error) != IDLE_TOO_LONG:  # such a one committed nothing
                    raise CommitUnknown from error
                raise
        for notify in self.after_commit:
            notify(session)
        return result

    def _makes_way(self, error: DBAPIError) -> bool:
        """Whether a lock was waited for in vain, and somebody was ended who kept locks and did nothing."""
        if _sqlstate(error) != LOCK_NOT_AVAILABLE:
            return False
        with self.engine.connect() as connection:
            return bool(connection.execute(END_IDLERS).all())

    @contextmanager
    def _writing(self, *, aside: bool) -> Iterator[None]:
        """On SQLite, queue in the process and not in the file: waiting there is by sleeping, and slow."""
        with self._gate.passing(aside=aside):
            self._require_file()
            yield

    def _require_file(self) -> None:
        """Raise `DatabaseGone` while the file is gone; begin anew on one that was put in its place.

        SQLite itself goes on writing into a file that was deleted, and nothing of that would be there tomorrow.
        """
        if self.file is None:
            return
        try:
            found = self.file.stat()
        except OSError:
            raise DatabaseGone from None
        if self._file_id not in (None, (found.st_dev, found.st_ino)):
            self.engine.dispose()
            self._read_engine.dispose()
        self._file_id = (found.st_dev, found.st_ino)

    def ping(self) -> None:
        """Raise if the database does not answer."""
        self._require_file()
        with self._read_engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Let go of every connection, once those in use came back, or after a second."""
        for engine in (self.engine, self._read_engine):
            event.listen(engine, "checkin", _close_for_good)  # a pool that was disposed of keeps what comes back later
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline and any(_in_use(each) for each in (self.engine, self._read_engine)):
            time.sleep(0.01)
        self.engine.dispose()
        self._read_engine.dispose()


def _close_for_good(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.invalidate()


def _in_use(engine: Engine) -> int:
    return engine.pool.checkedout() if isinstance(engine.pool, QueuePool) else 0


def _must_repeat(error: DBAPIError) -> bool:
    return _sqlstate(error) in {*RETRYABLE_SQLSTATES, PLAN_CHANGED}


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _sqlite_engine(url: URL, *, begin: str, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": 1.5},  # whoever waits for it has 3 s in all
        hide_parameters=True,
        pool_size=8 if read_only else 1,
        max_overflow=24 if read_only else 0,
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, by name
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin_by_name(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def dialect_of(session: Session) -> str:
    """The engine's name: `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def affected(session: Session, statement: Executable) -> int:
    """Execute an update or delete and return how many rows it touched."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def insert_for(dialect: str, table: type[Base]) -> SqliteInsert:
    """An insert that knows `ON CONFLICT`: both engines do, and SQLAlchemy spells it alike, in a class of each."""
    if dialect == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert  # it brings every driver with it: SQLite does without

    return cast("SqliteInsert", insert(table))


def redact_url(url: str) -> str:
    """A database address without its password, for logs."""
    return re.sub(r"//([^:/@]+):[^@]*@", r"//\1:***@", url)
