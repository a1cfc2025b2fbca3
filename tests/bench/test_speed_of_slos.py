"""SLOs of a thousand workflows are looked at within a second, and twice as many take twice as long: a few questions for all."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.config import Objective, Settings, Workflow, load
from bot.db import Database
from bot.workflows.counts.minutes import DAY, HOUR, minute_of
from bot.workflows.counts.model import CountDay, CountHour, CountMinute, SloState, WorkflowSignal
from tests.databases import new_sqlite
from tests.environments import without_slack
from tests.processes import CONFIG

NOW = datetime(2026, 11, 27, 10, 37, tzinfo=UTC)
MINUTES_KEPT, DAYS_KEPT = 4 * DAY, 30
SMALL, LARGE = 500, 1000
"""Workflows, each with an SLO of the four usual pairs of windows."""
ROUNDS = 5
SLOWEST = 1.0
"""Seconds, for `LARGE`."""
AT_MOST = 1.5
"""How much more one of many workflows may take than one of half as many."""
CHUNK = 20_000
GOOD, TOTAL = 99_999, 100_000

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def bot_with(folder: Path, workflows: int) -> Bot:
    """A bot with so many workflows, each with thirty days of counts behind it, all but the last hour rolled up."""
    folder.mkdir()
    slo = Objective(key="availability", name="It works", target=0.999)
    many = tuple(Workflow(key=f"flow-{each}", name=f"Flow {each}", slos=(slo,)) for each in range(1, workflows + 1))
    config = load(CONFIG).model_copy(update={"workflows": many})
    bot = Bot(without_slack(new_sqlite(folder)), settings=Settings(CONFIG, config=config))
    fill(bot.database, workflows)
    return bot


def fill(database: Database, workflows: int) -> None:
    now = minute_of(NOW)
    ids = range(1, workflows + 1)
    signals = [
        {"id": each, "workflow": f"flow-{each}", "signal": "counts", "newest_minute": now - 1, "received_at": NOW}
        for each in ids
    ]
    minutes = ((each, minute) for each in ids for minute in range(now - MINUTES_KEPT, now))
    hours = ((each, hour) for each in ids for hour in range(now // HOUR - 24 * DAYS_KEPT - 24, now // HOUR))
    days = ((each, day) for each in ids for day in range(now // DAY - DAYS_KEPT - 1, now // DAY))

    def write(session: Session) -> None:
        session.execute(insert(WorkflowSignal), signals)
        connection = session.connection()
        for table, unit, rows in (
            (CountMinute, "minute", minutes),
            (CountHour, "hour", hours),
            (CountDay, "day", days),
        ):
            third = "source" if table is CountMinute else "way"
            statement = (
                f"INSERT INTO {table.__tablename__} (signal_id, {unit}, {third}, good, total) "  # noqa: S608 - names of ours
                f"VALUES (?, ?, '', {GOOD}, {TOTAL})"
            )
            connection.exec_driver_sql(statement, [*rows])

    database.run(write)


def seconds(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> float:
    """How long a look at all SLOs takes, in the best of some minutes: reading, judging, and keeping what was found."""
    taken = []
    for place in range(ROUNDS):
        now = NOW.replace(minute=NOW.minute + place)
        monkeypatch.setattr(bot.clock, "now", lambda now=now: now)
        begun = time.perf_counter()
        bot.house.workflows.health.evaluating.evaluate()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_a_thousand_slos_are_looked_at_within_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bots = [bot_with(tmp_path / str(count), count) for count in (SMALL, LARGE)]
    small, large = (seconds(bot, monkeypatch) for bot in bots)
    print(f"{SMALL} SLOs: {small * 1000:.0f} ms; {LARGE} SLOs: {large * 1000:.0f} ms")  # noqa: T201
    for bot, count in zip(bots, (SMALL, LARGE), strict=True):
        with bot.database.read() as session:
            assert [*session.execute(select(SloState.state, func.count()).group_by(SloState.state))] == [("ok", count)]
    assert large < SLOWEST
    assert large / LARGE < small / SMALL * AT_MOST
    for bot in bots:
        bot.stop()
