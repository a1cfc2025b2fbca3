"""How rates, shares and times of a workflow's health are said."""

from datetime import timedelta
from math import copysign

from bot.workflows.slos.budgets import Budget
from bot.workflows.slos.slo import EPSILON


def budget_left(budget: Budget) -> str:
    """`21 min of 43 min left (48.8 %)`, or `12 min more than its 43 min spent (-27.9 %)`."""
    whole, share = plain_time(budget.whole), percent(budget.left_ratio)
    if abs(budget.left_ratio) < EPSILON:
        return f"nothing of {whole} left ({share})"
    if budget.left_time >= timedelta():
        return f"{plain_time(budget.left_time)} of {whole} left ({share})"
    return f"{plain_time(-budget.left_time)} more than its {whole} spent ({share})"


def times(rate: float) -> str:
    """`7 times`, `1.1 times`, `1,000 times`."""
    return f"{rate:,.0f} times" if rate >= 10 else f"{rate:.1f}".removesuffix(".0") + " times"


def percent(ratio: float) -> str:
    """`79.9 %`, `99.95 %`: exact near nothing and all, and never rounded to either if it is not quite that."""
    value = ratio * 100
    shown = round(value, 3 if min(abs(value), abs(100 - value)) < 1 else 1)
    if shown in {0, 100} and abs(value - shown) > EPSILON:
        shown += copysign(0.001, value - shown)
    return f"{shown or 0:,.3f}".rstrip("0").rstrip(".") + " %"


def plain_time(length: timedelta) -> str:
    """`5 h`, `45 min`, `3 days`: about how long, in one unit."""
    minutes = length / timedelta(minutes=1)
    if minutes < 1:
        return "a minute"
    if minutes < 59.5:
        return f"{minutes:.0f} min"
    if minutes < 47.5 * 60:
        return f"{minutes / 60:.0f} h"
    return f"{minutes / 1440:,.0f} days"


def the_last(length: timedelta) -> str:
    """`the last hour`, `the last 6 h`."""
    return "the last hour" if length == timedelta(hours=1) else f"the last {plain_time(length)}"
