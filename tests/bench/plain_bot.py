"""The bots Sevbot is compared with: `python plain_bot.py defaults` is Bolt as it comes, `quick` is set up as Sevbot does it.

Without recipes they acknowledge and do nothing else; with them they first commit the rows by plain SQL.
"""

import logging
import os
import re
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from tests.bench.recipes import Recipe, load, name_of

CONCURRENCY = 64
ANYTHING = re.compile(".*")
RECIPES = "BENCH_RECIPES"
DATABASE = "BENCH_DATABASE"

Write = Callable[[Recipe, int], None]


def sqlite_writer(file: str) -> Write:
    """Writes one recipe at a time, with the safety Sevbot asks of SQLite."""
    connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")

    def write(recipe: Recipe, run: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for step in recipe:
            if step.is_for_many:
                connection.executemany(step.sql, step.at(run))
            else:
                connection.execute(step.sql, step.at(run)[0]).fetchall()
        connection.execute("COMMIT")

    return write


def postgresql_writer(url: str) -> Write:
    """Writes one recipe at a time, over one connection."""
    import psycopg

    connection = psycopg.connect(url)
    connection.execute("SET session_replication_role = replica")  # foreign keys are not what is measured
    connection.commit()

    def write(recipe: Recipe, run: int) -> None:
        with connection.cursor() as cursor:
            for step in recipe:
                if step.is_for_many:
                    cursor.executemany(step.sql, step.at(run))
                else:
                    cursor.execute(step.sql, step.at(run)[0])
        connection.commit()

    return write


class Keeper:
    """Commits the rows that belong to a delivery, one transaction at a time."""

    def __init__(self) -> None:
        url = os.environ.get(DATABASE, "")
        self._recipes = load(Path(os.environ[RECIPES])) if url else {}
        self._write = sqlite_writer(url.removeprefix("sqlite:///")) if "sqlite" in url else postgresql_writer(url)
        self._lock = threading.Lock()
        self._runs = 0

    def keep(self, body: dict[str, Any]) -> None:
        recipe = self._recipes.get(name_of(body))
        if recipe:
            with self._lock:
                self._runs += 1
                self._write(recipe, self._runs)


def connect(app: App, *, is_quick: bool) -> None:
    """Connect to the local Slack; quick: with as many workers as Sevbot, and without Nagle's delay."""
    app_token = os.environ["SLACK_APP_TOKEN"]
    if not is_quick:
        SocketModeHandler(app, app_token).connect()  # type: ignore[no-untyped-call]
        return
    handler = SocketModeHandler(app, app_token, concurrency=CONCURRENCY)
    handler.connect()  # type: ignore[no-untyped-call]
    session = handler.client.current_session
    assert session is not None
    assert session.sock is not None
    session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main() -> None:
    is_quick = sys.argv[1] == "quick"
    logging.basicConfig(level=logging.ERROR)
    client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, process_before_response=is_quick)
    keep = Keeper().keep if os.environ.get(DATABASE) else None

    def answer(ack: Callable[[], None], body: dict[str, Any]) -> None:
        if keep:
            keep(body)
        ack()

    for attach in (app.event, app.command, app.action, app.view_submission, app.shortcut):  # floods are all events
        attach(ANYTHING)(answer)
    connect(app, is_quick=is_quick)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    os._exit(0)  # the SDK's own closing waits for its timers


if __name__ == "__main__":
    main()
