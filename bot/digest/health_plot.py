"""How a workflow did, day by day, as a picture: what was left of its error budget, and what went wrong."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.digest import figure_words as words
from bot.digest.plot import Plot
from bot.slack.text import clip
from bot.workflows.counts.minutes import DAY, Span, minute_of, moment_of
from bot.workflows.counts.model import WorkflowSignal
from bot.workflows.counts.sums import Sum, sums, together
from bot.workflows.evaluation import objectives
from bot.workflows.evaluation.watching import Watched
from bot.workflows.health import portrait
from bot.workflows.slos.budgets import budget
from bot.workflows.slos.periods import Calendar
from bot.workflows.slos.slo import Slo
from bot.workflows.slos.words import percent

DAYS = 30
MOST_PANELS = 6
"""More side by side nobody could read on a phone."""
LONGEST_ALT_TEXT = 1000


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
    """The SLOs of a workflow, day by day; None where it promises nothing. Of a single one it shows the errors of each day too."""
    every = objectives.watched_of(config, workflow)
    names = {each.key: each.name for each in workflow.slos}
    found = [(names[each.slo.key], each.slo, days_of(session, each, now=now)) for each in every[:MOST_PANELS]]
    if len(found) == 1:
        name, slo, days = found[0]
        return plot_of(f"{workflow.name}: {name}", slo, days)
    return budgets(workflow.name, found, of=len(every), what="SLO") if found else None


def of_many(
    session: Session, config: Config, keys: Collection[str] | None, *, about: str, now: datetime
) -> Plot | None:
    """The workflows of these keys (None: all) that do worst, each by the worst of its SLOs; None where none is measured."""
    wanted = {each.key for each in config.workflows if keys is None or each.key in keys}
    measured = [each for each in portrait.standings(session, config, wanted, portrait.PUBLIC) if each.worst]
    found = []
    for each in measured[:MOST_PANELS]:
        watched = objectives.watched_of(config, each.workflow)
        (worst,) = (one for one in watched if each.worst and one.slo.key == each.worst.slo)
        found.append((each.workflow.name, worst.slo, days_of(session, worst, now=now)))
    title = f"Error budgets: {about}" if about else "Error budgets"
    return budgets(title, found, of=len(measured), what="workflow") if found else None


def budgets(title: str, found: Sequence[tuple[str, Slo, Sequence[Day]]], *, of: int, what: str) -> Plot:
    """What was left of several error budgets, side by side, as plain data and in words: the worst first, `of` so many."""
    panels = [{"name": name, "left": [day.left for day in days], "now": _left_now(days)} for name, _, days in found]
    some = f"the {len(found)} worst of {words.number(of, what)}" if of > len(found) else words.number(of, what)
    subtitle = f"Left of it at the end of each of the last {DAYS} days: {some}"
    told = "; ".join(f"{each['name']}: {each['now']} left now" for each in panels)
    data = {"kind": "budgets", "title": title, "subtitle": subtitle, "panels": panels,
            "days": [words.day(day.day) for day in found[0][2]]}  # fmt: skip
    return Plot(data, clip(f"{title}. {subtitle}. {told}.", LONGEST_ALT_TEXT))


def _left_now(days: Sequence[Day]) -> str:
    """What is left, in words; `nothing counted` where nobody knows."""
    known = [each.left for each in days if each.left is not None]
    return percent(round(known[-1], 3)) if known else "nothing counted"


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
