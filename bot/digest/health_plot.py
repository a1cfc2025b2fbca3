"""How a workflow did, day by day, as a picture: what was left of its error budget, and what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.digest import figure_words as words
from bot.digest.plot import Plot
from bot.workflows.counts.minutes import DAY, Span, minute_of, moment_of
from bot.workflows.counts.model import WorkflowSignal
from bot.workflows.counts.sums import Sum, sums, together
from bot.workflows.evaluation import objectives
from bot.workflows.evaluation.watching import Watched
from bot.workflows.slos.budgets import budget
from bot.workflows.slos.periods import Calendar
from bot.workflows.slos.slo import Slo
from bot.workflows.slos.words import percent

DAYS = 30


@dataclass(frozen=True)
class Day:
    """A UTC day of an SLO, up to its end or to now."""

    day: date
    errors: float | None
    """Which share went wrong, 0 to 1. None: nothing was counted."""
    left: float | None
    """Which share of the budget was left at its end; below 0 where more was spent."""


def days_of(session: Session, watched: Watched, *, now: datetime) -> list[Day]:
    """The last thirty days of an SLO, today at the end."""
    signals = session.scalars(
        select(WorkflowSignal.id).where(
            WorkflowSignal.workflow == watched.workflow, WorkflowSignal.signal.in_(watched.signals)
        )
    ).all()
    today = minute_of(now) // DAY
    last = max(minute_of(now), today * DAY + 1)  # at midnight sharp, the day that begins has no minute yet
    days = [Span(day * DAY, min((day + 1) * DAY, last)) for day in range(today - DAYS + 1, today + 1)]
    spans = [(day, _period(watched.slo, day.until)) for day in days]
    counted = sums(session, signals, {span for pair in spans for span in pair}, watched.way, now=now)
    return [_day(watched.slo, span, period, [*counted.values()]) for span, period in spans]


def _period(slo: Slo, end: int) -> Span:
    """The period as it was in the minute before `end`."""
    return Span(minute_of(slo.period.bounds(moment_of(end - 1)).start), end)


def _day(slo: Slo, span: Span, period: Span, counted: Sequence[dict[Span, Sum]]) -> Day:
    of_day = together(counted, span)
    bounds = slo.period.bounds(moment_of(period.until - 1))
    covered = (period.until - period.since) * timedelta(minutes=1) if isinstance(slo.period, Calendar) else None
    left = budget(slo, together(counted, period), length=bounds.length, covered=covered)
    return Day(moment_of(span.since).date(), of_day.error_ratio if of_day else None, left.left_ratio if left else None)


def of_workflow(session: Session, config: Config, workflow: Workflow, *, now: datetime) -> Plot | None:
    """The first SLO of a workflow, day by day; None where it promises nothing."""
    watched = next(iter(objectives.watched_of(config, workflow)), None)
    if watched is None:
        return None
    name = workflow.slos[0].name
    return plot_of(f"{workflow.name}: {name}", watched.slo, days_of(session, watched, now=now))


def plot_of(title: str, slo: Slo, days: Sequence[Day]) -> Plot:
    """Thirty days as plain data, and in words."""
    lefts = [each.left for each in days if each.left is not None]
    bad = [each for each in days if each.errors is not None and each.errors > slo.error_budget]
    unknown = sum(each.errors is None for each in days)
    now = f"{percent(lefts[-1])} of the error budget left now" if lefts else "nothing was counted"
    told = [
        f"{title}, {percent(slo.target)}, {slo.period}. In the last {len(days)} days, the newest last: {now}",
        f"{words.number(len(bad), 'day')} with more errors than the budget allows",
    ]
    told += [f"{words.number(unknown, 'day')} without counts"] if unknown else []
    data = {
        "kind": "health", "title": title, "subtitle": f"{percent(slo.target)}, {slo.period}: {now}",
        "days": [words.day(each.day) for each in days], "errors": [each.errors for each in days],
        "left": [each.left for each in days], "allowed": slo.error_budget, "allowed_said": percent(slo.error_budget),
    }  # fmt: skip
    return Plot(data, f"{'; '.join(told)}.")
