"""PagerDuty, with answers in the shapes its reference shows."""

import json

import pytest
import requests
import responses
from responses import matchers

from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.integrations.pager import Action, Alarm, Person
from bot.integrations.pagerduty import PagerDuty
from tests.integrations.conftest import ALARM, ROUTING_KEY, TOKEN

ENQUEUE = "https://events.pagerduty.com/v2/enqueue"
ACCEPTED = {"status": "success", "message": "Event processed", "dedup_key": ALARM.key}
ONCALLS = {
    "oncalls": [
        {
            "user": {"id": "PT23IWX", "type": "user", "name": "Margaret Hamilton", "email": "margaret@example.com"},
            "schedule": {"id": "PI7DH85", "type": "schedule_reference", "summary": "Payments"},
            "escalation_policy": {"id": "PT20YPA", "type": "escalation_policy_reference"},
            "escalation_level": 2,
            "start": "2026-11-26T06:00:00Z",
            "end": "2026-11-27T06:00:00Z",
        },
        {
            "user": {"id": "PXPGF42", "type": "user_reference", "summary": "Grace Hopper"},
            "schedule": {"id": "PI7DH85", "type": "schedule_reference", "summary": "Payments"},
            "escalation_level": 1,
        },
        {"user": {"id": "PXPGF42", "type": "user_reference", "summary": "Grace Hopper"}, "escalation_level": 3},
    ],
    "limit": 100,
    "offset": 0,
    "more": False,
    "total": None,
}
PHONE = {"id": "PTDVERC", "type": "phone_contact_method", "label": "Mobile", "address": "5555550101", "country_code": 1}
EMAIL = {"id": "PXPGF43", "type": "email_contact_method", "label": "Work", "address": "grace@example.com"}


def sent(vendor: responses.RequestsMock) -> list[dict[str, object]]:
    return [json.loads(call.request.body or "{}") for call in vendor.calls]


def test_triggering_says_what_how_bad_and_where(vendor: responses.RequestsMock, pagerduty: PagerDuty) -> None:
    vendor.post(ENQUEUE, json=ACCEPTED, status=202)
    pagerduty.tell(Action.TRIGGER, ALARM)
    assert sent(vendor) == [
        {
            "routing_key": ROUTING_KEY,
            "event_action": "trigger",
            "dedup_key": ALARM.key,
            "client": "Sevbot",
            "client_url": ALARM.link,
            "links": [{"href": ALARM.link, "text": "Its channel in Slack"}],
            "payload": {
                "summary": ALARM.summary,
                "source": "Sevbot",
                "severity": "critical",
                "custom_details": {"Why": "the processor refuses everything"},
            },
        }
    ]


@pytest.mark.parametrize("action", [Action.ACKNOWLEDGE, Action.RESOLVE])
def test_what_follows_carries_the_key_alone(
    vendor: responses.RequestsMock, pagerduty: PagerDuty, action: Action
) -> None:
    vendor.post(ENQUEUE, json=ACCEPTED, status=202)
    pagerduty.tell(action, ALARM)
    assert sent(vendor) == [{"routing_key": ROUTING_KEY, "event_action": action, "dedup_key": ALARM.key}]


@pytest.mark.parametrize(
    ("level", "severity"), [(0, "critical"), (1, "critical"), (2, "error"), (3, "warning"), (4, "info"), (9, "info")]
)
def test_a_severity_is_said_in_pagerdutys_words(
    vendor: responses.RequestsMock, pagerduty: PagerDuty, level: int, severity: str
) -> None:
    vendor.post(ENQUEUE, json=ACCEPTED, status=202)
    pagerduty.tell(Action.TRIGGER, Alarm(key="k", summary="x" * 2000, level=level))
    payload = sent(vendor)[0]["payload"]
    assert isinstance(payload, dict)
    assert payload["severity"] == severity
    assert len(payload["summary"]) == 1024


Failure = tuple[int, object, type[CallFailed], str, Blame | None]
INVALID_KEY = {"status": "invalid event", "message": "Event object is invalid",
               "errors": ["Length of 'routing_key' is incorrect (should be 32 characters)"]}  # fmt: skip
INVALID_EVENT = {"status": "invalid event", "message": "Event object is invalid",
                 "errors": ["'payload.severity' is invalid (must be one of the following: …) SECRET"]}  # fmt: skip
