"""Looking whether a digest is due is one question, answered by an index."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from bot.app import Bot
from tests.environments import without_slack


@pytest.fixture
def idle(database_url: str) -> Iterator[Bot]:
    bot = Bot(without_slack(database_url))
    yield bot
    bot.stop()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_look_with_nothing_due_is_one_query_of_an_index(idle: Bot) -> None:
    idle.house.digests.send_due()  # which follows the configuration once
    asked: list[tuple[str, Any]] = []
    event.listen(idle.database._read_engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    idle.house.digests.send_due()
    ((statement, given),) = [each for each in asked if each[0] != "BEGIN"]
    with idle.database._read_engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given))
    assert "INDEX ix_digest_subscriptions_next_due_at" in plan
    assert "SCAN" not in plan
