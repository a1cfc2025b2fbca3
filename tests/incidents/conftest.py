from collections.abc import Iterator

import pytest

from bot.db import Database
from bot.outbox.enqueue import Enqueuer
from tests.outbox.clocks import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def database(database_url: str, clock: MovableClock) -> Iterator[Database]:
    """A database of each engine, in which wishes are written down."""
    opened = Database(database_url)
    opened.before_commit.append(Enqueuer(clock).flush)
    yield opened
    opened.close()
