"""How rates, shares and times of a workflow's health are said."""

from datetime import timedelta

from bot.workflows.budgets import Budget
from bot.workflows.slo import EPSILON


def budget_left(budget: Budget) -> str:
    """`21 of 43 min left (49 %)`, or `12 min more than its 43 min spent (-28 %)`."""
    whole, share = plain_time(budget.whole), percent(budget.left_ratio)
    if budget.left_time >= timedelta():
        return f"{plain_time(budget.left_time)} of {whole} left ({share})"
    return f"{plain_time(-budget.left_time)} more than its {whole} spent ({share})"


def times(rate: float) -> str:
    """`7 times`, `1.1 times`, `1,000 times`."""
    return f"{rate:,.0f} times" if rate >= 10 or rate == round(rate) else f"{rate:.1f} times"


def percent(ratio: float) -> str:
    """`79.9 %`: exact where it is near a limit, and never rounded to one that it has not reached."""
    value = ratio * 100
    for digits in range(4):
        text = f"{value:.{digits}f}"
        near = abs(value) < 10 or 90 < value < 110
        reached = float(text) in {0.0, 100.0} and abs(value - float(text)) > EPSILON
        if not reached and (digits >= near or abs(value - float(text)) <= EPSILON):
            return f"{text.removeprefix('-') if float(text) == 0 else text} %"
    return f"{value:.3f} %"


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
