"""Keeps how each SLO fares, and tells of a burn as a problem, once a minute."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Row, delete, select, tuple_
from sqlalchemy.orm import Session

from bot.config import Config
from bot.db import dialect_of, insert_for
from bot.workflows.counts.model import SloState
from bot.workflows.evaluation.watching import Finding, Watched
from bot.workflows.problems import service as problems
from bot.workflows.problems.service import Sign
from bot.workflows.slos.burning import State
from bot.workflows.slos.words import budget_left

SENTENCE_LIMIT = 300
SOURCE: Final = "burn"
STATES_AT_ONCE = 500
BURNS_AT_ONCE = 20
"""How many burns are told in one transaction: each locks its problem, and SEVs after that."""


def quiet(session: Session, findings: Sequence[Finding], *, now: datetime) -> None:
    """Keep how those fare of which nothing has to be told."""
    _keep(session, findings, _states(session, findings), now)


def burning(session: Session, findings: Sequence[Finding], *, config: Config, now: datetime) -> None:
    """Keep how those fare that burn, or did, and tell it.

    While there is no data nobody knows whether it still burns, so that it has not recovered. They are told in the order of
    their keys: whoever else does meets them in the same one.
    """
    states = _states(session, findings)
    for each in sorted(findings, key=lambda each: each.watched.key):
        before = states.get(each.watched.key)
        if each.is_burning:
            problems.seen(session, _sign(each, config), config=config, now=now)
        elif each.has_recovered and before is not None and before.burns_since is not None:
            problems.recovered(session, SOURCE, problem_key(*each.watched.key), now=now)
    _keep(session, findings, states, now)


def has_news(findings: Iterable[Finding], burned: set[tuple[str, str]]) -> tuple[list[Finding], list[Finding]]:
    """Those of which something may have to be told, and the others. `burned` are those of which a burn was told last."""
    some: list[Finding] = []
    others: list[Finding] = []
    for each in findings:
        (some if each.is_burning or each.watched.key in burned else others).append(each)
    return some, others


def told_to_burn(session: Session) -> set[tuple[str, str]]:
    """The SLOs of which a burn was told that has not recovered."""
    query = select(SloState.workflow, SloState.slo).where(SloState.burns_since.is_not(None))
    return {(row.workflow, row.slo) for row in session.execute(query)}


def others(session: Session, watched: Iterable[Watched]) -> Sequence[Row[str, str, datetime | None]]:
    """The workflow and the key of SLOs that are not watched any more, and since when they burn."""
    known = {each.key for each in watched}
    columns = select(SloState.workflow, SloState.slo, SloState.burns_since).order_by(SloState.workflow, SloState.slo)
    return [row for row in session.execute(columns) if (row.workflow, row.slo) not in known]


def forget_others(session: Session, watched: Iterable[Watched], *, now: datetime) -> None:
    """Forget how SLOs fared that were taken out of the configuration. A burn of what nobody promises any more is over."""
    gone = others(session, watched)
    for row in gone:
        if row.burns_since is not None:
            problems.recovered(session, SOURCE, problem_key(row.workflow, row.slo), now=now)
    for start in range(0, len(gone), STATES_AT_ONCE):
        keys = [(row.workflow, row.slo) for row in gone[start : start + STATES_AT_ONCE]]
        session.execute(delete(SloState).where(tuple_(SloState.workflow, SloState.slo).in_(keys)))


def problem_key(workflow: str, slo: str) -> str:
    """By which a burn is known again."""
    return f"{workflow}/{slo}"


def _sign(finding: Finding, config: Config) -> Sign:
    watched, verdict = finding.watched, finding.verdict
    workflow = config.workflow(watched.workflow)
    names = {each.key: each.name for each in workflow.slos} if workflow else {}
    name = names.get(watched.slo.key, watched.slo.key)
    left = f" {budget_left(verdict.budget)}." if verdict.budget else ""
    return Sign(
        workflow=watched.workflow, source=SOURCE, key=problem_key(*watched.key),
        title=f"“{name}” burns its error budget", detail=f"{verdict.sentence}{left}",
        urgency="critical" if verdict.state is State.PAGE else "warning",
    )  # fmt: skip


def _states(session: Session, findings: Sequence[Finding]) -> dict[tuple[str, str], SloState]:
    keys = tuple_(SloState.workflow, SloState.slo).in_([each.watched.key for each in findings])
    query = select(SloState).where(keys).execution_options(populate_existing=True)
    return {(each.workflow, each.slo): each for each in session.scalars(query)}


def _keep(
    session: Session, findings: Sequence[Finding], states: dict[tuple[str, str], SloState], now: datetime
) -> None:
    rows = [_row(each, states.get(each.watched.key), now) for each in findings]
    if not rows:
        return
    insert = insert_for(dialect_of(session), SloState)
    new = {name: insert.excluded[name] for name in rows[0] if name not in {"workflow", "slo"}}
    session.execute(insert.on_conflict_do_update(index_elements=["workflow", "slo"], set_=new), rows)


def _row(finding: Finding, before: SloState | None, now: datetime) -> dict[str, object]:
    verdict = finding.verdict
    burns_since = before.burns_since if before else None
    if finding.is_burning:
        burns_since = burns_since or now
    elif finding.has_recovered:
        burns_since = None
    return {
        "workflow": finding.watched.workflow, "slo": finding.watched.slo.key, "state": verdict.state.value,
        "since": before.since if before and before.state == verdict.state.value else now, "burns_since": burns_since,
        "sentence": verdict.sentence[:SENTENCE_LIMIT],
        "sli": finding.period.ratio if finding.period else None,
        "sli_today": finding.today.ratio if finding.today else None,
        "budget_left": verdict.budget.left_ratio if verdict.budget else None,
        "budget_seconds": verdict.budget.whole.total_seconds() if verdict.budget else None,
        "newest_at": finding.newest,
    }  # fmt: skip
