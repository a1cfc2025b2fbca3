"""How each SLO fares now: what was counted in all its windows, and the verdict on that. Looks, and writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from bot.workflows.budgets import Budget, budget
from bot.workflows.burning import Reason, State, Verdict, verdict
from bot.workflows.counts_model import WorkflowSignal
from bot.workflows.minutes import MINUTE, Span, minute_of, moment_of, whole_minutes
from bot.workflows.periods import Calendar
from bot.workflows.slo import Counts, Method, Slo
from bot.workflows.sums import EACH, Sum, Way, sums

SILENT_AFTER = timedelta(minutes=15)
"""From when on counts that do not come mean that nobody counts any more."""
SIGNALS_AT_ONCE = 1000


@dataclass(frozen=True)
class Watched:
    """An SLO of a workflow, and the signal it is held against."""

    workflow: str
    signal: str
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

    @property
    def is_burning(self) -> bool:
        return self.verdict.state in {State.PAGE, State.TICKET}

    @property
    def is_known(self) -> bool:
        """Whether there is anything to judge by."""
        return self.verdict.state is not State.NO_DATA


def look(session: Session, watched: Sequence[Watched], *, zone: str, now: datetime) -> list[Finding]:
    """How each of these fares at `now`, up to the last full minute. Days begin where `zone` is.

    What was pushed until then must have been rolled up.
    """
    signals = _signals(session, watched)
    windows = {each: _windows(each.slo, zone, now) for each in watched}
    by_way: dict[Way, list[Watched]] = defaultdict(list)
    for each in watched:
        if (each.workflow, each.signal) in signals:
            by_way[each.way].append(each)
    counted: dict[Way, Mapping[int, Mapping[Span, Sum]]] = {
        way: sums(
            session, sorted({signals[each.workflow, each.signal].id for each in some}),
            {span for each in some for span in windows[each].all}, way, now=now,
        )
        for way, some in by_way.items()
    }  # fmt: skip
    found = []
    for each in watched:
        signal = signals.get((each.workflow, each.signal))
        of_signal = counted[each.way].get(signal.id, {}) if signal else {}
        newest = moment_of(signal.newest_minute) if signal else None
        found.append(_finding(each, windows[each], of_signal, newest, now))
    return found


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
    by_length = {length: Span(until - whole_minutes(length), until) for length in lengths}
    return _Windows(
        by_length,
        Span(minute_of(slo.period.bounds(now).start), until),
        Span(minute_of(day_began(zone, now)), until),
    )


def _finding(
    watched: Watched, windows: _Windows, counted: Mapping[Span, Sum], newest: datetime | None, now: datetime
) -> Finding:
    def of(span: Span) -> Counts | None:
        found = counted.get(span)
        return Counts(*found) if found else None

    found = verdict(
        watched.slo, lambda length: of(windows.by_length[length]), left=_left(watched.slo, of(windows.period), now)
    )
    if newest is None or now - newest > SILENT_AFTER:
        found = _silent(found, newest)
    return Finding(watched, found, of(windows.period), of(windows.today), newest)


def _left(slo: Slo, counts: Counts | None, now: datetime) -> Budget | None:
    if not isinstance(slo.period, Calendar):
        return budget(slo, counts)
    bounds = slo.period.bounds(now)
    return budget(slo, counts, length=bounds.length, covered=max(now - bounds.start, MINUTE))


def _silent(found: Verdict, newest: datetime | None) -> Verdict:
    """Where nobody counts any more, what was counted before tells nothing of now: neither good nor bad."""
    sentence = "Nothing was counted yet." if newest is None else "No counts come any more."
    return Verdict(State.NO_DATA, Reason.NO_DATA, sentence, budget=found.budget)


def _signals(session: Session, watched: Sequence[Watched]) -> dict[tuple[str, str], WorkflowSignal]:
    wanted = sorted({(each.workflow, each.signal) for each in watched})
    found: dict[tuple[str, str], WorkflowSignal] = {}
    for start in range(0, len(wanted), SIGNALS_AT_ONCE):
        some = tuple_(WorkflowSignal.workflow, WorkflowSignal.signal).in_(wanted[start : start + SIGNALS_AT_ONCE])
        for each in session.scalars(select(WorkflowSignal).where(some)):
            found[each.workflow, each.signal] = each
    return found