FAILURES: list[Failure] = [
    (400, INVALID_KEY, Permanent, "invalid_routing_key", Blame.OPERATOR),
    (400, INVALID_EVENT, Permanent, "invalid_event_payload_severity", Blame.OURS),
    (400, "no JSON at all", Permanent, "invalid_event", Blame.OURS),
    (401, {}, Permanent, "http_401", Blame.OPERATOR),
    (403, {}, Permanent, "http_403", Blame.OPERATOR),
    (404, {}, Permanent, "invalid_event", Blame.GONE),
    (408, {}, Temporary, "http_408", None),
    (429, {}, Temporary, "ratelimited", None),
    (500, {}, OutcomeUnknown, "http_500", None),
    (502, "<html>", OutcomeUnknown, "http_502", None),
    (503, {}, Temporary, "http_503", None),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_has_its_meaning_and_tells_nothing(
    vendor: responses.RequestsMock, pagerduty: PagerDuty, failure: Failure
) -> None:
    status, body, kind, code, blame = failure
    vendor.post(ENQUEUE, body=body if isinstance(body, str) else json.dumps(body), status=status)
    with pytest.raises(kind) as failed:
        pagerduty.tell(Action.TRIGGER, ALARM)
    assert failed.value.code == code
    assert getattr(failed.value, "blame", None) is blame
    assert not [word for word in (ROUTING_KEY, "SECRET", "checkout") if word in f"{failed.value!r} {failed.value}"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (requests.exceptions.ReadTimeout(f"Read timed out: {ENQUEUE} {ROUTING_KEY}"), OutcomeUnknown),
        (requests.exceptions.ConnectionError(ConnectionResetError(f"{ROUTING_KEY}")), OutcomeUnknown),
        (requests.exceptions.ChunkedEncodingError(ROUTING_KEY), OutcomeUnknown),
        (requests.exceptions.InvalidURL(ROUTING_KEY), Permanent),
    ],
)
def test_a_broken_connection_tells_nothing_either(
    vendor: responses.RequestsMock, pagerduty: PagerDuty, fault: Exception, kind: type[CallFailed]
) -> None:
    vendor.post(ENQUEUE, body=fault)
    with pytest.raises(kind) as failed:
        pagerduty.tell(Action.TRIGGER, ALARM)
    assert ROUTING_KEY not in f"{failed.value!r}"
    assert failed.value.__suppress_context__


def test_who_is_on_call_comes_in_the_order_of_escalation(vendor: responses.RequestsMock, pagerduty: PagerDuty) -> None:
    headers = {"Authorization": f"Token token={TOKEN}", "Accept": "application/vnd.pagerduty+json;version=2"}
    query = {"schedule_ids[]": "PI7DH85", "include[]": "users", "earliest": "true", "limit": "100"}
    vendor.get(
        "https://api.pagerduty.com/oncalls",
        json=ONCALLS,
        match=[matchers.header_matcher(headers), matchers.query_param_matcher(query)],
    )
    vendor.get("https://api.pagerduty.com/users/PXPGF42/contact_methods", json={"contact_methods": [EMAIL, PHONE]})
    vendor.get("https://api.pagerduty.com/users/PT23IWX/contact_methods", json={"contact_methods": [EMAIL]})
    assert pagerduty.on_call("PI7DH85") == (
        Person("Grace Hopper", ("+1 5555550101",)),
        Person("Margaret Hamilton", ()),
    )


def test_a_schedule_that_is_gone_is_said_to_be(vendor: responses.RequestsMock, pagerduty: PagerDuty) -> None:
    vendor.get("https://api.pagerduty.com/oncalls", json={"error": {"code": 2100}}, status=404)
    with pytest.raises(Permanent) as failed:
        pagerduty.on_call("PI7DH85")
    assert (failed.value.code, failed.value.blame) == ("http_404", Blame.GONE)


def test_an_answer_in_another_shape_means_nobody(vendor: responses.RequestsMock, pagerduty: PagerDuty) -> None:
    vendor.get("https://api.pagerduty.com/oncalls", json=["unexpected"])
    assert pagerduty.on_call("PI7DH85") == ()


def test_no_key_shows_where_the_door_is_printed(pagerduty: PagerDuty) -> None:
    assert ROUTING_KEY not in repr(pagerduty)
    assert TOKEN not in repr(pagerduty)
