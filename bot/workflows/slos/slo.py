"""What a workflow promises, and how fast it uses up what it may do wrong: the SRE workbook's arithmetic.

Pure: counts in, numbers out. `budgets.py` says what is left, `burning.py` when somebody must be told.
Every comparison leaves room for the noise of floating point, so that what is equal does not flap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.workflows.slos.periods import Calendar, Rolling

EPSILON = 1e-9


def exceeds(value: float, limit: float) -> bool:
    """Whether it is really more: 14.4 times the budget is not more than 14.4 times, whatever the last bits say."""
    return value - limit > EPSILON * max(1.0, abs(limit))


@dataclass(frozen=True)
class Counts:
    """How much of how much went well: requests, runs of a check, or slices of time. They add up over time."""

    good: float
    total: float

    @property
    def bad(self) -> float:
        return self.total - self.good

    @property
    def ratio(self) -> float | None:
        """The service level indicator, 0 to 1. None where there was nothing: nothing of nothing is not 100 %."""
        return self.good / self.total if self.total > 0 else None

    @property
    def error_ratio(self) -> float | None:
        return self.bad / self.total if self.total > 0 else None

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.good + other.good, self.total + other.total)


class Method(StrEnum):
    """What is counted."""

    OCCURRENCES = "occurrences"
    """Each request or run: what hits more people weighs more."""
    TIMESLICES = "timeslices"
    """Each minute or so, good or bad as a whole: a bad minute of the night weighs as much as one of the day."""


class LowTraffic(StrEnum):
    """What a few bad events among few are held against."""

    RATE = "rate"
    """What came in the same window: the workbook's way."""
    BUDGET_SHARE = "budget_share"
    """What comes in an even share of the period, so that one failure in a quiet hour is not a catastrophe."""


class Urgency(StrEnum):
    """What a burn calls for."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class Pair:
    """Two windows in both of which the budget must burn faster than `rate` before anybody is told."""

    long: timedelta
    short: timedelta
    rate: float
    urgency: Urgency

    @property
    def name(self) -> str:
        """`1h/5m`."""
        return f"{short_time(self.long)}/{short_time(self.short)}"


def short_time(length: timedelta) -> str:
    """`5m`, `24h`, `3d`: in the largest unit that says it whole; one day is said as 24 hours."""
    if length > timedelta(days=1) and not length % timedelta(days=1):
        return f"{length // timedelta(days=1)}d"
    if not length % timedelta(hours=1):
        return f"{length // timedelta(hours=1)}h"
    return f"{length / timedelta(minutes=1):g}m"


@dataclass(frozen=True)
class Slo:
    """A promise: of all that is counted over `period`, at least `target` (0 to 1, neither of them) goes well."""

    key: str
    target: float
    period: Rolling | Calendar
    method: Method = Method.OCCURRENCES
    slice_length: timedelta = timedelta(minutes=1)
    slice_target: float = 1.0
    """How much of a slice must go well for it to be a good one."""
    low_traffic: LowTraffic = LowTraffic.RATE
    min_bad_events: int = 2
    """With fewer in a pair's long window nobody is told. Never a least number of events: that would hide an outage."""
    pairs: tuple[Pair, ...] = ()
    """Those to watch; none given: the workbook's four."""

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise ValueError("a target lies between 0 and 1")
        if never := [each.name for each in self.pairs if not feasible(self.target, each.rate)]:
            raise ValueError(f"with a target of {self.target:g} these can never be exceeded: {', '.join(never)}")

    @property
    def error_budget(self) -> float:
        """The share that may go wrong."""
        return 1 - self.target

    @property
    def watched(self) -> tuple[Pair, ...]:
        """The pairs of windows to look at, the most urgent first."""
        return self.pairs or pairs_for(self.period.length)


# The period up to which they hold, the one they are made for, and the rates for 1 h, 6 h, 24 h and 3 d. 30 days: the
# workbook's four; 7 days: Sloth's; 90 days: Datadog's, with the workbook's fourth.
CATALOGUE = (
    (timedelta(days=20), timedelta(days=7), (13.44, 3.5, 1.4, 0.98)),
    (timedelta(days=45), timedelta(days=30), (14.4, 6.0, 3.0, 1.0)),
    (timedelta(days=120), timedelta(days=90), (21.6, 10.8, 4.5, 1.0)),
    (timedelta.max, timedelta(days=365), (21.6, 10.8, 4.5, 1.0)),
)
LONG_WINDOWS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=3))
URGENCIES = (Urgency.PAGE, Urgency.PAGE, Urgency.TICKET, Urgency.TICKET)


def pairs_for(period: timedelta) -> tuple[Pair, ...]:
    """The four pairs for a period of that length: the nearest of the catalogue, spending the same shares of its budget."""
    nominal, rates = next((nominal, rates) for upto, nominal, rates in CATALOGUE if period <= upto)
    return tuple(
        Pair(long, long / 12, rate * (period / nominal), urgency)
        for long, rate, urgency in zip(LONG_WINDOWS, rates, URGENCIES, strict=True)
    )


def burn_rate(counts: Counts | None, target: float) -> float | None:
    """How many times as fast as it may the budget is used: at 1 it lasts exactly the period. None: nothing to tell by."""
    if counts is None or counts.error_ratio is None:
        return None
    return counts.error_ratio / (1 - target)


def rate_that_spends(share: float, window: timedelta, period: timedelta) -> float:
    """The burn rate at which that share (0 to 1) of a period's budget is gone within a window."""
    return share * (period / window)


def share_spent(rate: float, window: timedelta, period: timedelta) -> float:
    """Which share of the period's budget a window of that burn rate takes."""
    return rate * (window / period)


def highest_burn_rate(target: float) -> float:
    """The burn rate of an outage in which nothing goes well at all."""
    return 1 / (1 - target)


def feasible(target: float, rate: float) -> bool:
    """Whether anything could ever burn faster than `rate`."""
    return exceeds(highest_burn_rate(target), rate)


def time_to_exhaustion(rate: float, period: timedelta, *, left: float = 1.0) -> timedelta | None:
    """How long what is left of the budget (1: all of it) lasts at that rate; none where it is gone. None: for ever."""
    if left <= 0:
        return timedelta()
    try:
        return period * (left / rate)
    except (ZeroDivisionError, OverflowError):
        return None


def detection_time(rate: float, window: timedelta, *, target: float, error_ratio: float) -> timedelta | None:
    """How long errors of that ratio last until `window` has seen enough of them to reach `rate`. None: never."""
    needed = rate * (1 - target)
    return None if exceeds(needed, error_ratio) else window * (needed / error_ratio)


def is_good(counts: Counts, slice_target: float) -> bool | None:
    """Whether a slice of time is a good one: just reaching the target is enough. None where nothing was counted."""
    return None if counts.ratio is None else not exceeds(slice_target, counts.ratio)


def in_slices(slices: Iterable[Counts], slice_target: float) -> Counts:
    """How many slices of time are good, of those in which anything was counted."""
    states = [state for each in slices if (state := is_good(each, slice_target)) is not None]
    return Counts(sum(states), len(states))
