"""When OpenSLO's alert policies tell somebody: burn rates only, as pairs of windows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.config.openslo import windows
from bot.config.openslo.places import Node
from bot.config.workflows import MINUTE, SHORT_PART

PAGES = frozenset({"page", "critical", "high", "sev1"})
"""Severities that wake people; every other can wait for the morning."""


@dataclass(frozen=True)
class Alerting:
    """The policies and conditions that SLOs refer to, by name."""

    policies: Mapping[str, Node]
    conditions: Mapping[str, Node]

    def burns(self, references: Node) -> list[dict[str, Any]]:
        """The pairs of windows of an SLO's policies."""
        return [
            burn
            for policy in self._policies(references)
            for condition in self._conditions(policy.at("spec"))
            if (burn := _burn(condition.at("spec"))) is not None
        ]

    def _policies(self, references: Node) -> Iterator[Node]:
        for reference in references.each():
            name = reference.text() or reference.at("alertPolicyRef").text()
            if name is None:
                yield reference
            elif name in self.policies:
                yield self.policies[name]
            else:
                reference.notice(f"left out: there is no AlertPolicy {name!r} in these files")

    def _conditions(self, policy: Node) -> Iterator[Node]:
        if policy.at("alertWhenNoData").value is True:
            policy.at("alertWhenNoData").notice(
                "left out: no data is shown as such, and does not alarm anybody by itself"
            )
        for reference in policy.at("conditions").each():
            name = reference.at("conditionRef").text()
            if name is None:
                yield reference
            elif name in self.conditions:
                yield self.conditions[name]
            else:
                reference.notice(f"left out: there is no AlertCondition {name!r} in these files")


def _burn(spec: Node) -> dict[str, Any] | None:
    condition = spec.at("condition")
    kind, op, threshold = condition.at("kind"), condition.at("op"), condition.at("threshold")
    if str(kind.value).lower() != "burnrate":
        kind.notice(f"left out: {kind.value!r} is not known here, only burnrate is")
        return None
    if op.text() in {"lt", "lte"}:
        op.notice(f"left out: it would alarm while little burns. If more than {threshold.value} is meant, write gt")
        return None
    if op.value is not None and op.text() not in {"gt", "gte"}:
        op.fault("write gt: it alarms when the budget burns faster than the threshold")
        return None
    rate = threshold.number()
    if rate is None or rate <= 0:
        threshold.fault("write the burn rate from which on to alarm, such as 14.4")
        return None
    over = windows.length(condition.at("lookbackWindow"))
    if over is None:
        return None
    if over < 2 * MINUTE:
        condition.at("lookbackWindow").notice("left out: give two minutes at least")
        return None
    if condition.has("alertAfter"):
        condition.at("alertAfter").notice(
            "left out: waiting hides outages that come and go; a short window is looked at"
        )
    lately = max(MINUTE, over // SHORT_PART // MINUTE * MINUTE)
    urgency = "page" if str(spec.at("severity").value).lower() in PAGES else "ticket"
    return {"over": _written(over), "lately": _written(lately), "rate": rate, "urgency": urgency}


def _written(length: timedelta) -> str:
    return f"{length // MINUTE}m"
