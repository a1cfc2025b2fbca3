"""What the verdicts say, read aloud: short, plain, and true to the last digit that is said."""

from datetime import timedelta

import pytest

from bot.workflows.slos.budgets import Budget
from bot.workflows.slos.burning import Verdict, verdict
from bot.workflows.slos.periods import Rolling
from bot.workflows.slos.slo import Counts, Slo, pairs_for, short_time
from bot.workflows.slos.words import budget_left, percent, plain_time, times

PERIOD = timedelta(days=30)
SLO = Slo("availability", 0.999, Rolling(PERIOD))


def burning(ratio: float, *, spent: float | None) -> Verdict:
    windows = {each for pair in pairs_for(PERIOD) for each in (pair.long, pair.short)}
    counted = dict.fromkeys(windows, Counts(1e6 * (1 - ratio), 1e6))
    if spent is not None:
        counted[PERIOD] = Counts(1e9 - 1e6 * spent, 1e9)
    return verdict(SLO, counted.get)


@pytest.mark.parametrize(
    ("ratio", "spent", "said"),
    [
        (
            0.144,
            None,
            "Out of budget in about 5 h at this rate: burning 144 times as fast as it may over the last hour.",
        ),
        (
            0.007,
            0.5,
            "Out of budget in about 2 days at this rate: burning 7 times as fast as it may over the last 6 h.",
        ),
        (0.007, 1.5, "Out of budget, and burning 7 times as fast as it may over the last 6 h."),
        (
            0.0011,
            0.9,
            "Out of budget in about 3 days at this rate: burning 1.1 times as fast as it may over the last 3 days.",
        ),
        (0.0, 0.201, "79.9 % of its budget left."),
        (0.0, None, "Within its budget."),
        (0.0, 1.0, "Out of budget: 100 % of it is spent (last 30 days)."),
    ],
)
def test_a_verdict_says_what_it_means(ratio: float, spent: float | None, said: str) -> None:
    assert burning(ratio, spent=spent).sentence == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1, "100 %"), (0.5, "50 %"), (0.799, "79.9 %"), (0.799123, "79.9 %"), (0.79999, "80 %"), (-15.123, "-1,512.3 %"), (0.9995, "99.95 %"), (0.99999, "99.999 %"),
        (0.9999999, "99.999 %"), (0.0001, "0.01 %"), (0, "0 %"), (-0.5, "-50 %"), (-0.0000001, "-0.001 %"), (0.05, "5 %"),
        (1.5, "150 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_all_or_nothing(ratio: float, said: str) -> None:
    assert percent(ratio) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "a minute"), (0.5, "a minute"), (1, "1 min"), (59.4, "59 min"), (59.6, "1 h"), (300, "5 h"), (1440, "24 h"), (4320, "3 days")],
)  # fmt: skip
def test_a_time_is_said_in_one_unit(minutes: float, said: str) -> None:
    assert plain_time(timedelta(minutes=minutes)) == said


def test_a_budget_is_said_as_time_and_as_a_share() -> None:
    whole = timedelta(minutes=43)
    assert budget_left(Budget(100, 50, whole)) == "22 min of 43 min left (50 %)"
    assert budget_left(Budget(100, 0, whole)) == "43 min of 43 min left (100 %)"
    assert budget_left(Budget(100, 128, whole)) == "12 min more than its 43 min spent (-28 %)"
    assert budget_left(Budget(100, 50, timedelta(hours=1))) == "30 min of 1 h left (50 %)"


def test_rates_and_windows_are_said_short() -> None:
    assert [times(each) for each in (1000, 14.4, 7, 1.1, 0.5)] == [
        "1,000 times",
        "14 times",
        "7 times",
        "1.1 times",
        "0.5 times",
    ]
    assert [short_time(timedelta(minutes=each)) for each in (5, 60, 90, 1440, 4320)] == ["5m", "1h", "90m", "24h", "3d"]
