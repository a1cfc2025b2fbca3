"""Any sender of JSON: where what stands is a matter of configuration (`alerts.generic`)."""

import re
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

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def at(content: Any, path: str) -> Any:
    """What is found at a path (`a.b[0].c`) of JSON; None where there is nothing."""
    for index, name in STEP.findall(path.removeprefix("$.")):
        if index:
            content = content[int(index)] if isinstance(content, list) and int(index) < len(content) else None
        else:
            content = content.get(name) if isinstance(content, dict) else None
    return content


def understand(content: Any, config: Config) -> Understood:
    """The alerts of a body."""
    rules = config.alerts.generic
    found = at(content, rules.alerts) if rules.alerts else [content]
    if not isinstance(found, list):
        raise NotUnderstood(f"there is no list of alerts at {rules.alerts}; {outline(content)}")
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
