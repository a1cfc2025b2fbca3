"""What others read of checks: which fail, and which certificates expire soon."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.workflows.checks.model import CheckRow, State


@dataclass(frozen=True)
class Failing:
    """A check that fails."""

    workflow: str
    key: str
    name: str
    since: datetime
    said: str
    """What was wrong the last time, in a sentence: plain text."""


@dataclass(frozen=True)
class Expiring:
    """A certificate that expires soon, or did."""

    workflow: str
    key: str
    name: str
    expires_at: datetime


def failing(session: Session, config: Config, workflow: str) -> list[Failing]:
    """The checks of a workflow that fail, longest first. Those that are not configured any more are left out."""
    known = config.workflow(workflow)
    names = {each.key: each.name for each in known.checks} if known else {}
    if not names:
        return []
    is_meant = (CheckRow.workflow == workflow, CheckRow.state == State.FAILS, CheckRow.since.is_not(None))
    rows = session.scalars(select(CheckRow).where(*is_meant).order_by(CheckRow.since, CheckRow.key))
    return [
        Failing(workflow, row.key, names[row.key], row.since, row.said)
        for row in rows
        if row.key in names and row.since
    ]


def failing_by_workflow(session: Session, config: Config) -> Counter[str]:
    """How many checks of each workflow fail, of those that are configured."""
    known = {(workflow.key, each.key) for workflow in config.workflows for each in workflow.checks}
    if not known:
        return Counter()
    rows = session.execute(select(CheckRow.workflow, CheckRow.key).where(CheckRow.state == State.FAILS))
    return Counter(row.workflow for row in rows if (row.workflow, row.key) in known)


def expiring(session: Session, config: Config, *, now: datetime, within: timedelta) -> list[Expiring]:
    """The certificates of all workflows that expire within that time, or did, soonest first."""
    names = {
        (workflow.key, each.key): each.name for workflow in config.workflows for each in workflow.checks if each.tls
    }
    if not names:
        return []
    rows = session.scalars(
        select(CheckRow).where(CheckRow.expires_at <= now + within).order_by(CheckRow.expires_at, CheckRow.key)
    )
    return [
        Expiring(row.workflow, row.key, names[row.workflow, row.key], row.expires_at)
        for row in rows
        if (row.workflow, row.key) in names and row.expires_at
    ]
