"""What bots write down of their jobs, where every process sees it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import runs
from bot.db import Database
from bot.errors import Temporary
from bot.runs import JobRun, Notes, Run

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST = Run("digest.send_due", MINUTE, NOON)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def write(database: Database, notes: Notes, *some: Run, now: datetime) -> int:
    news = database.run(lambda session: notes.write(session, some, now=now))
    notes.written(news)
    return len(news)


def known(database: Database) -> list[JobRun]:
    with database.read() as session:
        found = list(runs.known(session))
        session.expunge_all()  # they are looked at afterwards
        return found


def test_what_changed_is_written_and_nothing_else(database: Database) -> None:
    notes, other = Notes("a:1:x"), Run("nudges.remind", MINUTE, NOON)
    assert write(database, notes, FIRST, other, now=NOON) == 2
    assert write(database, notes, FIRST, other, now=NOON + MINUTE) == 0, "nothing happened, so nothing is written"
    ran = FIRST.begun(NOON + MINUTE).ended(NOON + MINUTE)
    assert write(database, notes, ran, other, now=NOON + 2 * MINUTE) == 1
    digest, nudges = known(database)
    assert (digest.began_at, digest.ended_at, digest.noted_at) == (NOON + MINUTE, NOON + MINUTE, NOON + 2 * MINUTE)
    assert (nudges.ended_at, nudges.noted_at) == (None, NOON)


def test_what_was_not_committed_is_written_the_next_time(database: Database) -> None:
    notes = Notes("a:1:x")
    database.run(lambda session: notes.write(session, [FIRST], now=NOON))
    assert write(database, notes, FIRST, now=NOON) == 1


def test_why_it_failed_is_a_word_and_never_what_people_wrote(database: Database) -> None:
    secret = "Checkout of Ms Lovelace xoxb-123"
    write(database, Notes("a:1:x"), FIRST.failed(ValueError(secret), NOON), now=NOON)
    assert known(database)[0].reason == "ValueError"
    assert FIRST.failed(Temporary("ratelimited", secret), NOON).reason == "ratelimited"


def test_each_bot_has_rows_of_its_own_and_is_forgotten_a_day_after_its_end(database: Database) -> None:
    first, second = Notes("a:1:x"), Notes("b:2:y")
    write(database, first, FIRST, now=NOON)
    database.run(lambda session: first.stop(session, now=NOON + MINUTE))
    write(database, second, FIRST, now=NOON + timedelta(hours=23))
    assert [(each.bot, each.stopped_at) for each in known(database)] == [("a:1:x", NOON + MINUTE), ("b:2:y", None)]
    write(database, second, FIRST.begun(NOON), now=NOON + timedelta(days=1, minutes=2))
    assert [each.bot for each in known(database)] == ["b:2:y"]


def test_no_two_processes_have_one_name() -> None:
    assert runs.here() != runs.here()
    assert len(runs.here()) <= JobRun.__table__.c.bot.type.length  # type: ignore[attr-defined]  # it is a string
