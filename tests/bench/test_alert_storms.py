"""Alerts in masses: five hundred a second for a minute, each a delivery of its own, and none is lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.db import Database
from bot.playground import Playground
from bot.workflows.alerts.model import AlertDelivery, Progress
from bot.workflows.problems.model import Problem
from tests.bench.alert_storms import alert, storm
from tests.bench.figures import Figures, Times
from tests.processes import BotProcess

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

SECRET = "a-secret-of-alertmanager"
RATE, SECONDS = 500, 60.0
PROBLEMS = 50
WORKED_OFF_WITHIN = 300.0


@pytest.fixture
def process(slack: Playground, database_url: str, tmp_path: Path) -> Iterator[BotProcess]:
    with BotProcess(slack, database_url, log=tmp_path / "bot.log", SEVBOT_HOOK_ALERTMANAGER=SECRET) as running:
        time.sleep(1)  # its port opens a little later than its socket
        yield running


def test_five_hundred_alerts_a_second_for_a_minute_and_none_is_lost(
    process: BotProcess, database_url: str, engine: str, figures: Figures
) -> None:
    about = f"{RATE} alerts a second for {SECONDS:g} s, {PROBLEMS} problems, {engine}"
    done = storm(
        process.port, SECRET, lambda number: alert(number, f"p{number % PROBLEMS}"), rate=RATE, seconds=SECONDS
    )
    times = Times(tuple(done.taken))
    database = Database(database_url)
    began = time.monotonic()
    while waiting(database) and time.monotonic() < began + WORKED_OFF_WITHIN:
        time.sleep(0.5)
    with database.read() as session:
        kept = session.scalar(select(func.count()).select_from(AlertDelivery))
        seen = session.scalar(select(func.sum(Problem.seen_count)))
        problems = session.scalar(select(func.count()).select_from(Problem))
    database.close()
    figures.add(about, "taken, p50", times.p50, "ms")
    figures.add(about, "taken, p99", times.p99, "ms", wanted="below 1000 on a calm machine")
    figures.add(about, "sent again", done.repeated, "deliveries")
    figures.add(about, "worked off after the last was sent", time.monotonic() - began, "s")
    figures.add(about, "lost", RATE * SECONDS - (seen or 0), "alerts", wanted="none")
    assert (done.lost, kept, seen, problems) == (0, RATE * SECONDS, RATE * SECONDS, PROBLEMS)


def waiting(database: Database) -> int:
    """How many deliveries are still to be worked off."""
    with database.read() as session:
        left = select(func.count()).select_from(AlertDelivery).where(AlertDelivery.state == Progress.KEPT)
        return session.scalar(left) or 0
