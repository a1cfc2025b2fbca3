"""What may honestly be said of many SEVs in figures: medians and p90 with how many they rest on, and what is mere noise. Pure.

How each is defined is worked out by hand, on a small history, in `tests/digest/figures.csv`.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import mean, median
from zoneinfo import ZoneInfo

FEW = 20
"""With fewer values than this, a median says little about the next SEV: so that is said."""
TOO_FEW = 5
"""With fewer values than this on either side, nothing can be said of a change."""
DRAWS = 1000
SEED = 20261121
"""The same history always gives the same word."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Sev:
    """What figures need to know of a SEV. Drills, and what was cancelled, do not even come here."""

    number: int
    severity: str
    workflows: tuple[str, ...] = ()
    is_private: bool = False
    """Then it counts, where it is here at all, and is not measured."""
    was_reopened: bool = False
    detected_by: str | None = None
    """Which kind of sign noticed it (`alert`, `burn`); None: people did."""
    started_at: datetime | None = None
    detected_at: datetime | None = None
    declared_at: datetime
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None


class Measure(StrEnum):
    """A duration, by the pair of times it lies between."""

    TIME_TO_DETECT = "time_to_detect"
    TIME_TO_ACKNOWLEDGE = "time_to_acknowledge"
    TIME_TO_MITIGATE = "time_to_mitigate"
    TIME_TO_RESOLVE = "time_to_resolve"

    @property
    def times(self) -> tuple[str, str]:
        """The two fields of a SEV it lies between."""
        return {
            Measure.TIME_TO_DETECT: ("started_at", "detected_at"),
            Measure.TIME_TO_ACKNOWLEDGE: ("declared_at", "acknowledged_at"),
            Measure.TIME_TO_MITIGATE: ("detected_at", "mitigated_at"),
            Measure.TIME_TO_RESOLVE: ("started_at", "resolved_at"),
        }[self]

    @property
    def label(self) -> str:
        """`time to mitigate (detected → mitigated)`: the bare name has several readings."""
        first, last = (name.removesuffix("_at") for name in self.times)
        return f"{self.value.replace('_', ' ')} ({first} → {last})"

    def of(self, sev: Sev) -> timedelta | None:
        """How long it took; None where one of the times is missing, where they contradict, and for a private SEV."""
        begin, end = (getattr(sev, name) for name in self.times)
        if sev.is_private or begin is None or end is None or end < begin:
            return None
        took: timedelta = end - begin
        return took


@dataclass(frozen=True)
class Span:
    """A period: from `since` on, before `until`. A SEV belongs to the one in which it was declared."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    def of(self, sevs: Sequence[Sev]) -> list[Sev]:
        """The SEVs that belong to it."""
        return [each for each in sevs if self.holds(each.declared_at)]


def weeks(until: date, count: int, zone: str) -> list[Span]:
    """So many periods of seven days before the day `until`, the earliest first; days begin when they do in that time zone."""
    starts = [
        datetime.combine(until - WEEK * back, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for back in range(count, -1, -1)
    ]
    return [Span(since, end) for since, end in pairwise(starts)]


@dataclass(frozen=True)
class Spread:
    """How some durations are spread: of so many SEVs, `n` have one."""

    of: int
    n: int
    median: timedelta | None = None
    p90: timedelta | None = None
    mean: timedelta | None = None
    """Never to be shown without the median: a single long SEV moves it far."""

    @property
    def is_small(self) -> bool:
        """Whether it rests on so few SEVs that this has to be said."""
        return self.n < FEW


def durations(sevs: Sequence[Sev], measure: Measure) -> list[timedelta]:
    """How long it took, in order, for each SEV of which it is known."""
    return sorted(took for each in sevs if (took := measure.of(each)) is not None)


def spread(sevs: Sequence[Sev], measure: Measure) -> Spread:
    """How a duration is spread over these SEVs."""
    took = durations(sevs, measure)
    if not took:
        return Spread(len(sevs), 0)
    seconds = [each.total_seconds() for each in took]
    return Spread(
        len(sevs), len(took), timedelta(seconds=median(seconds)), nearest_rank(took, 90),
        timedelta(seconds=mean(seconds)),
    )  # fmt: skip


def nearest_rank(values: Sequence[timedelta], percent: int) -> timedelta:
    """The percentile that is one of the values: so there is a SEV one can look at. `values` are in order, and not none."""
    return values[-(-len(values) * percent // 100) - 1]


def between_starts(sevs: Sequence[Sev]) -> tuple[int, timedelta | None]:
    """How many starts are known, and the mean time between them; None where there are not two."""
    starts = sorted(each.started_at for each in sevs if each.started_at is not None and not each.is_private)
    if len(starts) < 2:
        return len(starts), None
    return len(starts), (starts[-1] - starts[0]) / (len(starts) - 1)


@dataclass(frozen=True)
class Detection:
    """How some SEVs came to be known. Of private ones that is told to nobody."""

    signs: Mapping[str, int]
    """How many each kind of sign noticed, the most first."""
    by_people: int

    @property
    def by_monitoring(self) -> int:
        return sum(self.signs.values())

    @property
    def n(self) -> int:
        """Of how many it is known."""
        return self.by_monitoring + self.by_people


def detection(sevs: Sequence[Sev]) -> Detection:
    """How these SEVs came to be known."""
    noticed = Counter(each.detected_by for each in sevs if not each.is_private)
    by_people = noticed.pop(None, 0)
    return Detection({sign: count for sign, count in noticed.most_common() if sign}, by_people)


class Change(StrEnum):
    """What may be said of a duration, from one group of SEVs to another."""

    SHORTER = "shorter"
    LONGER = "longer"
    NO_CLEAR_CHANGE = "no_clear_change"
    TOO_FEW = "too_few"


def change(before: Sequence[timedelta], after: Sequence[timedelta]) -> Change:
    """Whether the median changed from `before` to `after`, or whether that is noise.

    The difference is drawn anew many times from the values there are (a bootstrap). Only where the middle 80 % of what
    comes of it do not hold 0, something changed.
    """
    if min(len(before), len(after)) < TOO_FEW:
        return Change.TOO_FEW
    chance = random.Random(SEED)  # noqa: S311 - it has to be the same each time, and guards nothing
    earlier, later = (sorted(each.total_seconds() for each in side) for side in (before, after))
    drawn = sorted(_drawn_median(later, chance) - _drawn_median(earlier, chance) for _ in range(DRAWS))
    low, high = drawn[DRAWS // 10], drawn[-DRAWS // 10 - 1]
    if high < 0:
        return Change.SHORTER
    return Change.LONGER if low > 0 else Change.NO_CLEAR_CHANGE


def _drawn_median(values: Sequence[float], chance: random.Random) -> float:
    """The median of as many values as there are, drawn from them with putting back. `values` are in order.

    Drawing them all would take as many steps as there are values. But the value in the middle is wherever the middle one
    of so many random places falls, and that place follows a beta distribution; the next one after it lies on the rest.
    """
    count = len(values)
    rank = (count + 1) // 2
    place = chance.betavariate(rank, count - rank + 1)
    middle = values[min(int(place * count), count - 1)]
    if count % 2:
        return middle
    place = 1 - (1 - place) * chance.random() ** (1 / (count - rank))
    return (middle + values[min(int(place * count), count - 1)]) / 2
