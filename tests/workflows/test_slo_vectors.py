"""Worked numbers of others, computed with the bot's own arithmetic.

`SLO_VECTORS` names another file of the same kinds. A kind, an input or an expectation that is not understood fails.
"""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.workflows.slos.budgets import budget
from bot.workflows.slos.burning import State, verdict
from bot.workflows.slos.periods import Rolling
from bot.workflows.slos.slo import (
    Counts,
    Method,
    Slo,
    burn_rate,
    detection_time,
    exceeds,
    feasible,
    highest_burn_rate,
    in_slices,
    is_good,
    rate_that_spends,
    share_spent,
    time_to_exhaustion,
)

FILE = Path(os.environ.get("SLO_VECTORS") or Path(__file__).with_name("slo-vectors.json"))
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))

Found = dict[str, Any]
EVENTS = 1e9
"""How many there were in a window of which only the share of errors is given."""


def days(number: float) -> timedelta:
    return timedelta(days=number)


def seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def with_errors(ratio: float) -> Counts:
    return Counts((1 - ratio) * EVENTS, EVENTS)


def burn_rate_factor(*, period_days: float, budget_percent: float, long_window_hours: float) -> Found:
    rate = rate_that_spends(budget_percent / 100, timedelta(hours=long_window_hours), days(period_days))
    return {"burn_rate": rate}


def exhaustion(*, target: float, error_rate: float, period_days: float) -> Found:
    rate = burn_rate(with_errors(error_rate), target)
    assert rate is not None
    return {"burn_rate": rate, "seconds": seconds(time_to_exhaustion(rate, days(period_days)))}


def detection(*, target: float, error_rate: float, window_seconds: float, burn_rate: float) -> Found:
    found = detection_time(burn_rate, timedelta(seconds=window_seconds), target=target, error_ratio=error_rate)
    return {"seconds": seconds(found)}


def budget_spent_percent(*, window_seconds: float, burn_rate: float, period_days: float) -> Found:
    return {"percent": 100 * share_spent(burn_rate, timedelta(seconds=window_seconds), days(period_days))}


def threshold_feasible(*, target: float, threshold: float) -> Found:
    return {"feasible": feasible(target, threshold), "max_burn_rate": highest_burn_rate(target)}


def length_of(text: str) -> timedelta:
    return timedelta(minutes=int(text[:-1]) * {"m": 1, "h": 60, "d": 1440, "w": 10080}[text[-1]])


def mwmbr_decision(*, target: float, period_days: float, error_rate: dict[str, float | None]) -> Found:
    counted = {length_of(window): None if ratio is None else with_errors(ratio) for window, ratio in error_rate.items()}
    slo = Slo("x", target, Rolling(days(period_days)))
    assert {each for pair in slo.watched for each in (pair.long, pair.short)} <= set(counted)
    found = verdict(slo, counted.get)
    level = found.state.value if found.state in {State.PAGE, State.TICKET} else "none"
    return {"level": level, "pair": found.pair and found.pair.name}


def occurrence_budget(*, total: float, bad: float, target: float) -> Found:
    found = budget(Slo("x", target, Rolling(days(30))), Counts(total - bad, total))
    assert found is not None
    return {
        "allowed_bad": found.allowed,
        "consumed_percent": 100 * found.spent_ratio,
        "sli": (total - bad) / total,
        "remaining_percent": 100 * found.left_ratio,
    }


def timeslice_budget(*, slices: int, bad_slices: int, target: float) -> Found:
    slo = Slo("x", target, Rolling(timedelta(minutes=slices)), Method.TIMESLICES)
    counted = in_slices([Counts(0, 1)] * bad_slices + [Counts(1, 1)] * (slices - bad_slices), slo.slice_target)
    found = budget(slo, counted)
    assert found is not None
    return {
        "allowed_bad_slices": found.allowed,
        "consumed_percent": 100 * found.spent_ratio,
        "remaining_percent": 100 * found.left_ratio,
        "sli": counted.ratio,
    }


def timeslice_state(*, good: float, total: float, timeSliceTarget: float) -> Found:  # noqa: N803 - the file's word
    state = is_good(Counts(good, total), timeSliceTarget)
    return {"slice": {True: "good", False: "bad", None: "no_data"}[state]}


def ratio_timeslices(*, slice_ratios: list[float]) -> Found:
    return {"sli": sum((Counts(each, 1) for each in slice_ratios), Counts(0, 0)).ratio}


