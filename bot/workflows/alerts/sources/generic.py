"""Any sender of JSON: where what stands is a matter of configuration (`alerts.generic`)."""

import re
from functools import cache
from typing import Any

from bot.config import Config
from bot.config.alerts import GenericRules
from bot.workflows.alerts.sources.alert import (
    WORKFLOW_LABEL,
    Alert,
    NotUnderstood,
    Source,
    State,
    Understood,
    labels_in,
    outline,
    urgency_of,
    words,
)
from bot.workflows.alerts.sources.proofs import by_secret

PICKING = re.compile(r"[*?]|\.\.")
"""What stands in a path that may lead to several places, and to none."""
NOT_APPLICABLE = (TypeError, ValueError, ArithmeticError, NotImplementedError)
"""What a path raises that compares, sorts or reckons with what it can't."""


def at(content: Any, path: str) -> Any:
    """The first that is found at a JSONPath; None where there is nothing."""
    return next(iter(all_at(content, path)), None)


def all_at(content: Any, path: str) -> list[Any]:
    """All that is found at a JSONPath. Raises `NotUnderstood` where it can't be looked for."""
    try:
        return [found.value for found in _parsed(path).find(content)]
    except NOT_APPLICABLE:
        raise NotUnderstood(f"{path} can't be looked for in it; {outline(content)}") from None


@cache
def _parsed(path: str) -> Any:
    from jsonpath_ng.ext.parser import parse  # late: most bots need it never, and it is large

    return parse(path)


def _alerts(content: Any, path: str) -> list[Any]:
    """The alerts at a path that leads to their list (`incidents`), or to each of them (`incidents[*]`): of those there may be none."""
    found = all_at(content, path)
    if len(found) == 1 and isinstance(found[0], list):
        return list(found[0])
    if not (found or PICKING.search(path)) or not all(isinstance(each, dict) for each in found):
        raise NotUnderstood(f"there is no list of alerts at {path}; {outline(content)}")
    return found


def understand(content: Any, config: Config) -> Understood:
    """The alerts of a body."""
    rules = config.alerts.generic
    found = _alerts(content, rules.alerts) if rules.alerts else [content]
    alerts, faults = [], []
    for place, each in enumerate(found):
        try:
            alerts.append(_one(each, rules))
        except NotUnderstood as fault:
            faults.append(f"alert {place + 1}: {fault}" if rules.alerts else str(fault))
    delivery = words(at(content, rules.id)) if rules.id else ""
    return Understood(alerts=tuple(alerts), faults=tuple(faults), id=delivery)


def _one(content: Any, rules: GenericRules) -> Alert:
    key, title = words(at(content, rules.key)), words(at(content, rules.title))
    if not key:
        raise NotUnderstood(f"there is no key at {rules.key}; {outline(content)}")
    state = words(at(content, rules.state)).strip().lower()
    workflow = words(at(content, rules.workflow))
    return Alert(
        key=key,
        state=State.RESOLVED if state in {each.lower() for each in rules.resolved} else State.FIRING,
        title=title or key,
        detail=words(at(content, rules.detail)),
        link=words(at(content, rules.link)),
        urgency=urgency_of(at(content, rules.urgency)),
        labels=labels_in(at(content, rules.labels)) | ({WORKFLOW_LABEL: workflow} if workflow else {}),
    )


SOURCE = Source(name="generic", label="Another service", is_genuine=by_secret, understand=understand, may_repeat=True)
