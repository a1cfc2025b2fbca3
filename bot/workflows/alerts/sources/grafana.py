"""Grafana's webhook: alerts as Alertmanager sends them, or what Grafana before version 8 sent of a dashboard's alert."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.config import Config
from bot.workflows.alerts.sources.alert import (
    Alert,
    NotUnderstood,
    Proof,
    Source,
    State,
    Understood,
    mapping,
    outline,
    words,
)
from bot.workflows.alerts.sources.alertmanager import one_alert, understood
from bot.workflows.alerts.sources.proofs import by_secret, is_recent, is_signed

SIGNATURE = "x-grafana-alerting-signature"
TIMESTAMP = "x-grafana-alerting-timestamp"
OLD_STATES = {"alerting": State.FIRING, "no_data": State.FIRING, "ok": State.RESOLVED}
OLD_NEWS = {"pending", "paused", "unknown"}


def is_genuine(proof: Proof, headers: Mapping[str, str], body: bytes) -> bool:
    """A signature of the body, or of the time and the body; where there is none, the secret itself."""
    signature = headers.get(SIGNATURE)
    if signature is None:
        return by_secret(proof, headers, body)
    at = headers.get(TIMESTAMP)
    if at is None:
        return is_signed([signature], proof.secrets, body)
    return is_signed([signature], proof.secrets, at.encode() + b":" + body) and is_recent(proof, at)


def understand(content: Any, _config: Config) -> Understood:
    """The alerts of a body."""
    if "ruleId" in mapping(content) and "alerts" not in mapping(content):
        return _of_a_dashboard(content)
    return understood(content, lambda alert: _one_alert(content, alert))


def _one_alert(content: dict[str, Any], alert: Any) -> Alert:
    """One alert. Several organisations of one Grafana may have alerts with the same labels."""
    found = one_alert(content, alert)
    organisation = words(alert.get("orgId") or content.get("orgId"))
    return replace(found, key=f"{organisation}:{found.key}") if organisation else found


def _of_a_dashboard(content: dict[str, Any]) -> Understood:
    state = words(content.get("state"))
    if state in OLD_NEWS:
        return Understood()
    if state not in OLD_STATES:
        raise NotUnderstood(f"its state is none that Grafana has; {outline(content)}")
    link = words(content.get("ruleUrl"))
    alert = Alert(
        key=f"rule:{words(content['ruleId'])}", state=OLD_STATES[state],
        title=words(content.get("ruleName")) or words(content.get("title")) or "An alert without a name",
        detail=words(content.get("message")), link=link, labels={"alertname": words(content.get("ruleName"))},
    )  # fmt: skip
    return Understood(alerts=(alert,))


SOURCE = Source(name="grafana", label="Grafana", is_genuine=is_genuine, understand=understand)
