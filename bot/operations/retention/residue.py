"""What SQLite would leave in its file of what was deleted, and how it is made to go."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.db import Database, dialect_of

T = TypeVar("T")
INDEXES = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'")
CHANGES = text("SELECT total_changes()")
PAGES = 500
"""How much of an index one transaction puts together."""
NOTHING_DONE = 2
"""Fewer changes than this: there is nothing left to put together, says SQLite's manual."""


def overwriting(work: Callable[[Session], T]) -> Callable[[Session], T]:
    """The same work, after which what it deleted is overwritten: SQLite keeps it in the file until the room is used."""

    def thoroughly(session: Session) -> T:
        if dialect_of(session) == "sqlite":
            session.connection().exec_driver_sql("PRAGMA secure_delete=ON")
        return work(session)

    return thoroughly


def forget_words(database: Database) -> None:
    """Let the indexes of words forget what was deleted: they only note that it was, until their parts are put together."""
    if not database.is_sqlite:
        return
    with database.read() as session:
        indexes = session.scalars(INDEXES).all()
    for index in indexes:
        # A number less than nothing means: all parts into one.
        is_left = database.run(overwriting(_merging(index, -PAGES)), aside=True)
        while is_left:
            is_left = database.run(overwriting(_merging(index, PAGES)), aside=True)


def _merging(index: str, pages: int) -> Callable[[Session], bool]:
    """Work that puts some of an index together, and says whether there may be more to do."""

    def merge(session: Session) -> bool:
        before = session.scalar(CHANGES) or 0
        command = text(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', :pages)")  # noqa: S608 - SQLite named it
        session.execute(command, {"pages": pages})
        return (session.scalar(CHANGES) or 0) - before >= NOTHING_DONE

    return merge
