"""Forgetting what is old, for tests of the rooms in which it is kept."""

from datetime import datetime

from bot import config
from bot.db import Database
from bot.operations.retention import ages
from tests.processes import CONFIG


def forget(database: Database, table: str, *, now: datetime) -> int:
    """Forget what is old of one table. Returns how many rows that were."""
    settings = config.load(CONFIG)
    [rule] = [each for each in ages.AGES if each.table == table]
    return database.run(lambda session: ages.forget_some(session, rule, settings, now=now))