def correction(*, period_minutes: float, down_minutes: float, excluded_minutes: float, mode: str) -> Found:
    assert mode == "exclude" or "up" in mode, f"{mode!r} is no mode known here"
    up = Counts(excluded_minutes, excluded_minutes) if mode != "exclude" else Counts(0, 0)
    rest = period_minutes - excluded_minutes
    found = (Counts(rest - down_minutes, rest) + up).error_ratio
    assert found is not None
    return {"down_percent": 100 * found}


def slo_generator_report(
    *,
    good: float | None,
    bad: float | None,
    goal: float = 0.9,
    window_s: float = 3600,
    threshold: float = 1,
    min_valid_events: float = 1,
) -> Found:
    total = (good or 0) + (bad or 0)
    counts, window = Counts(good or 0, total), timedelta(seconds=window_s)
    rate, left = burn_rate(counts, goal), budget(Slo("x", goal, Rolling(window)), counts)
    found: Found = {"valid": rate is not None and total >= min_valid_events, "sli": counts.ratio, "burn_rate": rate}
    if rate is None or left is None:
        return found
    minutes = {"budget": left.whole, "error": left.spent_time, "remaining": left.left_time}
    return found | {
        "alert": exceeds(rate, threshold),
        **{f"{name}_minutes": length / timedelta(minutes=1) for name, length in minutes.items()},
    }


def pyrra_windows(*, period_days: float) -> Found:
    """Pyrra's own way, which is not the bot's: windows that grow with the period, rounded to minutes."""
    rows = (("critical", 1, 5, 14), ("critical", 6, 30, 7), ("warning", 24, 120, 2), ("warning", 96, 360, 1))
    grown = [
        [severity, *(60 * int(each * period_days / 28 + 0.5) for each in (60 * hours, minutes)), factor]
        for severity, hours, minutes, factor in rows
    ]
    return {"rows_severity_long_short_factor": grown}


def composite_ratiotimeslices(*, parts: list[float], weights: list[float]) -> Found:
    """OpenSLO's own way: what the parts do wrong adds up."""
    wrong = [Counts(part, 1).bad * weight for part, weight in zip(parts, weights, strict=True)]
    return {"sli": 1 - sum(wrong)}


KINDS: dict[str, Callable[..., Found]] = {
    "burn_rate_factor": burn_rate_factor,
    "time_to_exhaustion": exhaustion,
    "detection_time": detection,
    "budget_spent_percent": budget_spent_percent,
    "threshold_feasible": threshold_feasible,
    "mwmbr_decision": mwmbr_decision,
    "occurrence_budget": occurrence_budget,
    "timeslice_budget": timeslice_budget,
    "timeslice_state": timeslice_state,
    "ratio_timeslices": ratio_timeslices,
    "correction": correction,
    "slo_generator_report": slo_generator_report,
    "pyrra_windows": pyrra_windows,
    "composite_ratiotimeslices": composite_ratiotimeslices,
}


def same(found: object, expected: object, given: float | None) -> bool:
    """Whether they are: to a millionth, or to the digits given where the file rounds (four decimals or more)."""
    if isinstance(expected, float | int) and not isinstance(expected, bool):
        decimals = len(repr(float(expected)).partition(".")[2])
        tolerance = given or max(1e-6, 0.5 * 10**-decimals if decimals >= 4 else 0)
        return isinstance(found, float | int) and found == pytest.approx(expected, rel=1e-6, abs=tolerance)
    return found == expected


@pytest.mark.parametrize("vector", VECTORS, ids=[each["id"] for each in VECTORS])
def test_slo_vector(vector: dict[str, Any]) -> None:
    assert vector["kind"] in KINDS, f"{vector['id']} is of a kind that nobody knows here: {vector['kind']}"
    found = KINDS[vector["kind"]](**vector["input"])
    assert vector["expect"], "a vector that expects nothing proves nothing"
    for name, expected in vector["expect"].items():
        assert name in found, f"{vector['id']} expects {name}, which nobody computes here"
        assert same(found[name], expected, vector.get("tolerance")), (name, found[name], expected)


def test_there_are_vectors_and_each_has_a_name_of_its_own() -> None:
    assert VECTORS
    assert len({each["id"] for each in VECTORS}) == len(VECTORS)
