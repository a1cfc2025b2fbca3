"""What is left of an error budget: as a share of it, and as time of which nothing may go well."""

from dataclasses import dataclass
from datetime import timedelta

from bot.workflows.slos.slo import Counts, Method, Slo


@dataclass(frozen=True)
class Budget:
    """The budget of a period. What is left is negative once more is spent than there was, and shown so."""

    allowed: float
    """How many events, or slices of time, may be bad over the whole period."""
    spent: float
    """How many were."""
    whole: timedelta
    """The budget as time: how long nothing at all may work."""

    @property
    def spent_ratio(self) -> float:
        return self.spent / self.allowed

    @property
    def left_ratio(self) -> float:
        """1: untouched; 0: just spent; below 0: overspent."""
        return 1 - self.spent_ratio

    @property
    def spent_time(self) -> timedelta:
        return self.whole * self.spent_ratio

    @property
    def left_time(self) -> timedelta:
        return self.whole - self.spent_time


def budget(
    slo: Slo, counts: Counts | None, *, length: timedelta | None = None, covered: timedelta | None = None
) -> Budget | None:
    """The budget of a period in which that was counted: events, or slices for a target in slices of time.

    `length`: how long the period really is, where the calendar says so. `covered`: how much of it was counted, for one
    that goes on: the rest of it is expected to bring as much. None where nothing was counted: nothing is known then.
    """
    if counts is None or counts.total <= 0:
        return None
    length = length or slo.period.length
    match slo.method:
        case Method.TIMESLICES:  # always the same amount of time, however many slices had any traffic
            expected = length / slo.slice_length
        case Method.OCCURRENCES:
            expected = counts.total * max(1.0, length / covered) if covered else counts.total
    return Budget(slo.error_budget * expected, counts.bad, length * slo.error_budget)
