"""PagerDuty's webhooks (version 3): one event of one incident in each body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.config import Config
from bot.workflows.alerts.sources.alert import (
    Alert,
    NotUnderstood,
    Proof,
    Source,
    State,
    Understood,
    labels_in,
    mapping,
    moment,
    outline,
    urgency_of,
    words,
)
from bot.workflows.alerts.sources.proofs import is_signed
from bot.workflows.problems.model import Urgency

SIGNATURE = "x-pagerduty-signature"
VERSION = "v1="
OURS = "Sevbot"
OUR_KEYS = "sevbot-"
"""The client of the events that Sevbot pages people with, and how their keys begin. What it says itself is no news to it."""
BEGINS = "incident.triggered"
URGENCIES: Mapping[str, Urgency] = {"high": "warning", "low": "info"}
"""Most of what PagerDuty has is high: only a priority makes it critical."""


def is_genuine(proof: Proof, headers: Mapping[str, str], body: bytes) -> bool:
    """A signature of the very bytes; while a secret is being changed there are several, with commas between them."""
    given = (each.strip() for each in headers.get(SIGNATURE, "").split(","))
    return is_signed([each.removeprefix(VERSION) for each in given if each.startswith(VERSION)], proof.secrets, body)


def understand(content: Any, _config: Config) -> Understood:
    """The incident an event is about, as it is now. Events about anything else, and pings, say nothing about alerts."""
    event = mapping(mapping(content).get("event"))
    kind, data = words(event.get("event_type")), mapping(event.get("data"))
    if not kind:
        raise NotUnderstood(f"there is no event with a type; {outline(content)}")
    if not kind.startswith("incident.") or data.get("type") != "incident" or _is_ours(event, data):
        return Understood()
    key, status = words(data.get("id")), words(data.get("status"))
    if not key or not status:
        raise NotUnderstood(f"its incident has no id, or no status; {outline(data)}")
    return Understood(
        alerts=(_alert(key, _state(kind, status), data, moment(event.get("occurred_at"))),), id=words(event.get("id"))
    )


def _alert(key: str, state: State, data: dict[str, Any], at: datetime | None) -> Alert:
    service, priority = mapping(data.get("service")), mapping(data.get("priority"))
    labels = {"service": words(service.get("summary")), "service_id": words(service.get("id"))}
    level = words(priority.get("summary"))
    return Alert(
        key=key,
        state=state,
        title=words(data.get("title")) or "An incident without a title",
        link=words(data.get("html_url")),
        urgency=_urgency_of_priority(level) if level else URGENCIES.get(words(data.get("urgency")), "warning"),
        labels=labels_in(labels),
        since=moment(data.get("created_at")),
        at=at,
    )


def _urgency_of_priority(level: str) -> Urgency:
    return "critical" if level.strip().lower() in {"p2", "sev2", "sev-1", "sev-2"} else urgency_of(level)


def _state(kind: str, status: str) -> State:
    if status == State.RESOLVED:
        return State.RESOLVED
    return State.FIRING if kind == BEGINS else State.NEWS


def _is_ours(event: dict[str, Any], data: dict[str, Any]) -> bool:
    """Whether it is a page of Sevbot's own: a SEV about it would page again, and so on."""
    return mapping(event.get("client")).get("name") == OURS or words(data.get("incident_key")).startswith(OUR_KEYS)


SOURCE = Source(name="pagerduty", label="PagerDuty", is_genuine=is_genuine, understand=understand)
