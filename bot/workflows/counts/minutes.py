"""Minutes, hours and days as whole numbers since 1970, and how a stretch of time is put together from them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

MINUTE = timedelta(minutes=1)
HOUR, DAY = 60, 24 * 60
"""Minutes."""
HOURS_OF_DAY = 24
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(moment: datetime) -> int:
    """The minute a moment lies in."""
    return (moment - EPOCH) // MINUTE


def moment_of(minute: int) -> datetime:
    """When a minute begins."""
    return EPOCH + minute * MINUTE


def whole_minutes(length: timedelta) -> int:
    """A length in minutes, rounded up."""
    return -(-length // MINUTE)


@dataclass(frozen=True, order=True)
class Span:
    """From one number to another, without the latter: of minutes, hours or days."""

    since: int
    until: int

    def __bool__(self) -> bool:
        return self.since < self.until


@dataclass(frozen=True)
class Pieces:
    """A stretch of time, put together from as few rows as possible: no two pieces overlap."""

    minutes: tuple[Span, ...] = ()
    hours: tuple[Span, ...] = ()
    days: tuple[Span, ...] = ()


def pieces(span: Span, *, kept_since: int) -> Pieces:
    """What a stretch of minutes is summed up from: whole days, whole hours around them, and minutes at its edges.

    Of what lies before `kept_since` (a full hour) there are no minutes any more, only hours: such an edge moves forward to a
    full hour.
    """
    since = span.since if span.since >= kept_since else _up(span.since, HOUR)
    until = span.until if span.until >= kept_since else span.until - span.until % HOUR
    if since >= until:
        return Pieces()
    hours = Span(_up(since, HOUR) // HOUR, until // HOUR)
    if not hours:
        return Pieces(minutes=(Span(since, until),))
    edges = _some(Span(since, hours.since * HOUR), Span(hours.until * HOUR, until))
    days = Span(_up(hours.since, HOURS_OF_DAY) // HOURS_OF_DAY, hours.until // HOURS_OF_DAY)
    if not days:
        return Pieces(edges, (hours,))
    around = _some(Span(hours.since, days.since * HOURS_OF_DAY), Span(days.until * HOURS_OF_DAY, hours.until))
    return Pieces(edges, around, (days,))


def parts(spans: Iterable[Span]) -> list[Span]:
    """The same stretches, cut so that no two parts overlap: each of `spans` is the sum of the parts within it."""
    wanted = sorted(set(spans))
    bounds = sorted({bound for span in wanted for bound in (span.since, span.until)})
    cut = [Span(low, high) for low, high in pairwise(bounds)]
    return [part for part in cut if any(within(part, span) for span in wanted)]


def within(part: Span, span: Span) -> bool:
    """Whether a part lies in a stretch."""
    return span.since <= part.since and part.until <= span.until


def _up(number: int, step: int) -> int:
    return -(-number // step) * step


def _some(*spans: Span) -> tuple[Span, ...]:
    return tuple(span for span in spans if span)
