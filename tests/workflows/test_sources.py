"""What each source makes of bodies: those that were really sent, and any that could be."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import load
from bot.config.alerts import AlertMatcher, AlertRules, GenericRules
from bot.playground.blockkit import message_problems
from bot.workflows.alerts.intake import workflow_of
from bot.workflows.alerts.sources import generic, pagerduty
from bot.workflows.alerts.sources.alert import NotUnderstood, Proof, Source, State, Understood, urgency_of
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.problems import views as problem_views
from bot.workflows.problems.folding import MOST_TOGETHER
from bot.workflows.problems.model import Problem
from bot.workflows.problems.service import Sign, _said
from bot.workflows.problems.views import Shown
from tests.anytext.hostile import hostile
from tests.processes import CONFIG
from tests.workflows.conftest import sample

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
USUAL = load(CONFIG)
NAMES = (
    "alerts", "status", "labels", "annotations", "fingerprint", "event", "data", "id", "type", "event_type", "ruleId",
    "state", "key", "title", "workflow", "urgency", "startsAt", "summary", "severity", "truncatedAlerts",
)  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(("firing", "resolved", "incident", "ok")) | hostile,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | hostile, inner, max_size=6),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@settings(max_examples=60)
@given(content=anything)
def test_any_body_is_understood_or_not_and_nothing_worse(source: Source, content: Any) -> None:
    try:
        found = source.understand(content, USUAL)
    except NotUnderstood:
        return
    assert all(alert.key and alert.title for alert in found.alerts)


@settings(max_examples=60)
@given(
    text=hostile,
    source=st.sampled_from(("alert", "burn", "check", "heartbeat")),
    workflow=st.sampled_from(("", "sign-in")),
)
@example(text="<<>>" * 400, source="alert", workflow="")
@example(text="grafana.example.com/d/orders?" + "&var-host=a" * 170, source="alert", workflow="sign-in")
def test_any_text_of_a_sign_gives_a_message_that_slack_takes(text: str, source: Any, workflow: str) -> None:
    sign = Sign(
        workflow=workflow, source=source, key="k", title=text, detail=text, link=f"https://{text}", urgency="info"
    )
    problem = Problem(
        id=7, source=source, key="grafana:k", episode=2, workflow=workflow, **_said(sign), place="#payments", began_at=NOW,
        seen_at=NOW, seen_count=3, showing=1, told_count=0, ignored_by="",
    )  # fmt: skip
    shown, many = Shown(problem, USUAL, NOW), Shown(problem, USUAL, NOW, others=[problem] * MOST_TOGETHER)
    for blocks in (
        *(problem_views.message(each) for each in (shown, many)),
        problem_views.elsewhere(shown, "is_archived"),
    ):
        assert message_problems(blocks) == []
        rendered = [each["text"]["text"] for each in blocks if each["type"] == "section"]
        rendered += [each["elements"][0]["text"] for each in blocks if each["type"] == "context"]
        assert "<!channel" not in "".join(rendered)
        assert "<@" not in "".join(rendered)


def test_many_problems_fit_into_a_message_and_are_listed_in_the_newest_alone() -> None:
    problem = Problem(
        id=7, source="alert", key="alertmanager:k", episode=1, workflow="sign-in", title="&" * 300, detail="", link=f"https://{'a' * 120}",
        urgency="info", place="#payments", began_at=NOW, seen_at=NOW, seen_count=1, recovered_at=NOW, showing=2, told_count=0, ignored_by="",
    )  # fmt: skip
    many = Shown(problem, USUAL, NOW, others=[problem] * MOST_TOGETHER)
    assert sum(len(each["text"]["text"]) for each in problem_views.message(many) if each["type"] == "section") < 12_000
    old = problem_views.message(replace(many, is_old=True))
    assert [each["type"] for each in old] == ["section", "context"]


def test_pagerdutys_own_example_of_a_signature() -> None:
    vector, body = json.loads(sample("pagerduty/signature_vector.json")), sample("pagerduty/signature_vector_body.json")
    proof = Proof(secrets=("not this one", vector["secret"]), now=NOW)
    for given_, is_genuine in (
        (vector["valid"], True), (f"{vector['mismatch']},{vector['valid']}", True), (f"v0=1, {vector['valid']}", True),
        (vector["mismatch"], False), ("", False), (vector["valid"].removeprefix("v1="), False),
    ):  # fmt: skip
        assert pagerduty.is_genuine(proof, {"x-pagerduty-signature": given_}, body) is is_genuine
    assert not pagerduty.is_genuine(proof, {"x-pagerduty-signature": vector["valid"]}, body + b" ")


def test_a_priority_makes_an_incident_of_pagerduty_critical_and_news_of_it_opens_nothing() -> None:
    (alert,) = pagerduty.understand(json.loads(sample("pagerduty/signature_vector_body.json")), USUAL).alerts
    assert (alert.urgency, alert.state, alert.labels["service"]) == ("critical", State.NEWS, "API Service")
    (alert,) = pagerduty.understand(json.loads(sample("pagerduty/incident_triggered_events_api.json")), USUAL).alerts
    assert (alert.urgency, alert.state) == ("warning", State.FIRING)
    assert alert.since == datetime(2025, 1, 24, 7, 10, 5, tzinfo=UTC)
    assert pagerduty.understand({"event": {"event_type": "pagey.ping"}}, USUAL).alerts == ()


def test_alerts_without_a_fingerprint_are_known_by_their_labels() -> None:
    body = json.loads(sample("alertmanager/minimal_no_groupkey.json"))
    source = SOURCES["alertmanager"]
    (first,) = source.understand(body, USUAL).alerts
    body["alerts"][0]["labels"]["instance"] = "another"
    (second,) = source.understand(body, USUAL).alerts
    assert (first.title, first.urgency) == ("My alert summary", "info")
    assert len(first.key) == 32
    assert first.key != second.key


def test_what_the_sender_left_out_is_told() -> None:
    body = json.loads(sample("alertmanager/capture_01_firing_first_delivery.json")) | {"truncatedAlerts": 3}
    found = SOURCES["alertmanager"].understand(body, USUAL)
    assert (len(found.alerts), found.faults) == (1, ("the sender left out 3 more alerts",))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b[1].c", 7), ("$.a.b[1].c", 7), ("a.b[2].c", None), ("a.b.c", None), ("a[0]", None), ("x", None), ("a.b[0]", 1),
        ("a.b[*].c", 7), ("$..c", 7), ("a.b[?(@.c > 5)].c", 7), ("a.b[?(@.c > 9)].c", None), ("$['a'].b[-1].c", 7),
    ],
)  # fmt: skip
def test_where_something_is_in_a_body(path: str, found: object) -> None:
    assert generic.at({"a": {"b": [1, {"c": 7}]}}, path) == found


@pytest.mark.parametrize(
    "path", ["a..", "1st", "a.where", "a b", "", "`len`", "a.`sub(/x/, y)`", "[", "a[?(@ =~ '(b|bb)+$')]"]
)
def test_what_is_no_path_is_refused_with_the_configuration(path: str) -> None:
    with pytest.raises(ValueError, match=r"no JSONPath: write|can't be used: write|at least 1 character"):
        GenericRules(title=path)
    assert GenericRules(title="'1st name'.'where'").title == "'1st name'.'where'"


@pytest.mark.parametrize("path", ["a[\\b]"])
def test_a_path_that_goes_wrong_in_a_body_makes_it_one_that_is_not_understood(path: str) -> None:
    rules = GenericRules(key=path)
    config = USUAL.model_copy(update={"alerts": AlertRules(generic=rules)})
    found = generic.understand({"a": [{"b": 1}, {"b": {}}, "x"], "b": 0}, config)
    assert found.alerts == ()
    assert len(found.faults) == 1


def test_alerts_may_be_picked_out_of_their_list() -> None:
    body = {
        "groups": [
            {"alerts": [{"key": 1, "kind": "up"}]},
            {"alerts": [{"key": 2, "kind": "slow"}, {"key": 3, "kind": "up"}]},
        ]
    }
    rules = GenericRules(alerts="groups[*].alerts[?(@.kind == 'up')]")
    config = USUAL.model_copy(update={"alerts": AlertRules(generic=rules)})
    assert [each.key for each in generic.understand(body, config).alerts] == ["1", "3"]
    assert generic.understand({"groups": []}, config) == Understood()
    config = USUAL.model_copy(update={"alerts": AlertRules(generic=GenericRules(alerts="groups[0].alerts"))})
    with pytest.raises(NotUnderstood, match="there is no list of alerts at groups"):
        generic.understand({"groups": 3}, config)


@pytest.mark.parametrize("alerts", ["incidents", "incidents[*]"])
def test_bodies_of_any_shape_can_be_described(alerts: str) -> None:
    rules = GenericRules(
        alerts=alerts, key="monitor.id", title="monitor.name", state="status", resolved=("up",), id="event",
        workflow="tags[0]", urgency="level", labels="monitor",
    )  # fmt: skip
    config = USUAL.model_copy(update={"alerts": AlertRules(generic=rules)})
    monitor = {"id": 12, "name": "Login page", "region": "eu"}
    body = {"event": "e-1", "incidents": [{"monitor": monitor, "status": "UP", "tags": ["sign-in"], "level": "P1"}, {}]}
    found = generic.understand(body, config)
    assert found.id == "e-1"
    assert found.faults == ("alert 2: there is no key at monitor.id; it has no fields",)
    (alert,) = found.alerts
    assert (alert.key, alert.title, alert.state, alert.urgency) == ("12", "Login page", State.RESOLVED, "critical")
    assert alert.labels == {"id": "12", "name": "Login page", "region": "eu", "workflow": "sign-in"}


def test_which_workflow_an_alert_is_about() -> None:
    rule = AlertMatcher(source="pagerduty", labels={"service": "Checkout"})
    first, *others = USUAL.workflows
    config = USUAL.model_copy(update={"workflows": (first.model_copy(update={"alerts": (rule,)}), *others)})
    assert workflow_of(config, "pagerduty", {"service": "Checkout", "team": "x"}) == "place-order"
    assert workflow_of(config, "grafana", {"service": "Checkout"}) == ""
    assert workflow_of(config, "pagerduty", {"service": "Checkout", "workflow": "sign-in"}) == "sign-in"
    assert workflow_of(config, "pagerduty", {"workflow": "no-such"}) == ""


def test_how_urgent_a_word_is() -> None:
    assert [urgency_of(each) for each in ("Critical", "page", "P1", "warn", "", None, "info", 7)] == [
        "critical", "critical", "critical", "warning", "warning", "warning", "info", "warning",
    ]  # fmt: skip
