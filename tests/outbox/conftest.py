from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import Settings
from bot.db import Database
from bot.outbox.dispatcher import Dispatcher
from bot.outbox.kinds import Kinds
from tests.outbox.clocks import MovableClock
from tests.outbox.queues import Queue
from tests.outbox.senders import CONFIG, Sender


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def queue(database: Database, clock: MovableClock) -> Queue:
    return Queue(database, clock)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def kinds(sender: Sender) -> Kinds:
    kinds = Kinds()
    kinds.add(sender.kind())
    return kinds


@pytest.fixture
def dispatcher(queue: Queue, kinds: Kinds) -> Iterator[Dispatcher]:
    made = Dispatcher(queue.database, queue.clock, Settings(Path(), config=CONFIG), kinds)
    queue.database.after_commit.append(made.after_commit)
    yield made
    made.stop(within=5)


@pytest.fixture
def running(dispatcher: Dispatcher) -> Dispatcher:
    dispatcher.start()
    return dispatcher
