"""Keeps what jobs say of themselves. What follows from it, the loop finds out (`listening`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.db import dialect_of, insert_for
from bot.slack.text import plain
from bot.workflows.heartbeats.model import SAID_LIMIT, HeartbeatRow, Trouble


class What(StrEnum):
    """What a job says."""

    GOOD = "good"
    START = "start"
    FAIL = "fail"
    LOG = "log"


@dataclass(frozen=True)
class Ping:
    """One time that a job spoke."""

    what: What = What.GOOD
    exit_code: int | None = None
    said: str = ""


def keep(session: Session, workflow: str, key: str, ping: Ping, *, now: datetime) -> None:
    """Keep one ping of the heartbeat of that key."""
    row = _row(session, workflow, key, now)
    row.pinged_at = max(row.pinged_at, now)
    if ping.said or ping.what is not What.START:
        row.said = plain(ping.said)[-SAID_LIMIT:]
    if ping.what is What.LOG:
        return
    row.look_at = now
    if ping.what is What.START:
        row.started_at = now
        return
    if row.started_at is not None:
        row.took_seconds = max((now - row.started_at).total_seconds(), 0.0)
        row.started_at = None
    if ping.what is What.GOOD:
        row.good_at = now
        row.trouble, row.since = Trouble.NONE, None
        return
    row.since = row.since if row.trouble else now
    row.trouble, row.has_failed, row.failed_at, row.exit_code = Trouble.FAILS, True, now, ping.exit_code


def _row(session: Session, workflow: str, key: str, now: datetime) -> HeartbeatRow:
    """Its row, locked; made where it is heard of for the first time."""
    insert = insert_for(dialect_of(session), HeartbeatRow).values(
        workflow=workflow, key=key, pinged_at=now, said="", trouble="", told="", has_failed=False
    )
    session.connection().execute(insert.on_conflict_do_nothing(index_elements=["workflow", "key"]))
    its = (HeartbeatRow.workflow == workflow, HeartbeatRow.key == key)
    return session.scalars(select(HeartbeatRow).where(*its).with_for_update()).one()
