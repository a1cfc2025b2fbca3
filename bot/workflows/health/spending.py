"""How error budgets were spent lately: how much of each, and what was left of it then and is now. Looks, and writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from bot.workflows.counts.minutes import Span, minute_of
from bot.workflows.counts.model import WorkflowSignal
from bot.workflows.counts.sums import Sum, Way, sums, together
from bot.workflows.evaluation.watching import Watched, budget_at

PAIRS_AT_ONCE = 400


@dataclass(frozen=True)
class Spending:
    """How one SLO's budget was spent, all as shares of it."""

    watched: Watched
    burned: float
    left: float
    left_then: float | None
    """None: nothing was counted up to then."""


def spending(session: Session, watched: Sequence[Watched], *, back: timedelta, now: datetime) -> list[Spending]:
    """How the budgets were spent in the time from `back` ago until now; nothing of those of which nothing was counted.

    What came must have been rolled up, see `sums`.
    """
    ids = _signal_ids(session, watched)
    by_way: dict[Way, list[Watched]] = defaultdict(list)
    for each in watched:
        by_way[each.way].append(each)
    found = []
    for way, some in by_way.items():
        signals = sorted({ids[pair] for each in some for pair in _pairs(each) if pair in ids})
        spans = {span for each in some for span in _spans(each, back, now)}
        counted = sums(session, signals, spans, way, now=now)
        found += [_spent(each, [counted.get(ids[pair], {}) for pair in _pairs(each) if pair in ids], back, now)
                  for each in some]  # fmt: skip
    return [each for each in found if each]


def _pairs(watched: Watched) -> list[tuple[str, str]]:
    return [(watched.workflow, signal) for signal in watched.signals]


def _spans(watched: Watched, back: timedelta, now: datetime) -> tuple[Span, Span, Span]:
    """The time since then; the period that it is now, and the one that it was then."""
    return Span(minute_of(now - back), minute_of(now)), _period(watched, now), _period(watched, now - back)


def _period(watched: Watched, at: datetime) -> Span:
    return Span(minute_of(watched.slo.period.bounds(at).start), minute_of(at))


def _spent(watched: Watched, counted: Sequence[Mapping[Span, Sum]], back: timedelta, now: datetime) -> Spending | None:
    lately, period, period_then = _spans(watched, back, now)
    budget = budget_at(watched.slo, together(counted, period), now)
    if budget is None:
        return None
    spent = together(counted, lately)
    then = budget_at(watched.slo, together(counted, period_then), now - back)
    burned = spent.bad / budget.allowed if spent else 0.0
    return Spending(watched, burned, budget.left_ratio, then.left_ratio if then else None)


def _signal_ids(session: Session, watched: Sequence[Watched]) -> dict[tuple[str, str], int]:
    pairs = sorted({pair for each in watched for pair in _pairs(each)})
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        is_meant = tuple_(WorkflowSignal.workflow, WorkflowSignal.signal).in_(pairs[start : start + PAIRS_AT_ONCE])
        columns = select(WorkflowSignal.workflow, WorkflowSignal.signal, WorkflowSignal.id).where(is_meant)
        found |= {(workflow, signal): number for workflow, signal, number in session.execute(columns)}
    return found
