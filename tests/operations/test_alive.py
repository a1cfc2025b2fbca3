"""The bot says that it lives as long as it can do its work, and nothing of where it says so."""

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from pytest_httpserver import HTTPServer

from bot.clock import Clock
from bot.config import ConfigFaults
from bot.db import Database
from bot.environment import read_environment
from bot.operations.alive import Alive
from bot.operations.findings import LATE_QUEUE
from bot.outbox.model import OutboxMessage, State
from bot.slack.client import Slack

PATH = "/ping/a-secret-word"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def slack() -> Slack:
    return Slack("xoxb-none", "http://127.0.0.1:9/api/", Clock())


def alive(database: Database, slack: Slack, url: str) -> Alive:
    return Alive(url, database, slack, Clock())


def put(database: Database, key: str, *, due_for: timedelta, state: State = State.PENDING) -> None:
    at = Clock().machine() - due_for
    row = OutboxMessage(
        kind="later.version", subject="x", key=key, mode="once", lane=key, state=state, due_at=at, decided_at=at, queued_at=at
    )  # fmt: skip
    database.run(lambda session: session.add(row))


def test_the_queue_is_counted(database: Database, slack: Slack) -> None:
    put(database, "a", due_for=timedelta(seconds=30))
    put(database, "b", due_for=timedelta(seconds=90))
    put(database, "c", due_for=timedelta(hours=2), state=State.DEAD)
    alive(database, slack, "").measure()
    assert REGISTRY.get_sample_value("sevbot_outbox_waiting") == 2
    assert REGISTRY.get_sample_value("sevbot_outbox_dead") == 1
    assert 90 <= (REGISTRY.get_sample_value("sevbot_outbox_oldest_due_seconds") or 0) < 100


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_is_told_while_all_is_well_and_not_when_something_is_wrong(
    database: Database, slack: Slack, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH, method="GET").respond_with_data("ok")
    living = alive(database, slack, httpserver.url_for(PATH))
    living.tell()
    assert len(httpserver.log) == 1
    slack.is_away = True
    living.tell()
    slack.is_away = False
    put(database, "late", due_for=LATE_QUEUE + timedelta(seconds=1))
    living.tell()
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("answer", [404, 500, None])
def test_what_goes_wrong_is_logged_without_the_address(
    database: Database, slack: Slack, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, answer: int | None
) -> None:
    if answer is not None:
        httpserver.expect_request(PATH).respond_with_data("no", status=answer)
    url = httpserver.url_for(PATH) if answer is not None else f"http://127.0.0.1:9{PATH}"
    with caplog.at_level(logging.DEBUG):
        alive(database, slack, url).tell()
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert [record.getMessage() for record in ours] == ["alive.not_told"]
    assert "a-secret-word" not in " ".join(str(vars(record)) for record in ours)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("reached", "said"), [("10.0.0.7", "not_connected"), ("169.254.169.254", "address_not_allowed")]
)
def test_a_monitor_within_the_house_is_reached(
    database: Database, slack: Slack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    *, reached: str, said: str,
) -> None:  # fmt: skip
    class Connection(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return reached, 443

        def sendall(self, *_: object) -> None:
            raise ssl.SSLCertVerificationError

    def connect(*_: object, **__: object) -> socket.socket:
        return Connection()

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    alive(database, slack, f"http://hc.corp{PATH}").tell()
    assert [vars(record)["error"] for record in caplog.records if record.getMessage() == "alive.not_told"] == [said]


def test_an_address_that_anybody_could_read_on_its_way_is_refused() -> None:
    with pytest.raises(ConfigFaults, match="SEVBOT_ALIVE_URL"):
        read_environment({"SEVBOT_ALIVE_URL": "http://hc.example.com/ping/x"})
    environment = read_environment({"SEVBOT_ALIVE_URL": "https://hc.example.com/ping/x"})
    assert "ping" not in repr(environment)
