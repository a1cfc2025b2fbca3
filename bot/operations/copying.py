"""Copies every row from one database to another, whichever engines they are, and counts what is there."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import BigInteger, Connection, Integer, Table, delete, func, insert, select, text

from bot.db import Base, Database
from bot.errors import Refused
from bot.schema import PATIENCES

Counts = dict[str, int]
"""How many rows each table has."""
AT_ONCE = 500
"""Rows that are held in memory."""
SHOWN = 3
SEEDED = ("counters", "installations")
"""Tables in which migrations put rows: those of the database that is copied take their place."""


def tables() -> list[Table]:
    """Every table of ours, each behind those it refers to."""
    return list(Base.metadata.sorted_tables)


@contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """A connection that sees the database as it is now until the block ends, whatever is written meanwhile."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            yield connection
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
            _be_patient(connection)
            yield connection
        connection.rollback()


@contextmanager
def filling(database: Database) -> Iterator[Connection]:
    """A transaction on a database that nobody else may write to until it is filled. A fault leaves it as it was."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            _be_patient(connection)
            names = ", ".join(f'"{table.name}"' for table in tables())
            connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
        yield connection


def _be_patient(connection: Connection) -> None:
    for patience in PATIENCES:  # a big table takes longer than any statement of the running bot may
        connection.execute(text(f"SET LOCAL {patience} = 0"))


def counts(connection: Connection) -> Counts:
    """How many rows each table has."""
    return {each.name: connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables()}


def copy_all(source: Connection, target: Connection) -> Counts:
    """Copy every row into the empty tables of `target`, and let its numbers go on behind them.

    Returns how many rows each table has there. Raises `Refused` where the target has rows, or has others in the end.
    """
    taken = {name: count for name, count in counts(target).items() if count and name not in SEEDED}
    if taken:
        shown = ", ".join(f"{name} ({count})" for name, count in list(taken.items())[:SHOWN])
        raise Refused(f"The database is not empty: there are rows in {shown}. Give one that is.")
    for table in tables():
        if table.name in SEEDED:
            target.execute(delete(table))
        _copy(table, source, target)
    expected, found = counts(source), counts(target)
    if expected != found:
        wrong = ", ".join(
            f"{name}: {found[name]} of {expected[name]}" for name in found if found[name] != expected[name]
        )
        raise Refused(f"Not every row arrived, so nothing was kept: {wrong}")
    if target.dialect.name == "postgresql":
        _let_numbers_go_on(target)
    return found


def _copy(table: Table, source: Connection, target: Connection) -> None:
    rows = source.execution_options(stream_results=True).execute(select(table).order_by(*table.primary_key))
    for part in rows.mappings().partitions(AT_ONCE):
        target.execute(insert(table), [dict(each) for each in part])


def _let_numbers_go_on(target: Connection) -> None:
    """PostgreSQL numbers rows by sequences, which know nothing of rows that came with their numbers."""
    for table in tables():
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, Integer | BigInteger):
            continue
        sequence = target.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        highest = target.scalar(select(func.max(column)))
        if sequence is not None and highest is not None:
            target.execute(select(func.setval(sequence, highest)))
