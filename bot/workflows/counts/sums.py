"""Sums over stretches of time, of many signals at once: a few questions for all, each read by the order of a key."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.workflows.counts.minutes import HOUR, Span, minute_of, parts, pieces, within
from bot.workflows.counts.model import OCCURRENCES, CountDay, CountHour, CountMinute
from bot.workflows.slos.slo import EPSILON, Counts

MINUTES_KEPT = timedelta(days=4)
IDS_AT_ONCE = 500

Sum = tuple[int, int]
"""Good, and in all."""
Rows = Select[int, int, int]
"""A question for what was counted: signal, good, and in all."""
Question = Callable[[Sequence[int], Span, "Way"], Rows]


@dataclass(frozen=True)
class Way:
    """How is counted: each occurrence, or time slices of some minutes, which are good from `target` on."""

    slice_minutes: int = 0
    target: float = 0.0

    @property
    def key(self) -> str:
        """What the roll-ups call it."""
        return f"{self.slice_minutes}/{self.target!r}" if self.slice_minutes else OCCURRENCES


EACH = Way()


def minutes_kept_since(now: datetime) -> int:
    """The first minute of which there still are rows for sure: a full hour."""
    return -(-minute_of(now - MINUTES_KEPT) // HOUR) * HOUR


def sums(
    session: Session, signal_ids: Sequence[int], spans: Iterable[Span], way: Way = EACH, *, now: datetime
) -> dict[int, dict[Span, Sum]]:
    """What was counted in each stretch of minutes, by signal. Of a stretch in which nothing was counted there is no sum.

    Hours that are over must have been rolled up before. Time slices count where they lie in the stretch as a whole.
    """
    composed = {span: pieces(_rounded(span, way), kept_since=minutes_kept_since(now)) for span in set(spans)}
    found: dict[int, dict[Span, Sum]] = defaultdict(dict)
    for name, question in (("minutes", of_minutes), ("hours", of_hours), ("days", of_days)):
        of_unit = {span: getattr(each, name) for span, each in composed.items()}
        for part in parts(piece for each in of_unit.values() for piece in each):
            covering = [span for span, each in of_unit.items() if any(within(part, piece) for piece in each)]
            for signal_id, good, total in _rows(session, signal_ids, question, part, way):
                by_span = found[signal_id]
                for span in covering:
                    before = by_span.get(span, (0, 0))
                    by_span[span] = (before[0] + good, before[1] + total)
    return found


def together(counted: Iterable[Mapping[Span, Sum]], span: Span) -> Counts | None:
    """What several signals counted in a stretch, as `sums` gives it for each. None: nothing was counted."""
    found = [of_signal[span] for of_signal in counted if span in of_signal]
    return Counts(sum(good for good, _ in found), sum(total for _, total in found)) if found else None


def _rounded(span: Span, way: Way) -> Span:
    """Slices lie side by side from midnight: a stretch begins with the slice it begins in, and ends with the last whole one."""
    size = way.slice_minutes or 1
    return Span(span.since - span.since % size, span.until - span.until % size)


def _rows(
    session: Session, signal_ids: Sequence[int], question: Question, part: Span, way: Way
) -> Iterator[tuple[int, int, int]]:
    for start in range(0, len(signal_ids), IDS_AT_ONCE):
        for signal_id, good, total in session.execute(question(signal_ids[start : start + IDS_AT_ONCE], part, way)):
            yield signal_id, int(good), int(total)


def of_minutes(signal_ids: Sequence[int], span: Span, way: Way) -> Rows:
    """The question for what was counted in a stretch of minutes, by signal, straight from the minutes."""
    in_span = CountMinute.signal_id.in_(signal_ids), *_between(CountMinute.minute, span)
    good, total = func.sum(CountMinute.good), func.sum(CountMinute.total)
    if not way.slice_minutes:
        return select(CountMinute.signal_id, good, total).where(*in_span).group_by(CountMinute.signal_id)
    number = CountMinute.minute // way.slice_minutes
    slices = (
        select(CountMinute.signal_id, good.label("good"), total.label("total"))
        .where(*in_span)
        .group_by(CountMinute.signal_id, number)
        .having(total > 0)
        .subquery()
    )
    is_good = case((slices.c.good >= slices.c.total * (way.target - EPSILON), 1), else_=0)
    return select(slices.c.signal_id, func.sum(is_good), func.count()).group_by(slices.c.signal_id)


def of_hours(signal_ids: Sequence[int], span: Span, way: Way) -> Rows:
    """The question for what was counted in a stretch of hours, by signal."""
    return (
        select(CountHour.signal_id, func.sum(CountHour.good), func.sum(CountHour.total))
        .where(CountHour.signal_id.in_(signal_ids), CountHour.way == way.key, *_between(CountHour.hour, span))
        .group_by(CountHour.signal_id)
    )


def of_days(signal_ids: Sequence[int], span: Span, way: Way) -> Rows:
    """The question for what was counted in a stretch of UTC days, by signal."""
    return (
        select(CountDay.signal_id, func.sum(CountDay.good), func.sum(CountDay.total))
        .where(CountDay.signal_id.in_(signal_ids), CountDay.way == way.key, *_between(CountDay.day, span))
        .group_by(CountDay.signal_id)
    )


def _between(number: InstrumentedAttribute[int], span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return number >= span.since, number < span.until
