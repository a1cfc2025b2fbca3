"""What counts are made of what Prometheus answers, minute by minute; what can't be one is left out and said. Pure.

Its `increase` is extrapolated, so numbers come with fractions. Both are rounded to the nearest whole one (halves to the even
one), which keeps their order. Where `good` is a little more than `total`, since the two are of different metrics that were not
scraped at one moment, it counts as all of it; much more is a fault in the query.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.integrations.prometheus import Answer
from bot.workflows.counts.counting import Counted
from bot.workflows.counts.minutes import Span, moment_of

SECONDS = 60
LARGEST = 10**12
SLACK_SHARE, SLACK_COUNT = 0.02, 1.0
"""How much more than `total` may be `good`: a share of it, or so many, whichever is more."""


@dataclass(frozen=True)
class Reading:
    """What was counted, and what is wrong; empty where nothing is."""

    counted: Sequence[Counted] = ()
    remark: str = ""
    is_answer: bool = True
    """Whether Prometheus answered at all: if not, the same is to be asked for again."""


def moments(span: Span) -> tuple[int, int]:
    """When a stretch of minutes is asked for: at the end of its first minute, and of its last, in seconds since 1970."""
    return (span.since + 1) * SECONDS, span.until * SECONDS


def put_together(good: Answer, total: Answer, span: Span) -> Reading:
    """The counts of a stretch of minutes. A minute of which one of the two is not known was not counted: 0 of 0 is no 100 %."""
    for name, answer in (("good", good), ("total", total)):
        if answer.series > 1:
            return Reading(remark=f"`{name}` gives {answer.series} series and must give one: put `sum(...)` around it")
    counted: list[Counted] = []
    wrong = _absent(good, total, span)
    for minute in range(span.since, span.until):
        at = (minute + 1) * SECONDS
        if at in good.points and at in total.points:
            faults = [*_faults(good.points[at], total.points[at])]
            if faults:
                wrong = f"{faults[0]} at {moment_of(minute + 1):%H:%M} UTC: that minute is left out"
            else:
                counted.append(_counted(minute, good.points[at], total.points[at]))
    warning = good.warning or total.warning
    return Reading(counted, wrong or (f"Prometheus warns: {warning}" if warning else ""))


def _absent(good: Answer, total: Answer, span: Span) -> str:
    """What is not known of the newest minute. Where older ones are missing, nobody was there to count."""
    at = moments(span)[1]
    has_good, has_total = at in good.points, at in total.points
    if has_good and has_total:
        return ""
    if has_total:
        return "`good` gives nothing where `total` does: if none went well then, write `... or vector(0)` after it"
    return (
        "`total` gives nothing"
        if has_good
        else "Prometheus knows no such numbers: neither `good` nor `total` gives any"
    )


def _faults(good: float, total: float) -> Iterator[str]:
    for name, number in (("good", good), ("total", total)):
        if not math.isfinite(number):
            yield f"`{name}` is no number ({number})"
        elif number < 0:
            yield f"`{name}` is less than nothing ({number:g})"
        elif number > LARGEST:
            yield f"`{name}` is more than can be ({number:g})"
    if good > total + max(SLACK_COUNT, SLACK_SHARE * total):
        yield f"`good` is more than `total` ({good:g} of {total:g})"


def _counted(minute: int, good: float, total: float) -> Counted:
    whole = round(total)
    return Counted(minute, min(round(good), whole), whole)
