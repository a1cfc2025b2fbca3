"""One SLO of OpenSLO's becomes as many of ours as it has objectives."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from bot.config.openslo import windows
from bot.config.openslo.alerting import Alerting
from bot.config.openslo.places import Node
from bot.config.workflows import HOUR, MINUTE, Objective, wrong_objective

METHODS = {"Occurrences": "occurrences", "Timeslices": "timeslices"}
KEY_LENGTH = 36
"""How much of a name becomes the key; a longer one is cut, and told apart by a digest of it."""


@dataclass(frozen=True)
class Surroundings:
    """What an SLO may refer to."""

    alerting: Alerting
    indicators: Mapping[str, Node]
    """The SLIs, by name."""


def objectives(slo: Node, around: Surroundings) -> list[Objective]:
    """Its objectives. What cannot be had is noted, and left out."""
    name, spec = slo.at("metadata", "name").text(), slo.at("spec")
    if name is None:
        slo.at("metadata", "name").fault("give the SLO a name")
        return []
    method = _method(spec.at("budgetingMethod"))
    period = windows.period(spec.at("timeWindow"))
    measured = _indicator(spec, around)
    goals = list(spec.at("objectives").each())
    if not goals and spec.at("objectives").value in (None, []):
        spec.at("objectives").fault("give one objective at least")
    burns = around.alerting.burns(spec.at("alertPolicies"))
    if method is None or period is None or not measured:
        return []
    title = slo.at("metadata", "displayName").text() or name
    found = []
    for number, goal in enumerate(goals, start=1):
        suffix = f"-{number}" if len(goals) > 1 else ""
        label = goal.at("displayName").text()
        shown = f"{title}: {label}" if label and len(goals) > 1 else title
        common = {"key": f"{_key(name)}{suffix}", "name": shown[:60], "method": method, "burns": burns, **period}
        objective = _objective(goal, common)
        if objective is not None:
            found.append(objective)
    return found


def _key(name: str) -> str:
    key = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower()).strip("-")
    if key == name and len(key) <= KEY_LENGTH:
        return key
    return f"{key[: KEY_LENGTH - 5].strip('-') or 'slo'}-{hashlib.sha256(name.encode()).hexdigest()[:4]}"


def _method(node: Node) -> str | None:
    if node.value == "RatioTimeslices":
        node.notice("left out: there are Occurrences and Timeslices here")
        return None
    method = METHODS.get(node.text() or "")
    if method is None:
        node.fault("write Occurrences or Timeslices")
    return method


def _indicator(spec: Node, around: Surroundings) -> bool:
    """Whether it says what is measured. Where from makes no difference: nothing is asked for it, its counts are pushed."""
    given = [key for key in ("indicator", "indicatorRef") if spec.has(key)]
    if not given and any(_is_composite(each) for each in spec.at("objectives").each()):
        return True  # of which each objective tells
    if len(given) != 1:
        spec.fault("give indicator or indicatorRef, and not both")
        return False
    reference = spec.at("indicatorRef").text()
    if reference is not None:
        if reference not in around.indicators:
            spec.at("indicatorRef").notice(f"there is no SLI {reference!r} in these files; its counts must be pushed")
        return True
    sli = spec.at("indicator", "spec")
    metrics = [key for key in ("ratioMetric", "thresholdMetric") if sli.has(key)]
    if len(metrics) != 1:
        sli.fault("give ratioMetric or thresholdMetric, and not both")
        return False
    return True


def _is_composite(goal: Node) -> bool:
    return goal.has("indicator") or goal.has("indicatorRef")


def _objective(goal: Node, common: dict[str, Any]) -> Objective | None:
    if _is_composite(goal) or goal.has("compositeWeight"):
        goal.notice("left out: SLOs that are composed of others are not known here")
        return None
    target = _target(goal)
    sliced = _slices(goal) if common["method"] == "timeslices" else {}
    if target is None or sliced is None:
        return None
    try:
        objective = Objective.model_validate({**common, **sliced, "target": target})
    except ValidationError as error:
        for each in error.errors():
            goal.fault(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg'].removeprefix('Value error, ')}")
        return None
    wrong = list(wrong_objective(objective, target))
    for fault in wrong:
        goal.fault(fault.removeprefix("."))
    return None if wrong else objective


def _target(goal: Node) -> float | None:
    given = [key for key in ("target", "targetPercent") if goal.has(key)]
    if len(given) != 1:
        goal.fault("give target or targetPercent, and not both")
        return None
    node = goal.at(given[0])
    highest = 1 if given[0] == "target" else 100
    number = node.number()
    if number is None or not 0 < number < highest:
        node.fault(f"must be more than 0 and less than {highest}: nothing always works")
        return None
    return round(number / highest, 12)  # 99.95 / 100 is 0.9995000000000001


def _slices(goal: Node) -> dict[str, Any] | None:
    share, node = goal.at("timeSliceTarget"), goal.at("timeSliceWindow")
    target = share.number()
    if target is None or not 0 < target <= 1:
        share.fault("Timeslices need it: which part of a slice must go well, more than 0 and at most 1")
    if node.value is None:
        node.fault("Timeslices need it: how long a slice is, such as 1m or 5 (minutes)")
        return None
    size = windows.minutes(node)
    if target is None or not 0 < target <= 1 or size is None:
        return None
    if size < MINUTE or size % MINUTE or HOUR % size:
        node.notice("left out: a slice is of whole minutes here, of which an hour holds a whole number")
        return None
    return {"slice": f"{size // timedelta(minutes=1)}m", "slice_target": target}
