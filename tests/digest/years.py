"""A database of a company with years behind it: what is old grows, and what a digest shows stays the same."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.db import Database
from bot.incidents.model import AffectedWorkflow, Incident
from bot.remediation.model import ActionItem

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
WORKFLOWS = 100
RECENT, OPEN = 200, 10
"""SEVs of the last nine weeks, and how many of these are open."""
OVERDUE, UPCOMING = 500, 200
CHUNK = 5000


def with_workflows(config: Config) -> Config:
    """The configuration with so many workflows, owned by its teams in turn."""
    teams = [team.key for team in config.teams]
    many = tuple(
        Workflow(key=f"flow-{each}", name=f"Flow {each}", owner=teams[each % len(teams)]) for each in range(WORKFLOWS)
    )
    return config.model_copy(update={"workflows": many})


def fill(database: Database, *, sevs: int, items: int) -> None:
    """So many SEVs and action items in all, most of them closed years ago."""
    rows = [
        _sev(number, is_recent=number > sevs - RECENT, is_open=number > sevs - OPEN) for number in range(1, sevs + 1)
    ]
    affected = [{"incident_id": number, "workflow": f"flow-{number % WORKFLOWS}"} for number in range(1, sevs + 1)]
    owed = [_item(number, sevs=sevs, late=_late(number, items)) for number in range(1, items + 1)]

    def write(session: Session) -> None:
        for table, lines in ((Incident, rows), (AffectedWorkflow, affected), (ActionItem, owed)):
            for start in range(0, len(lines), CHUNK):
                session.execute(insert(table), lines[start : start + CHUNK])

    database.run(write)


def _sev(number: int, *, is_recent: bool, is_open: bool) -> dict[str, object]:
    age = timedelta(days=number % 60, hours=1) if is_recent else timedelta(days=100 + number % 2000)
    at = NOW - age
    ends = {
        name: None if is_open else at + timedelta(hours=hours)
        for name, hours in (("mitigated_at", 1), ("resolved_at", 2))
    }
    return {
        "id": number, "number": number, "title": f"trouble {number}", "severity": f"SEV{number % 4 + 1}", "summary": "",
        "status": "investigating" if is_open else "closed", "declared_by": "U01ADA", "reason": "", "channel_attempt": "",
        "channel_trouble": "", "is_private": False, "is_drill": False, "is_quiet": False, "declared_at": at,
        "started_at": at - timedelta(minutes=20), "detected_at": at - timedelta(minutes=number % 15),
        "acknowledged_at": at + timedelta(minutes=5), **ends,
    }  # fmt: skip


def _late(number: int, items: int) -> int | None:
    """How many days an item is overdue (below 0: it is due so soon); None: it was closed long ago."""
    if number > items - OVERDUE:
        return number % 40 + 1
    return -(number % 7) if number > items - OVERDUE - UPCOMING else None


def _item(number: int, *, sevs: int, late: int | None) -> dict[str, object]:
    made = NOW - timedelta(days=200 + number % 1000)
    due = NOW.date() - timedelta(days=late) if late is not None else made.date() + timedelta(days=30)
    closed = None if late is not None else made + timedelta(days=20)
    return {
        "id": number, "incident_id": number % sevs + 1, "number": number, "title": f"promise {number}", "kind": "prevent",
        "priority": "P2", "state": "open" if closed is None else "done", "reason": "", "due_on": due,
        "is_due_by_policy": True, "proof": "", "evidence": "", "tracker_url": "", "quote": "", "created_by": "U01ADA",
        "owner_user": f"U{number % 50}" if number % 3 else None, "owner_team": None if number % 3 else "payments",
        "created_at": made, "changed_at": made, "closed_at": closed, "is_tagged": False,
    }  # fmt: skip
