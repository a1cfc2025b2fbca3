"""How much of the error budgets of its workflows a SEV burned, and whether they work again. Looks, and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import lifecycle
from bot.incidents.model import Incident
from bot.workflows.counts.minutes import MINUTE, Span, minute_of, moment_of, whole_minutes
from bot.workflows.counts.model import CountMinute, WorkflowSignal
from bot.workflows.counts.sums import minutes_kept_since, sums, together
from bot.workflows.evaluation import objectives
from bot.workflows.evaluation.watching import Watched, budget_at
from bot.workflows.health.model import Standing
from bot.workflows.slos.slo import EPSILON, Method, Slo, burn_rate, exceeds

SETTLES_AFTER = timedelta(hours=1)
"""For how long after its end a SEV is measured on: counts come late, and a workflow may recover after its SEV was resolved."""


@dataclass(frozen=True)
class Burned:
    """What a SEV burned of one SLO's budget. See `SevBudget`."""

    workflow: str
    slo: str
    share: float
    whole: timedelta
    standing: Standing | None
    """None: it was so long ago that nobody can tell any more."""
    within_since: datetime | None

    @property
    def key(self) -> tuple[str, str]:
        return self.workflow, self.slo


def begun_at(incident: Incident) -> datetime:
    """When it began, as far as is known: it hurt people before anybody declared it."""
    return incident.started_at or min(incident.detected_at or incident.declared_at, incident.declared_at)


def ended_at(config: Config, incident: Incident) -> datetime | None:
    """When it was over; None while it is open, and where it was cancelled, since it was none then."""
    return None if lifecycle.is_open(config, incident) else incident.resolved_at or incident.closed_at


def measured(session: Session, config: Config, incident: Incident, *, now: datetime) -> list[Burned]:
    """What was burned of each SLO of its workflows, by what is known `now`; nothing of those of which nothing was counted.

    Of what lies days back there are no minutes any more (see `sums`): then only whole hours are measured.
    """
    workflows = [workflow for key in incident.workflow_keys if (workflow := config.workflow(key))]
    watched = [each for workflow in workflows for each in objectives.watched_of(config, workflow)]
    end = ended_at(config, incident)
    found = (_measured(session, each, begun_at(incident), end, now) for each in watched)
    return [each for each in found if each]


def _measured(
    session: Session, watched: Watched, begin: datetime, end: datetime | None, now: datetime
) -> Burned | None:
    slo, last = watched.slo, end or now
    looked_at = now if end is None else min(now, end + SETTLES_AFTER)
    shortest = max(min(pair.short for pair in slo.watched), _least(slo))
    whole = Span(minute_of(begin), max(minute_of(last), minute_of(begin) + 1))
    period = Span(minute_of(slo.period.bounds(last).start), minute_of(last))
    lately = Span(minute_of(looked_at) - whole_minutes(shortest), minute_of(looked_at))
    signals = _signals(session, watched)
    counted = [*sums(session, signals, {whole, period, lately}, watched.way, now=now).values()]
    budget = budget_at(slo, together(counted, period), last)
    if budget is None:
        return None
    burned, rate = together(counted, whole), burn_rate(together(counted, lately), slo.target)
    standing, since = Standing.SILENT, None
    if rate is not None:
        standing = Standing.OUTSIDE if exceeds(rate, 1) else Standing.WITHIN
    if standing is Standing.WITHIN:
        since = _last_outside(session, slo, signals, Span(whole.since, lately.until))
    is_known = lately.since >= minutes_kept_since(now)
    share = burned.bad / budget.allowed if burned else 0.0
    return Burned(*watched.key, share, budget.whole, standing if is_known else None, since)


def _least(slo: Slo) -> timedelta:
    return slo.slice_length if slo.method is Method.TIMESLICES else MINUTE


def _signals(session: Session, watched: Watched) -> Sequence[int]:
    of_workflow = WorkflowSignal.workflow == watched.workflow, WorkflowSignal.signal.in_(watched.signals)
    return session.scalars(select(WorkflowSignal.id).where(*of_workflow)).all()


def _last_outside(session: Session, slo: Slo, signals: Sequence[int], span: Span) -> datetime | None:
    """The end of the last minute in which more went wrong than may; None: there was none."""
    least = slo.slice_target if slo.method is Method.TIMESLICES else slo.target
    good, total = func.sum(CountMinute.good), func.sum(CountMinute.total)
    in_span = CountMinute.signal_id.in_(signals), CountMinute.minute >= span.since, CountMinute.minute < span.until
    query = select(CountMinute.minute).where(*in_span).group_by(CountMinute.minute)
    bad = query.having(good < total * (least - EPSILON)).order_by(CountMinute.minute.desc()).limit(1)
    last = session.scalar(bad)
    return None if last is None else moment_of(last + 1)
