"""Looks at heartbeats when they are due, makes problems of what is late, hangs or fails, and ends them.

No ping is missed by a bot that was not there: what was expected meanwhile is unknown, and is never called late.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.config.heartbeats import Heartbeat
from bot.db import dialect_of, insert_for
from bot.workflows.heartbeats.model import HeartbeatRow, HeartbeatWatch, Trouble
from bot.workflows.heartbeats.times import Outlook, outlook
from bot.workflows.problems import service as problems
from bot.workflows.problems.service import Sign
from bot.workflows.slos.words import plain_time

SOURCE: Literal["heartbeat"] = "heartbeat"
WATCH = 1
SILENCE = timedelta(seconds=30)
"""When nobody looked for so long, nobody was there to hear of heartbeats."""
LEAP = timedelta(seconds=30)
"""When business time gets ahead of machine time by so much, the demo's clock was moved: nothing could be heard meanwhile."""
LOOKS_EVERY = timedelta(seconds=5)
"""How often it is kept that somebody looks."""
REMOVED_AFTER = timedelta(minutes=2)
"""What was heard of later than that is not taken for removed: another replica may have read newer settings."""
WORKED_ON = timedelta(minutes=1)
"""How often is looked at what is wrong while its workflow is worked on, until that is over."""
AT_ONCE = 50
QUOTED = 300


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether there is a heartbeat to look at."""
    return bool(session.scalar(select(exists().where(HeartbeatRow.look_at <= now))))


def is_watch_due(session: Session, *, machine_now: datetime) -> bool:
    """Whether it is time to keep that somebody looks."""
    watch = session.get(HeartbeatWatch, WATCH)
    return watch is None or machine_now - watch.looked_at >= LOOKS_EVERY


def watch(session: Session, *, now: datetime, machine_now: datetime, leapt: bool = False) -> None:
    """Keep that somebody looks; and since when, where nobody did for a while, or business time `leapt` forward."""
    insert = insert_for(dialect_of(session), HeartbeatWatch).values(id=WATCH, up_since=now, looked_at=machine_now)
    session.connection().execute(insert.on_conflict_do_nothing(index_elements=["id"]))
    row = session.get_one(HeartbeatWatch, WATCH, with_for_update=True)
    if leapt or machine_now - row.looked_at > SILENCE:
        row.up_since = now
    row.looked_at = max(row.looked_at, machine_now)


def up_since(session: Session) -> datetime | None:
    """Since when somebody listens; None: nobody ever did."""
    return session.scalar(select(HeartbeatWatch.up_since).where(HeartbeatWatch.id == WATCH))


def look_at_all(session: Session, *, now: datetime) -> None:
    """Let every heartbeat be looked at: the settings may say something else of it now."""
    session.execute(update(HeartbeatRow).values(look_at=now))


def look(session: Session, config: Config, *, now: datetime) -> int:
    """Look at some of the heartbeats that are due. Returns how many those were."""
    query = select(HeartbeatRow).where(HeartbeatRow.look_at <= now).order_by(HeartbeatRow.look_at).limit(AT_ONCE)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    since = up_since(session) or now
    known = {(workflow.key, each.key): (workflow, each) for workflow, each in all_of(config)}
    for row in rows:
        found = known.get((row.workflow, row.key))
        if found is None:
            _let_go(session, row, now)
        else:
            _look_at(session, row, *found, config=config, up_since=since, now=now)
    return len(rows)


def all_of(config: Config) -> Iterator[tuple[Workflow, Heartbeat]]:
    """Every heartbeat of the settings, with its workflow."""
    for workflow in config.workflows:
        for each in workflow.heartbeats:
            yield workflow, each


def name_of(workflow: str, key: str) -> str:
    """By which its problem, and its address, know a heartbeat: `place-order/nightly`."""
    return f"{workflow}/{key}"


def _look_at(
    session: Session,
    row: HeartbeatRow,
    workflow: Workflow,
    heartbeat: Heartbeat,
    *,
    config: Config,
    up_since: datetime,
    now: datetime,
) -> None:
    zone = config.nudges.time_zone
    excused = partial(workflow.is_in_maintenance, zone=zone)
    row.look_at = None
    if row.failed_at and excused(row.failed_at) and row.told != Trouble.FAILS:
        _overlook_failure(row)
    if not row.trouble:
        found = outlook(row, heartbeat, zone=zone, up_since=up_since, now=now, excused=excused)
        if found.trouble and excused(now):
            found = Outlook(look_at=now + WORKED_ON)
        row.trouble, row.since, row.look_at = found.trouble, found.since, found.look_at
    was_told = row.told or row.has_failed
    if row.has_failed or row.trouble not in {Trouble.NONE, row.told}:
        problems.seen(session, sign_of(row, workflow, heartbeat, zone=zone), config=config, now=now)
    if was_told and not row.trouble:
        problems.recovered(session, SOURCE, name_of(row.workflow, row.key), now=now)
    row.told, row.has_failed = row.trouble, False


def _overlook_failure(row: HeartbeatRow) -> None:
    """It failed while its workflow was worked on, which counts as if it had not run."""
    row.has_failed = False
    if row.trouble == Trouble.FAILS:
        row.trouble, row.since = Trouble.NONE, None


def _let_go(session: Session, row: HeartbeatRow, now: datetime) -> None:
    """Forget a heartbeat that is not in the settings any more, and end its problem."""
    if row.pinged_at > now - REMOVED_AFTER:
        row.look_at = row.pinged_at + REMOVED_AFTER
        return
    problems.recovered(session, SOURCE, name_of(row.workflow, row.key), now=now)
    session.delete(row)


def sign_of(row: HeartbeatRow, workflow: Workflow, heartbeat: Heartbeat, *, zone: str) -> Sign:
    """What is wrong with it, as a sign of trouble. Pure."""
    zone = heartbeat.time_zone or zone
    grace = plain_time(heartbeat.grace)
    if row.trouble == Trouble.LATE:
        title = f"{heartbeat.name} is late"
        detail = f"It was to succeed at {_said(row.since, zone)}, or {grace} later. It last did at {_said(row.good_at, zone)}."
    elif row.trouble == Trouble.HANGS:
        title = f"{heartbeat.name} hangs"
        detail = f"It began at {_said(row.since, zone)}, and did not end within {grace}."
    else:
        title = f"{heartbeat.name} failed"
        detail = f"It ended with exit code {row.exit_code}." if row.exit_code else "It said so itself."
        detail += f" It said: {row.said[-QUOTED:]}" if row.said else ""
    return Sign(
        workflow=workflow.key, source=SOURCE, key=name_of(row.workflow, row.key), title=title, detail=detail,
        link=workflow.runbook or "", urgency=heartbeat.urgency,
        since=row.since or row.failed_at,
    )  # fmt: skip


def _said(moment: datetime | None, zone: str) -> str:
    """A time where nothing can show it to each reader in their own time zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})" if moment else "an unknown time"
