"""Rows of every table there is, filled with what databases are known to stumble over."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    insert,
    select,
)

from bot.db import Database, UTCDateTime
from bot.operations.copying import SEEDED, tables

TEXTS = (
    "", " ", "checkout is down", "Übergröße ẞ 日本語 🚨👩🏽‍🚒", "'; DROP TABLE incidents; --", 'a "quoted" \\ word', "tab\tand\r\nline",
    "\u200f\u202eשלום", "e\u0301", "\ufeff", "%s %(x)s :name ? $1", "{{ 7*7 }}", "\x01\x7f\x85\u2028",
)  # fmt: skip
JSONS: tuple[Any, ...] = (
    {}, [], {"a": None, "b": [1, 2.5, True, {"ü": "🚨"}]}, {"big": 2**70, "small": -1e-300, "text": 'a "b" \\ \u2028'},
)  # fmt: skip
FIRST_NUMBER = 1_000_000_000
"""Beyond what tests' own rows have, so that a sequence that stood still would be seen."""


def put_odd_rows(database: Database, *, seed: int, each: int = 3) -> None:
    """Put `each` rows into every table that migrations leave empty."""
    chance = Random(seed)
    with database.engine.begin() as connection:
        for table in tables():
            if table.name in SEEDED:
                continue
            parents = {
                column.name: list(connection.scalars(select(key.column).order_by(key.column)))
                for column in table.columns
                for key in column.foreign_keys
            }
            unique = _unique_columns(table)
            rows = [
                {column.name: _value(column, chance, number, unique, parents) for column in table.columns}
                for number in range(each)
            ]
            connection.execute(insert(table), rows)


def all_rows(database: Database) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Every row of every table, in the order of its key."""
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables()
        }


def _unique_columns(table: Table) -> set[str]:
    """Columns that must differ from row to row: of keys and of unique indexes."""
    found = {column.name for column in table.primary_key}
    found |= {column.name for column in table.columns if column.unique}
    for index in table.indexes:
        found |= {column.name for column in index.columns} if index.unique else set()
    for constraint in table.constraints:
        found |= {column.name for column in constraint.columns} if isinstance(constraint, UniqueConstraint) else set()
    return found


def _value(column: Column[Any], chance: Random, number: int, unique: set[str], parents: dict[str, list[Any]]) -> Any:
    if column.name in parents:
        found = parents[column.name]
        return found[number % len(found)]
    if column.nullable and chance.random() < 0.3:
        return None
    if column.name in unique and isinstance(column.type, Integer):
        return FIRST_NUMBER + number
    if isinstance(column.type, String | Text):
        text = f"{number}{chance.choice(TEXTS)}" if column.name in unique else chance.choice(TEXTS)
        return text[: column.type.length or len(text)]
    give = VALUES[type(column.type)]
    return give(chance, number)


def _moment(chance: Random, number: int) -> datetime:
    zone = timezone(timedelta(hours=chance.randint(-12, 13), minutes=chance.choice((0, 30, 45))))
    moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number, microseconds=chance.randrange(10**12))
    return moment.astimezone(zone)


VALUES: dict[type, Callable[[Random, int], Any]] = {
    Boolean: lambda chance, _: chance.random() < 0.5,
    UTCDateTime: _moment,
    Date: lambda _, number: date(2026, 3, 1) + timedelta(days=number),
    Time: lambda chance, _: time(chance.randrange(24), chance.randrange(60)),
    Integer: lambda chance, _: chance.choice((0, 1, -1, 2**31 - 1)),
    BigInteger: lambda chance, _: chance.choice((0, 1, -1, 2**62)),
    Double: lambda chance, _: chance.choice((0.0, 0.1, 1e300, -2.5)),
    JSON: lambda chance, _: chance.choice(JSONS),
    LargeBinary: lambda chance, _: bytes(range(256)) * chance.randint(0, 3),
}
"""A value for each type of column there is. A column of another type fails the tests until it is here."""
