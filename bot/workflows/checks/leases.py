"""Which checks are due, who runs them, and how their runs are written down.

Replicas share the checks: each is leased to whoever claims it first, with a number (its fence) that grows with each claim. A
result counts only where the number is still the same. One that comes after its lease was lost is dropped.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from prometheus_client import Counter
from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.config.checks import Check
from bot.db import dialect_of, insert_for
from bot.workflows.checks import streaks
from bot.workflows.checks.model import CheckRow, CheckRun, State
from bot.workflows.checks.running import Outcome
from bot.workflows.checks.streaks import Standing, Verdict
from bot.workflows.counts import counting
from bot.workflows.counts.counting import Counted, Sender
from bot.workflows.counts.minutes import minute_of

log = logging.getLogger(__name__)

RUNS = Counter("sevbot_check_runs", "Runs of checks by how they went.", ["verdict"])

AHEAD = timedelta(seconds=1.5)
"""How long before their time checks are claimed, so that they begin at it."""
MARGIN = timedelta(seconds=30)
"""How much longer than its runs a lease lasts."""
LATE = timedelta(seconds=30)
"""What is due for longer was left alone by everybody: it is spread anew, so that not all comes at once."""
WIDEST = timedelta(minutes=1)
"""Over how long checks are spread that begin together."""
LONG_AGO = timedelta(minutes=5)
REMOVED_AFTER = timedelta(minutes=2)
"""What is due for so long and not in the settings is not taken for news of another replica."""
SOURCE = "checks"
HOUR = timedelta(hours=1)

Known = Mapping[tuple[str, str], tuple[Workflow, Check]]
"""The checks of the settings, by workflow and key."""


@dataclass(frozen=True)
class Claimed:
    """A check that is ours to run until its lease ends."""

    workflow: str
    check: Check
    owner: str
    fence: int
    due_at: datetime
    lease_until: datetime

    @property
    def name(self) -> tuple[str, str]:
        return self.workflow, self.check.key


@dataclass(frozen=True)
class Result:
    """How a claimed check went, and when it began: by business time."""

    claimed: Claimed
    outcome: Outcome
    began_at: datetime
    is_held: bool = False
    """Whether it proves nothing, since it seems that the bot itself has no network."""


def all_of(config: Config) -> Iterator[tuple[Workflow, Check]]:
    """Every check of the settings, with its workflow."""
    for workflow in config.workflows:
        for each in workflow.checks:
            yield workflow, each


def known_of(config: Config) -> Known:
    """The same by workflow and key."""
    return {(workflow.key, each.key): (workflow, each) for workflow, each in all_of(config)}


def follow(session: Session, known: Known, *, machine_now: datetime) -> None:
    """Have a row for each check, and spread those that begin now, were left alone for long, or come more often now.

    Those that are not in the settings any more are due now: where nobody else knows them, they are let go soon.
    """
    rows = {(row.workflow, row.key): row for row in session.scalars(select(CheckRow))}
    new = [name for name in sorted(known) if name not in rows]
    if new:
        insert = insert_for(dialect_of(session), CheckRow)
        session.execute(
            insert.on_conflict_do_nothing(index_elements=["workflow", "key"]),
            [_new_row(*name, due_at=machine_now + _spread(name, known[name][1])) for name in new],
        )
    for _, row in sorted(rows.items()):
        due_at = _due_anew(row, known, machine_now)
        if due_at is not None:
            is_free = or_(CheckRow.lease_until.is_(None), CheckRow.lease_until < machine_now)
            as_found = (CheckRow.workflow == row.workflow, CheckRow.key == row.key, CheckRow.due_at == row.due_at)
            session.execute(
                update(CheckRow).where(*as_found, is_free).values(due_at=due_at),
                execution_options={"synchronize_session": False},
            )


def is_due(session: Session, *, machine_now: datetime) -> bool:
    """Whether there is a check to claim."""
    return bool(session.scalar(select(exists().where(_is_due(machine_now)))))


def claim(session: Session, known: Known, *, owner: str, machine_now: datetime, limit: int) -> list[Claimed]:
    """Take up to so many of the checks that are due, or will be in a moment."""
    query = select(CheckRow).where(_is_due(machine_now)).order_by(CheckRow.due_at).limit(limit)
    found = []
    for row in session.scalars(query.with_for_update(skip_locked=True)):
        if (row.workflow, row.key) not in known:
            continue
        _, check = known[row.workflow, row.key]
        row.owner, row.fence = owner, row.fence + 1
        row.lease_until = max(row.due_at, machine_now) + check.longest + MARGIN
        found.append(Claimed(row.workflow, check, owner, row.fence, row.due_at, row.lease_until))
    return found


def release(session: Session, claims: Sequence[Claimed]) -> None:
    """Give back what was claimed and will not be run."""
    for each in sorted(claims, key=lambda each: each.name):
        is_ours = (*_is_named(each.name), CheckRow.owner == each.owner, CheckRow.fence == each.fence)
        session.execute(update(CheckRow).where(*is_ours).values(owner="", lease_until=None))


def free_all(session: Session) -> None:
    """End every lease: for the one instance that owns an embedded database, at its start."""
    session.execute(update(CheckRow).where(CheckRow.lease_until.is_not(None)).values(owner="", lease_until=None))


def settle(
    session: Session, results: Sequence[Result], known: Known, *, zone: str, now: datetime, machine_now: datetime
) -> int:
    """Write down how runs went, but for those whose lease was lost. `zone`: for maintenance. Returns how many those were."""
    names = [each.claimed.name for each in results]
    is_meant = tuple_(CheckRow.workflow, CheckRow.key).in_(names)
    locked = session.scalars(
        select(CheckRow).where(is_meant).order_by(CheckRow.workflow, CheckRow.key).with_for_update()
    )
    rows = {(row.workflow, row.key): row for row in locked}
    lost = 0
    for each in sorted(results, key=lambda each: each.claimed.name):
        claimed, row = each.claimed, rows.get(each.claimed.name)
        if row is None or (row.owner, row.fence) != (claimed.owner, claimed.fence):
            log.warning("checks.lease_lost", extra={"workflow": claimed.workflow, "check": claimed.check.key})
            lost += 1
            continue
        session.add(_run_of(each))
        RUNS.labels("held" if each.is_held else each.outcome.verdict.value).inc()
        workflow, check = known.get(claimed.name, (None, None))
        is_in_maintenance = workflow is not None and workflow.is_in_maintenance(each.began_at, zone=zone)
        if not each.is_held:
            _count(session, row, is_good=is_in_maintenance or each.outcome.verdict is not Verdict.FAILS, now=now)
            _judge(row, each, is_in_maintenance=is_in_maintenance, machine_now=machine_now)
        _pass_on(row, check, machine_now)
    return lost


def has_good(session: Session, *, since: datetime) -> bool:
    """Whether any check went well since then, by machine time."""
    is_good = (CheckRow.is_good.is_(True), CheckRow.machine_ran_at >= since)
    return bool(session.scalar(select(exists().where(and_(*is_good)))))


def _is_due(machine_now: datetime) -> ColumnElement[bool]:
    return and_(
        CheckRow.due_at <= machine_now + AHEAD,
        or_(CheckRow.lease_until.is_(None), CheckRow.lease_until < machine_now),
    )


def _due_anew(row: CheckRow, known: Known, machine_now: datetime) -> datetime | None:
    """When a check is due by these settings, at this time; None: when its row says."""
    name = row.workflow, row.key
    if name not in known:
        return machine_now if row.due_at > machine_now else None
    _, check = known[name]
    is_soon = machine_now - LATE <= row.due_at <= machine_now + check.every
    return None if is_soon else machine_now + _spread(name, check)


def _is_named(name: tuple[str, str]) -> tuple[ColumnElement[bool], ...]:
    return CheckRow.workflow == name[0], CheckRow.key == name[1]


def _new_row(workflow: str, key: str, *, due_at: datetime) -> dict[str, object]:
    return {
        "workflow": workflow, "key": key, "due_at": due_at, "owner": "", "fence": 0, "streak": 0, "state": State.NEW,
        "said": "", "has_news": False, "minute": 0, "minute_good": 0, "minute_total": 0,
    }  # fmt: skip


def _spread(name: tuple[str, str], check: Check) -> timedelta:
    """When one of many begins: each at a time of its own, the same whoever asks."""
    share = crc32("/".join(name).encode()) / 2**32
    return min(check.every, WIDEST) * share


def _run_of(result: Result) -> CheckRun:
    outcome = result.outcome
    steps = [[each.name, each.status, each.took_ms] for each in outcome.steps]
    return CheckRun(
        workflow=result.claimed.workflow, key=result.claimed.check.key, began_at=result.began_at,
        took_ms=outcome.took_ms, verdict="held" if result.is_held else outcome.verdict, tries=outcome.tries,
        steps=json.dumps(steps), said=outcome.said, excerpt=outcome.excerpt,
    )  # fmt: skip


def _count(session: Session, row: CheckRow, *, is_good: bool, now: datetime) -> None:
    """Count it in its minute: a signal of its own, apart from what services count."""
    minute = minute_of(now)
    if row.minute != minute:
        row.minute, row.minute_good, row.minute_total = minute, 0, 0
    row.minute_good += is_good
    row.minute_total += 1
    counted = Counted(minute, row.minute_good, row.minute_total)
    counting.take(session, Sender(row.workflow, row.key, SOURCE), [counted], now=now)


def _judge(row: CheckRow, result: Result, *, is_in_maintenance: bool, machine_now: datetime) -> None:
    """What this run makes of the check. What fails while it is worked on says nothing."""
    outcome, check = result.outcome, result.claimed.check
    is_anew = row.machine_ran_at is None or machine_now - row.machine_ran_at > max(3 * check.every, LONG_AGO)
    is_new_hour = row.ran_at is None or row.ran_at.replace(minute=0, second=0, microsecond=0) + HOUR <= result.began_at
    row.machine_ran_at, row.ran_at = machine_now, result.began_at
    row.is_good = outcome.verdict is not Verdict.FAILS
    row.expires_at = outcome.expires_at or row.expires_at
    row.said = outcome.said
    if is_in_maintenance and outcome.verdict is Verdict.FAILS:
        return
    before = Standing(State(row.state), row.since, row.streak)
    after = streaks.after(
        before, outcome.verdict, fails_after=check.fails_after, recovers_after=check.recovers_after,
        at=result.began_at, is_anew=is_anew,
    )  # fmt: skip
    row.state, row.since, row.streak = after.state, after.since, after.streak
    if after.state is not before.state or (is_new_hour and after.state in (State.FAILS, State.EXPIRES)):
        row.has_news = True


def _pass_on(row: CheckRow, check: Check | None, machine_now: datetime) -> None:
    """It is free again, and due at its next time by the settings of now: those that passed meanwhile are left out."""
    row.owner, row.lease_until = "", None
    if check is None:  # it was taken out of the settings while it ran
        row.due_at = min(row.due_at, machine_now)
    else:
        missed = max(machine_now - row.due_at, timedelta()) // check.every
        row.due_at += (missed + 1) * check.every
