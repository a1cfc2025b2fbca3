"""What a running bot says of itself when something it needs is gone."""

import json
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

import pytest
from sqlalchemy import update

from bot.app import Bot
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode, OutboxMessage
from bot.playground import Playground
from tests.conftest import environment_for

UNKNOWN_KIND = "later.version"
"""A kind of a newer replica's: this one leaves it alone, so it stays due."""


def readiness(bot: Bot) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection("127.0.0.1", bot.server.port, timeout=5)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body["faults"]


def test_a_lost_socket_is_told_and_so_is_its_return(sevbot: Bot, slack: Playground) -> None:
    assert readiness(sevbot) == (200, {})
    assert sevbot.socket is not None
    sevbot.socket.stop(within=1.0)
    slack.wait_until(lambda: readiness(sevbot)[0] == 503, why="the loss is noticed")
    assert readiness(sevbot)[1] == {"slack": "the socket is not connected"}


def test_a_queue_that_stands_still_is_told(sevbot: Bot) -> None:
    long_ago = sevbot.clock.machine() - timedelta(minutes=10)
    request = Request(
        kind=UNKNOWN_KIND, subject="nothing:1", key="nothing:1", mode=Mode.ONCE, rule="test", audience="nobody"
    )
    sevbot.database.run(lambda session: enqueue(session, request))
    sevbot.database.run(lambda session: session.execute(update(OutboxMessage).values(due_at=long_ago)))
    status, faults = readiness(sevbot)
    assert status == 503
    assert faults["queue"].startswith("the oldest delivery waits for 0:10:")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_database_that_cannot_be_read_is_told(slack: Playground, database_url: str) -> None:
    bot = Bot(environment_for(slack, database_url))
    bot.start()
    try:
        slack.wait_until(lambda: readiness(bot) == (200, {}), why="the bot is ready")
        assert bot.database.file is not None
        bot.database.close()
        bot.database.file.rename(bot.database.file.with_suffix(".moved"))
        bot.database.file.mkdir()
        status, faults = readiness(bot)
        assert status == 503
        assert faults["database"] == "OperationalError"
        assert faults["queue"] == "OperationalError"
    finally:
        bot.stop()
