"""What is told of checks: one problem for each workflow whose checks fail, and one for each certificate that expires soon."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.workflows.checks.leases import REMOVED_AFTER, Known
from bot.workflows.checks.model import CheckRow, State
from bot.workflows.problems import service as problems
from bot.workflows.problems.service import Sign

SOURCE: Literal["check"] = "check"
AT_ONCE = 50
MOST_NAMED = 5


def with_news(session: Session) -> list[str]:
    """Some of the workflows of which there is something to tell, by their keys."""
    news = select(CheckRow.workflow).where(CheckRow.has_news.is_(True)).distinct()
    return list(session.scalars(news.order_by(CheckRow.workflow).limit(AT_ONCE)))


def tell(session: Session, workflow: str, config: Config, *, now: datetime) -> None:
    """Make of a workflow's checks what people are told, or that it is over."""
    rows = _locked(session, workflow)
    known = config.workflow(workflow)
    checks = {each.key: each for each in known.checks} if known else {}
    # by what was seen, not by the settings: what showed a certificate may be no check of one any more
    expiring = [row for row in rows if row.key in checks and row.expires_at and row.has_news]
    problems.lock_open(session, SOURCE, [workflow, *(_name(row) for row in expiring)])
    failing = [row for row in rows if row.key in checks and row.state == State.FAILS]
    if known and failing:
        problems.seen(session, sign_of(known, failing), config=config, now=now)
    else:
        problems.recovered(session, SOURCE, workflow, now=now)
    for row in expiring:
        if known and row.state == State.EXPIRES:
            problems.seen(session, _expires(known, row, checks[row.key].name), config=config, now=now)
        else:
            problems.recovered(session, SOURCE, _name(row), now=now)
    for row in rows:
        row.has_news = False


def left(session: Session, known: Known, *, machine_now: datetime) -> list[str]:
    """The workflows with checks that are not in the settings any more, and that nobody runs."""
    overdue = select(CheckRow.workflow, CheckRow.key).where(CheckRow.due_at < machine_now - REMOVED_AFTER)
    return sorted({workflow for workflow, key in session.execute(overdue) if (workflow, key) not in known})


def let_go(
    session: Session, workflow: str, known: Known, config: Config, *, now: datetime, machine_now: datetime
) -> None:
    """Forget those of a workflow, and end what was told of them."""
    rows = _locked(session, workflow)
    gone = [row for row in rows if (workflow, row.key) not in known and row.due_at < machine_now - REMOVED_AFTER]
    for row in gone:
        session.delete(row)
    session.flush()
    tell(session, workflow, config, now=now)
    for row in gone:
        problems.recovered(session, SOURCE, _name(row), now=now)


def are_left(session: Session) -> bool:
    """Whether there is any check to run, or to let go."""
    return bool(session.scalar(select(exists().where(CheckRow.key.is_not(None)))))


def sign_of(workflow: Workflow, failing: Sequence[CheckRow]) -> Sign:
    """The sign that these checks of it fail. Pure."""
    names = {each.key: each.name for each in workflow.checks}
    count, is_down = len(workflow.checks), len(failing) >= workflow.quorum
    first = min(failing, key=lambda row: (row.since is None, row.since, row.key))
    title = f"{names[first.key]} fails" if len(failing) == 1 else f"{len(failing)} of {count} checks fail"
    shown = [f"{names[row.key]}: {row.said or 'it failed'}." for row in failing[:MOST_NAMED]]
    more = len(failing) - len(shown)
    detail = "\n".join([*shown, *([f"And {more} more."] if more else [])])
    if not is_down:
        detail += f"\nDegraded: it is down when {workflow.quorum} of its {count} checks fail."
    return Sign(
        workflow=workflow.key, source=SOURCE, key=workflow.key, title=title, detail=detail,
        link=workflow.runbook or "", urgency="critical" if is_down else "warning", since=first.since,
    )  # fmt: skip


def _expires(workflow: Workflow, row: CheckRow, name: str) -> Sign:
    expires = f"{row.expires_at:%Y-%m-%d at %H:%M UTC}" if row.expires_at else "soon"
    return Sign(
        workflow=workflow.key, source=SOURCE, key=_name(row), title=f"{name} expires on {expires:.10}",
        detail=f"The certificate is trusted until {expires}.", link=workflow.runbook or "", since=row.since,
    )  # fmt: skip


def _name(row: CheckRow) -> str:
    return f"{row.workflow}/{row.key}"


def _locked(session: Session, workflow: str) -> Sequence[CheckRow]:
    query = select(CheckRow).where(CheckRow.workflow == workflow).order_by(CheckRow.key)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
