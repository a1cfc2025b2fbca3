"""Prometheus Alertmanager's webhook (version 4), and whatever speaks like it."""

from collections.abc import Callable
from typing import Any

from bot.config import Config
from bot.workflows.alerts.sources.alert import (
    Alert,
    NotUnderstood,
    Source,
    State,
    Understood,
    digest_of,
    labels_in,
    moment,
    outline,
    urgency_of,
    words,
)
from bot.workflows.alerts.sources.proofs import by_secret

TEST = "TestAlert"
"""What is sent to try the connection: it is shown, and no more."""


def understand(content: Any, _config: Config) -> Understood:
    """Each alert by its own status: the status at the top says only that something of the group still fires."""
    return understood(content, lambda alert: one_alert(content, alert))


def understood(content: Any, understand_one: Callable[[Any], Alert]) -> Understood:
    """The alerts of a body, one by one: those that can't be understood don't hold the others back."""
    if not isinstance(content, dict) or not isinstance(content.get("alerts"), list):
        raise NotUnderstood(f"there is no list of alerts; {outline(content)}")
    alerts, faults = [], []
    for place, each in enumerate(content["alerts"]):
        try:
            alerts.append(understand_one(each))
        except NotUnderstood as fault:
            faults.append(f"alert {place + 1}: {fault}")
    cut = content.get("truncatedAlerts")
    if isinstance(cut, int) and cut > 0:
        faults.append(f"the sender left out {cut} more alerts")
    return Understood(alerts=tuple(alerts), faults=tuple(faults))


def one_alert(content: dict[str, Any], alert: Any) -> Alert:
    """One alert of the list. Raises `NotUnderstood`."""
    if not isinstance(alert, dict):
        raise NotUnderstood(outline(alert))
    labels, annotations = labels_in(alert.get("labels")), labels_in(alert.get("annotations"))
    status = words(alert.get("status") or content.get("status"))  # very old ones have no status of their own
    if status not in {State.FIRING, State.RESOLVED}:
        raise NotUnderstood(f"its status is neither firing nor resolved; {outline(alert)}")
    if not labels:
        raise NotUnderstood(f"it has no labels; {outline(alert)}")
    name = labels.get("alertname", "")
    return Alert(
        key=words(alert.get("fingerprint")) or digest_of(labels),
        state=State(status),
        title=annotations.get("summary") or annotations.get("title") or name or "An alert without a name",
        detail=annotations.get("description") or annotations.get("message") or "",
        link=_first_link(alert.get("dashboardURL"), alert.get("generatorURL"), content.get("externalURL")),
        urgency="info" if name == TEST else urgency_of(labels.get("severity") or labels.get("priority")),
        labels=labels,
        since=moment(alert.get("startsAt")),
    )


def _first_link(*candidates: object) -> str:
    return next((words(each) for each in candidates if words(each).startswith(("https://", "http://"))), "")


SOURCE = Source(name="alertmanager", label="Alertmanager", is_genuine=by_secret, understand=understand)
