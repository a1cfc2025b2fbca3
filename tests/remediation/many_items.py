"""A database with many open items, of which few are due; and what looks at them, by a clock of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.engine import Connection

from bot.clock import Clock
from bot.config import Config, Nudges, Settings, Team, load
from bot.db import Database
from bot.incidents.model import Incident
from bot.nudges.jobs import Reminding
from bot.nudges.model import NudgeWatch
from bot.nudges.subjects import AllSubjects
from bot.outbox.enqueue import Enqueuer
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.nudging import ItemNudges
from tests.processes import CONFIG

NOW = datetime(2026, 12, 7, 9, 5, tzinfo=UTC)
"""A Monday, just after people's days have begun."""
PEOPLE = 10
TEAM = Team(key="payments", name="Payments", members=("U0MEMBER",), channel="#payments", manager="U0MANAGER")
A_SEV = 100
"""How many items each SEV has."""


class StillClock(Clock):
    """Business time stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.time = NOW

    def now(self) -> datetime:
        return self.time


@dataclass
class World:
    """Items, and the loop that looks at them."""

    database: Database
    clock: StillClock
    settings: Settings
    reminding: Reminding

    def __post_init__(self) -> None:
        self.statements: list[str] = []
        for engine in {self.database.engine, self.database._read_engine}:
            event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements.append(statement)

    def ticks(self) -> list[str]:
        """One run of the loop; returns the statements it took, without those that begin and end transactions."""
        self.statements.clear()
        self.reminding.remind()
        return [each for each in self.statements if not each.startswith(("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT"))]


def with_reminders(**nudges: Any) -> Config:
    found = load(CONFIG)
    return found.model_copy(update={"teams": (TEAM,), "nudges": Nudges.model_validate(nudges)})


@contextmanager
def world(url: str) -> Iterator[World]:
    """Nothing yet."""
    database, clock = Database(url), StillClock()
    database.before_commit.append(Enqueuer(clock).flush)
    settings = Settings(Path(), config=with_reminders())
    subjects = AllSubjects({"item": ItemNudges(settings, clock)})
    yield World(database, clock, settings, Reminding(database, clock, settings, subjects))
    database.close()


def fill_items(database: Database, *, items: int, due: int, of_team: int = 0) -> None:
    """So many open items of many people, of which the first `due` are overdue since yesterday and are to be looked at now;
    the first `of_team` are the team's.
    """
    with database.engine.begin() as connection:
        connection.execute(insert(Incident), [_incident(number) for number in range(1, items // A_SEV + 2)])
        for start in range(0, items, 10_000):
            numbers = range(start, min(start + 10_000, items))
            connection.execute(insert(ActionItem), [_item(each, due, of_team) for each in numbers])
            later = NOW + timedelta(days=20)
            connection.execute(
                insert(NudgeWatch),
                [{"subject": f"item:{each + 1}", "look_at": NOW if each < due else later} for each in numbers],
            )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _incident(number: int) -> dict[str, Any]:
    return {
        "id": number, "number": number, "title": "trouble", "summary": "", "severity": "SEV2", "status": "resolved",
        "is_private": False, "is_drill": False, "is_quiet": False, "declared_by": "U0LEAD", "reason": "",
        "declared_at": NOW - timedelta(days=40), "channel_attempt": "", "channel_trouble": "",
    }  # fmt: skip


def _item(number: int, due: int, of_team: int) -> dict[str, Any]:
    """Overdue since Sunday, or due in a month."""
    is_due = number < due
    owner = {"owner_team": "payments", "owner_user": None}
    if number >= of_team:
        owner = {"owner_user": f"U0{number % PEOPLE}", "owner_team": None}
    return {
        "id": number + 1, "incident_id": number // A_SEV + 1, "number": number % A_SEV + 1, "title": f"step {number}",
        "kind": "prevent", "priority": "P2", "state": ItemState.OPEN, "reason": "", "is_due_by_policy": True,
        "due_on": (NOW - timedelta(days=1) if is_due else NOW + timedelta(days=30)).date(), "proof": "", "evidence": "",
        "tracker_url": "", "quote": "", "created_by": "U0LEAD", "created_at": NOW - timedelta(days=10),
        "changed_at": NOW - timedelta(days=10), "is_tagged": False, **owner,
    }  # fmt: skip
