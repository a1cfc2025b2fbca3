"""Whether a workflow burns its budget so fast that somebody must be told, and why: one verdict per SLO.

Both windows of a pair must exceed its rate; the most urgent pair speaks and the others keep silent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.workflows.slos.budgets import Budget, budget
from bot.workflows.slos.slo import (
    EPSILON,
    Counts,
    LowTraffic,
    Pair,
    Slo,
    Urgency,
    burn_rate,
    exceeds,
    time_to_exhaustion,
)
from bot.workflows.slos.words import percent, plain_time, the_last, times

CountsOf = Callable[[timedelta], Counts | None]
"""What was counted in a window of that length up to now; None where nothing is known of it."""


class State(StrEnum):
    """How a target fares, the worst first."""

    PAGE = "page"
    TICKET = "ticket"
    SPENT = "spent"
    NO_DATA = "no_data"
    OK = "ok"


class Reason(StrEnum):
    """Why the verdict is what it is."""

    BURNS_FAST = "burns_fast"
    """A pair that pages."""
    BURNS_SLOWLY = "burns_slowly"
    """A pair that can wait for the morning."""
    BUDGET_SPENT = "budget_spent"
    NO_DATA = "no_data"
    TOO_FEW_BAD = "too_few_bad"
    """It would be a burn, were it not about so few bad events."""
    WITHIN_BUDGET = "within_budget"


@dataclass(frozen=True)
class Verdict:
    state: State
    reason: Reason
    sentence: str
    """The same in plain words."""
    burn: float | None = None
    """Over the long window of `pair`; where none burns, over the shortest of the long ones."""
    exhausted_in: timedelta | None = None
    """After how long the budget is gone if it goes on like this; None: never, or not known."""
    pair: Pair | None = None
    """The one that burns."""
    budget: Budget | None = None
    """What is left of the period's; None: not known."""


def verdict(slo: Slo, counts_of: CountsOf, *, left: Budget | None = None) -> Verdict:
    """How it fares now. `left`: the budget of the period, where the calendar tells which; else that of the last days."""
    left = left or budget(slo, counts_of(slo.period.length))
    burns = {pair: _burn(slo, pair, counts_of) for pair in slo.watched}
    for pair, burn in burns.items():
        if burn is not None and burn.fires:
            state, reason = (
                (State.PAGE, Reason.BURNS_FAST) if pair.urgency is Urgency.PAGE else (State.TICKET, Reason.BURNS_SLOWLY)
            )
            rest = 1.0 if left is None else left.left_ratio
            gone = time_to_exhaustion(burn.rate, slo.period.length, left=rest)
            return Verdict(state, reason, _burning(burn.rate, gone, pair), burn.rate, gone, pair, left)
    return _quiet(slo, burns, left)


@dataclass(frozen=True)
class _Burn:
    """What a pair's windows show."""

    rate: float
    """Over the long one."""
    exceeds: bool
    enough: bool
    """Whether it is about enough bad events to tell anybody of."""
    bad: float

    @property
    def fires(self) -> bool:
        return self.exceeds and self.enough


def _burn(slo: Slo, pair: Pair, counts_of: CountsOf) -> _Burn | None:
    long, short = counts_of(pair.long), counts_of(pair.short)
    rate, lately = _rate(slo, pair.long, long, counts_of), _rate(slo, pair.short, short, counts_of)
    if long is None or rate is None:
        return None
    both = exceeds(rate, pair.rate) and lately is not None and exceeds(lately, pair.rate)
    return _Burn(rate, both, long.bad > slo.min_bad_events - EPSILON, long.bad)


def _rate(slo: Slo, window: timedelta, counts: Counts | None, counts_of: CountsOf) -> float | None:
    if counts is None or slo.low_traffic is LowTraffic.RATE or counts.total <= 0:
        return burn_rate(counts, slo.target)
    even = expected_events(slo.period.length, counts_of) * (window / slo.period.length)
    return burn_rate(Counts(even - counts.bad, even), slo.target)


def expected_events(period: timedelta, counts_of: CountsOf) -> float:
    """How many events a period brings: as many as it did, or as its last day or hour promise, whichever is most.

    Else a new workflow, of which little is known yet, would alarm people at its first failure.
    """
    known = [(window, counts_of(window)) for window in (period, timedelta(days=1), timedelta(hours=1))]
    return max((counts.total * (period / window) for window, counts in known if counts is not None), default=0.0)


def _quiet(slo: Slo, burns: dict[Pair, _Burn | None], left: Budget | None) -> Verdict:
    """The verdict where no pair burns."""
    shortest = min(slo.watched, key=lambda each: each.long)
    burn = burns[shortest]
    rate = None if burn is None else burn.rate
    if left is not None and not exceeds(left.left_ratio, 0):
        return Verdict(State.SPENT, Reason.BUDGET_SPENT, _spent(slo, left), rate, timedelta(), budget=left)
    if burn is None:
        sentence = f"No data in {the_last(shortest.long)}, so nothing can be said."
        return Verdict(State.NO_DATA, Reason.NO_DATA, sentence, budget=left)
    held = next((each for each in burns.values() if each is not None and each.exceeds), None)
    if held is not None:
        what = "failure" if round(held.bad) == 1 else "failures"
        sentence = f"{held.bad:.0f} {what}: too few to tell anybody of."
        return Verdict(State.OK, Reason.TOO_FEW_BAD, sentence, rate, budget=left)
    sentence = "Within its budget." if left is None else f"{percent(left.left_ratio)} of its budget left."
    return Verdict(State.OK, Reason.WITHIN_BUDGET, sentence, rate, budget=left)


def _burning(rate: float, gone: timedelta | None, pair: Pair) -> str:
    how = f"{times(rate)} as fast as it may over {the_last(pair.long)}"
    if gone is None:
        return f"Burns its budget {how}."
    if not gone:
        return f"Out of budget, and burning {how}."
    return f"Out of budget in about {plain_time(gone)} at this rate: burning {how}."


def _spent(slo: Slo, left: Budget) -> str:
    return f"Out of budget: {percent(left.spent_ratio)} of it is spent ({slo.period})."
