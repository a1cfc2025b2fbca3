"""The alert rules and the dashboard speak of metrics that there are."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import bot.app  # noqa: F401 - so that every metric is known

OPERATE = Path(__file__).parent.parent.parent / "docs" / "operate"


def known() -> set[str]:
    """Every name that `/metrics` may show."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {f"{family.name}{ending}" for family in REGISTRY.collect() for ending in endings.get(family.type, ("",))}


def expressions() -> list[str]:
    rules = yaml.safe_load((OPERATE / "alerts.yaml").read_text())["groups"][0]["rules"]
    panels = json.loads((OPERATE / "grafana.json").read_text())["panels"]
    return [rule["expr"] for rule in rules] + [each["targets"][0]["expr"] for each in panels]


@pytest.mark.parametrize("expression", expressions())
def test_each_expression_asks_for_metrics_that_there_are(expression: str) -> None:
    assert set(re.findall(r"sevbot_\w+", expression)) <= known()
    assert expression.count("(") == expression.count(")")
