"""What others read of heartbeats: which are late, hang or fail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.workflows.heartbeats.listening import all_of
from bot.workflows.heartbeats.model import HeartbeatRow, Trouble


@dataclass(frozen=True)
class Troubled:
    """A heartbeat that is not well."""

    workflow: str
    name: str
    trouble: str
    since: datetime | None


def troubled(session: Session, config: Config) -> list[Troubled]:
    """The heartbeats of all workflows that are not well, the longest first. Those that are not configured any more are left out."""
    names = {(workflow.key, each.key): each.name for workflow, each in all_of(config)}
    if not names:
        return []
    rows = session.scalars(select(HeartbeatRow).where(HeartbeatRow.trouble != Trouble.NONE))
    found = [
        Troubled(row.workflow, names[row.workflow, row.key], row.trouble, row.since)
        for row in rows
        if (row.workflow, row.key) in names
    ]
    return sorted(found, key=lambda each: (each.since is None, each.since, each.workflow, each.name))
