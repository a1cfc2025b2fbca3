"""Opsgenie, with answers in the shapes its reference shows."""

import json

import pytest
import responses
from responses import matchers

from bot.errors import Blame, CallFailed, OutcomeUnknown, Permanent, Temporary
from bot.integrations.opsgenie import Opsgenie
from bot.integrations.pager import Action, Alarm, Person
from tests.integrations.conftest import ALARM, GENIE_KEY, TOKEN

ALERTS = "https://api.opsgenie.com/v2/alerts"
ACCEPTED = {"result": "Request will be processed", "took": 0.302, "requestId": "43a29c5c-3dbf-4fa4-9c26-f4f71023e120"}
Failure = tuple[int, dict[str, object], type[CallFailed], str, Blame | None]
UNPROCESSABLE = {"message": "Request body is not processable. Please check the errors.",
                 "errors": {"message": "Message can not be empty. SECRET"}, "took": 0.0}  # fmt: skip


def test_an_alert_says_what_how_bad_and_for_whom(vendor: responses.RequestsMock, opsgenie: Opsgenie) -> None:
    vendor.post(
        ALERTS, json=ACCEPTED, status=202,
        match=[matchers.header_matcher({"Authorization": f"GenieKey {GENIE_KEY}"})],
    )  # fmt: skip
    opsgenie.tell(Action.TRIGGER, ALARM)
    assert json.loads(vendor.calls[0].request.body or "") == {
        "message": ALARM.summary,
        "alias": ALARM.key,
        "description": f"{ALARM.summary}\n{ALARM.link}",
        "responders": [{"name": "Payments", "type": "team"}],
        "priority": "P1",
        "tags": ["sevbot"],
        "details": {"Why": "the processor refuses everything"},
        "source": "Sevbot",
    }


@pytest.mark.parametrize(("level", "priority"), [(0, "P1"), (1, "P1"), (4, "P4"), (9, "P5")])
def test_a_severity_is_said_in_opsgenies_words_and_a_long_title_is_cut(
    vendor: responses.RequestsMock, opsgenie: Opsgenie, level: int, priority: str
) -> None:
    vendor.post(ALERTS, json=ACCEPTED, status=202)
    opsgenie.tell(Action.TRIGGER, Alarm(key="k", summary="x" * 200, level=level))
    sent = json.loads(vendor.calls[0].request.body or "")
    assert (sent["priority"], len(sent["message"])) == (priority, 130)


@pytest.mark.parametrize(
    ("action", "verb", "status"),
    [(Action.ACKNOWLEDGE, "acknowledge", 202), (Action.RESOLVE, "close", 202), (Action.RESOLVE, "close", 404)],
)
def test_what_follows_names_the_alias_and_an_alert_that_is_gone_is_done(
    vendor: responses.RequestsMock, opsgenie: Opsgenie, action: Action, verb: str, status: int
) -> None:
    vendor.post(f"{ALERTS}/{ALARM.key}/{verb}?identifierType=alias", json=ACCEPTED, status=status)
    opsgenie.tell(action, ALARM)


@pytest.mark.parametrize(
    "failure",
    [
        (401, {"message": "Could not authenticate", "took": 0.0}, Permanent, "http_401", Blame.OPERATOR),
        (403, {"message": "You are not authorized to access this resource."}, Permanent, "http_403", Blame.OPERATOR),
        (402, {"message": "Your plan does not include it"}, Permanent, "http_402", Blame.OPERATOR),
        (404, {}, Permanent, "http_404", Blame.GONE),
        (422, UNPROCESSABLE, Permanent, "invalid_alert", Blame.OURS),
        (429, {"message": "You are making too many requests!"}, Temporary, "ratelimited", None),
        (500, {"message": "Internal Server Error"}, OutcomeUnknown, "http_500", None),
        (503, {}, Temporary, "http_503", None),
    ],
)
def test_every_failure_has_its_meaning_and_tells_nothing(
    vendor: responses.RequestsMock, opsgenie: Opsgenie, failure: Failure
) -> None:
    status, body, kind, code, blame = failure
    vendor.post(ALERTS, json=body, status=status)
    with pytest.raises(kind) as failed:
        opsgenie.tell(Action.TRIGGER, ALARM)
    assert failed.value.code == code
    assert getattr(failed.value, "blame", None) is blame
    assert not [word for word in (GENIE_KEY, "SECRET", "checkout") if word in f"{failed.value!r}"]


def test_who_is_on_call_is_asked_for_by_the_schedules_name(vendor: responses.RequestsMock, opsgenie: Opsgenie) -> None:
    key = matchers.header_matcher({"Authorization": f"GenieKey {TOKEN}"})
    vendor.get(
        "https://api.opsgenie.com/v2/schedules/Payments%20first/on-calls",
        json={
            "data": {
                "_parent": {"id": "d875e654", "name": "Payments first", "enabled": True},
                "onCallRecipients": ["grace@example.com"],
            },
            "took": 0.1,
            "requestId": "6f6ac2ef",
        },
        match=[key, matchers.query_param_matcher({"scheduleIdentifierType": "name", "flat": "true"})],
    )
    contacts = [
        {"to": "grace@example.com", "id": "1", "contactMethod": "email", "enabled": True},
        {"to": "1-5555550101", "id": "2", "contactMethod": "voice", "enabled": True},
        {"to": "1-5555550101", "id": "3", "contactMethod": "sms", "enabled": True},
        {"to": "1-5555550999", "id": "4", "contactMethod": "voice", "enabled": False},
    ]
    vendor.get(
        "https://api.opsgenie.com/v2/users/grace%40example.com",
        json={"data": {"username": "grace@example.com", "fullName": "Grace Hopper", "userContacts": contacts}},
        match=[key, matchers.query_param_matcher({"expand": "contact"})],
    )
    assert opsgenie.on_call("Payments first") == (Person("Grace Hopper", ("+1 5555550101",)),)


def test_no_key_shows_where_the_door_is_printed(opsgenie: Opsgenie) -> None:
    assert GENIE_KEY not in repr(opsgenie)
    assert TOKEN not in repr(opsgenie)
