"""How each SLO fares now: what was counted in all its windows, and the verdict on that. Looks, and writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.counts.minutes import MINUTE, Span, minute_of, moment_of, whole_minutes
from bot.workflows.counts.model import WorkflowSignal
from bot.workflows.counts.sums import EACH, Sum, Way, sums, together
from bot.workflows.slos.budgets import Budget, budget
from bot.workflows.slos.burning import Reason, State, Verdict, verdict
from bot.workflows.slos.periods import Calendar
from bot.workflows.slos.slo import Counts, Method, Pair, Slo, burn_rate

SILENT_AFTER = timedelta(minutes=15)
"""From when on counts that do not come mean that nobody counts any more."""
WORKFLOWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Watched:
    """An SLO of a workflow, and the signals it is held against, all of them together."""

    workflow: str
    signals: tuple[str, ...]
    slo: Slo

    @property
    def key(self) -> tuple[str, str]:
        return self.workflow, self.slo.key

    @property
    def way(self) -> Way:
        """How is counted for it."""
        if self.slo.method is Method.OCCURRENCES:
            return EACH
        return Way(self.slo.slice_length // MINUTE, self.slo.slice_target)


@dataclass(frozen=True)
class Finding:
    """How an SLO fares."""

    watched: Watched
    verdict: Verdict
    period: Counts | None
    """What was counted in its period so far."""
    today: Counts | None
    newest: datetime | None
    """The newest minute of which there are counts; None: there never were any."""
    is_fresh: bool
    """Whether anything was counted in the shortest of its windows."""
    burns: tuple[tuple[Pair, float | None], ...]
    """How fast the budget burns over each pair's long window."""

    @property
    def is_burning(self) -> bool:
        return self.verdict.state in {State.PAGE, State.TICKET}

    @property
    def has_recovered(self) -> bool:
        """Whether it is seen not to burn: where nothing was counted lately, nobody knows."""
        return self.is_fresh and not self.is_burning and self.verdict.state is not State.NO_DATA


def look(session: Session, watched: Sequence[Watched], *, zone: str, now: datetime) -> list[Finding]:
    """How each of these fares at `now`, up to the last full minute. Days begin where `zone` is.

    What was pushed until then must have been rolled up.
    """
    signals = _signals(session, watched)
    windows = {each.key: _windows(each.slo, zone, now) for each in watched}
    by_way: dict[Way, list[Watched]] = defaultdict(list)
    for each in watched:
        by_way[each.way].append(each)
    counted: dict[Way, Mapping[int, Mapping[Span, Sum]]] = {}
    for way, some in by_way.items():
        ids = sorted({signal.id for each in some for signal in signals[each.key]})
        counted[way] = sums(session, ids, {span for each in some for span in windows[each.key].all}, way, now=now)
    return [
        _finding(
            each, windows[each.key], [counted[each.way].get(signal.id, {}) for signal in signals[each.key]],
            max((moment_of(signal.newest_minute) for signal in signals[each.key]), default=None), now,
        )
        for each in watched
    ]  # fmt: skip


def day_began(zone: str, now: datetime) -> datetime:
    """When the day began that it is in a time zone."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(today, time(), ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class _Windows:
    """The stretches of minutes an SLO looks at."""

    by_length: Mapping[timedelta, Span]
    period: Span
    today: Span

    @property
    def all(self) -> Iterable[Span]:
        return {*self.by_length.values(), self.period, self.today}


def _windows(slo: Slo, zone: str, now: datetime) -> _Windows:
    until = minute_of(now)
    lengths = {timedelta(hours=1), timedelta(days=1), slo.period.length}
    lengths |= {length for pair in slo.watched for length in (pair.long, pair.short)}
    least = slo.slice_length if slo.method is Method.TIMESLICES else MINUTE
    by_length = {length: Span(until - whole_minutes(max(length, least)), until) for length in lengths}
    return _Windows(
        by_length,
        Span(minute_of(slo.period.bounds(now).start), until),
        Span(minute_of(day_began(zone, now)), until),
    )


def _finding(
    watched: Watched, windows: _Windows, counted: Sequence[Mapping[Span, Sum]], newest: datetime | None, now: datetime
) -> Finding:
    def of(span: Span) -> Counts | None:
        return together(counted, span)

    found = verdict(
        watched.slo, lambda length: of(windows.by_length[length]), left=budget_at(watched.slo, of(windows.period), now)
    )
    if newest is None or now - newest > SILENT_AFTER:
        found = _silent(found, newest)
    burns = [(pair, burn_rate(of(windows.by_length[pair.long]), watched.slo.target)) for pair in watched.slo.watched]
    lately = of(windows.by_length[min(pair.short for pair in watched.slo.watched)])
    is_fresh = lately is not None and lately.total > 0
    return Finding(watched, found, of(windows.period), of(windows.today), newest, is_fresh, tuple(burns))


def budget_at(slo: Slo, counts: Counts | None, now: datetime) -> Budget | None:
    """The budget of the period that it is at `now`, in which that was counted so far."""
    if not isinstance(slo.period, Calendar):
        return budget(slo, counts)
    bounds = slo.period.bounds(now)
    return budget(slo, counts, length=bounds.length, covered=max(now - bounds.start, MINUTE))


def _silent(found: Verdict, newest: datetime | None) -> Verdict:
    """Where nobody counts any more, what was counted before tells nothing of now: neither good nor bad."""
    sentence = "Nothing was counted yet." if newest is None else "No counts come any more."
    return Verdict(State.NO_DATA, Reason.NO_DATA, sentence, budget=found.budget)


def _signals(session: Session, watched: Sequence[Watched]) -> dict[tuple[str, str], list[WorkflowSignal]]:
    """The signals of each SLO of which there ever were counts."""
    workflows = sorted({each.workflow for each in watched})
    known: dict[tuple[str, str], WorkflowSignal] = {}
    for start in range(0, len(workflows), WORKFLOWS_AT_ONCE):
        of_some = WorkflowSignal.workflow.in_(workflows[start : start + WORKFLOWS_AT_ONCE])
        known |= {(each.workflow, each.signal): each for each in session.scalars(select(WorkflowSignal).where(of_some))}
    return {
        each.key: [known[each.workflow, signal] for signal in each.signals if (each.workflow, signal) in known]
        for each in watched
    }
