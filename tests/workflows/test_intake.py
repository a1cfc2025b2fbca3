"""Alerts of other services, from their first byte to what people read: over real HTTP, with bodies that were really sent."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.playground import Playground
from bot.workflows.alerts import intake
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.problems import service as problems
from bot.workflows.problems.model import Problem
from bot.workflows.problems.service import Sign
from tests.conftest import HOOK_SECRETS
from tests.outages import Outage
from tests.workflows.conftest import TroubleStage, sample

FIRING, AGAIN, PARTLY, RESOLVED = (
    sample(f"alertmanager/capture_{name}.json")
    for name in (
        "01_firing_first_delivery", "02_firing_retry_after_503_identical", "04_partial_resolve_group_still_firing",
        "05_resolved",
    )
)  # fmt: skip
SECRET = HOOK_SECRETS["alertmanager"][0]


def test_alertmanager_fires_repeats_itself_and_resolves(trouble: TroubleStage) -> None:
    trouble.delivers("alertmanager", FIRING)
    said = trouble.message()
    assert said.startswith(
        ":rotating_light: Place order: Place order is failing on web-1\nAlert from Alertmanager, since "
    )
    trouble.delivers("alertmanager", AGAIN)
    (problem,) = trouble.problems()
    assert (problem.key, problem.workflow, problem.urgency) == (
        "alertmanager:b9290c9eff48a56d", "place-order", "critical",
    )  # fmt: skip
    assert problem.seen_count == 1
    trouble.delivers("alertmanager", RESOLVED)
    assert trouble.message().startswith(":white_check_mark: Place order: ")
    assert trouble.deliveries() == [("done", ""), ("done", "")]


def test_the_status_at_the_top_is_not_that_of_each_alert(trouble: TroubleStage) -> None:
    other = json.loads(FIRING)
    other["alerts"][0] |= {"fingerprint": "735d4c136f7d7c7e"}
    trouble.delivers("alertmanager", FIRING)
    trouble.delivers("alertmanager", other)
    assert json.loads(PARTLY)["status"] == "firing"
    trouble.delivers("alertmanager", PARTLY)
    recovered = {problem.key: problem.recovered_at is not None for problem in trouble.problems()}
    assert recovered == {"alertmanager:b9290c9eff48a56d": False, "alertmanager:735d4c136f7d7c7e": True}
    trouble.slack.expected.update(trouble.messages())


def test_grafanas_test_is_shown_where_operators_look(trouble: TroubleStage) -> None:
    trouble.delivers("grafana", sample("grafana/grafana12_test_notification.json"))
    trouble.delivers("grafana", sample("grafana/legacy_dashboard_alert.json"))
    told = [trouble.words(each) for each in trouble.messages("#incidents")]
    trouble.slack.expected.update(trouble.messages("#incidents"))
    assert told[0].startswith(":information_source: TEST\nTest Description\nAlert from Grafana, since ")
    assert told[1].startswith(":warning: bob\ntest\nAlert from Grafana, since ")


def test_pagerduty_triggers_and_resolves_and_what_sevbot_itself_pages_is_no_news(trouble: TroubleStage) -> None:
    trouble.delivers("pagerduty", sample("pagerduty/incident_triggered_events_api.json"))
    assert "up rule triggered on nn\nAlert from PagerDuty, since " in trouble.message("#incidents")
    trouble.delivers("pagerduty", sample("pagerduty/incident_resolved.json"))
    assert trouble.problems()[0].recovered_at is not None
    own = json.loads(sample("pagerduty/incident_triggered_events_api.json"))
    own["event"] |= {"id": "another", "client": {"name": "Sevbot"}}
    own["event"]["data"]["id"] = "QOWN"
    trouble.delivers("pagerduty", own)
    own["event"] |= {"id": "a third", "client": None, "event_type": "incident.acknowledged"}
    trouble.delivers("pagerduty", own)
    assert len(trouble.problems()) == 1


def test_anything_else_that_speaks_json(trouble: TroubleStage) -> None:
    alert = {"key": "backup", "title": "The backup failed", "workflow": "place-order", "urgency": "P1", "state": "down"}
    trouble.delivers("generic", alert)
    assert trouble.message().startswith(":rotating_light: Place order: The backup failed\nAlert, since ")
    trouble.delivers("generic", alert)
    trouble.delivers("generic", {**alert, "state": "OK"})
    trouble.delivers("generic", alert)
    assert [(each.episode, each.seen_count) for each in trouble.problems()] == [(1, 1), (2, 1)]
    trouble.slack.expected.update(trouble.messages())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "it is no JSON"),
        (b"[" * 100_000, "it is no JSON"),
        (b"[1]", "there is no list of alerts; it is no JSON object but a list"),
        (
            b'{"version": "4", "\\u0000<!channel>": 1}',
            "there is no list of alerts; it has the fields @channel, version",
        ),
        (b'{"alerts": [{"status": "firing"}, 7]}', "alert 1: it has no labels; it has the field"),
    ],
)
def test_what_is_genuine_and_not_understood_is_kept_and_shown(trouble: TroubleStage, body: bytes, why: str) -> None:
    trouble.delivers("alertmanager", body)
    ((state, outcome),) = trouble.deliveries()
    assert state == "unknown"
    assert outcome.startswith(why)
    (said,) = trouble.said_in("#incidents", containing="does not understand")
    assert trouble.words(said).startswith(
        ":grey_question: Alertmanager sent one delivery today that Sevbot does not understand.\nThe last one, "
    )
    trouble.delivers("alertmanager", body + b" ")
    assert "sent 2 deliveries today" in trouble.words(said)
    trouble.expects("does not understand")


def test_an_alert_nobody_understands_does_not_hold_back_the_others(trouble: TroubleStage) -> None:
    body = json.loads(FIRING)
    body["alerts"].insert(0, {"status": "firing"})
    trouble.delivers("alertmanager", body)
    assert "Place order is failing on web-1" in trouble.message()
    trouble.expects("does not understand")


def signed(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def test_who_does_not_prove_who_they_are_is_refused(trouble: TroubleStage) -> None:
    basic = base64.b64encode(f"anybody:{SECRET}".encode()).decode()
    refused, taken = HTTPStatus.UNAUTHORIZED, HTTPStatus.ACCEPTED
    tries = [
        ({}, refused), ({"Authorization": "Bearer wrong"}, refused), ({"Authorization": "Basic %%"}, refused),
        ({"X_Sevbot_Secret": f"{SECRET} "}, taken), ({"X_Sevbot_Secret": SECRET[:-1]}, refused),
        ({"Authorization": f"Basic {basic}"}, taken), ({"Authorization": f"bearer {SECRET}"}, taken),
    ]  # fmt: skip
    for headers, status in tries:
        assert trouble.post("alertmanager", FIRING, **headers).status_code == status, headers
    assert trouble.post("pagerduty", FIRING, X_PagerDuty_Signature="v1=00").status_code == refused
    trouble.works_off()
    trouble.message()
    assert len(trouble.deliveries()) == 1


def test_grafana_may_sign_the_time_too_which_must_be_about_now(trouble: TroubleStage) -> None:
    secret, body, now = HOOK_SECRETS["grafana"][0], b'{"alerts": []}', int(time.time())
    for at, status in ((now, 202), (now - 200, 202), (now - 4000, 401), (now + 4000, 401)):
        made = signed(secret, f"{at}:".encode() + body)
        headers = {"X_Grafana_Alerting_Signature": made, "X_Grafana_Alerting_Timestamp": str(at)}
        assert trouble.post("grafana", body, **headers).status_code == status
    assert trouble.post("grafana", body, X_Grafana_Alerting_Signature=signed(secret, body)).status_code == 202


def test_five_megabytes_are_too_much(trouble: TroubleStage) -> None:
    reply = trouble.post("alertmanager", b" " * 5_000_000, Authorization=f"Bearer {SECRET}")
    assert reply.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert trouble.deliveries() == []


def test_five_hundred_alerts_of_one_problem_are_one_message(trouble: TroubleStage) -> None:
    began = len(trouble.slack.traffic.after(0))
    for number in range(25):
        body = json.loads(FIRING)
        body["alerts"] = body["alerts"] * 20
        trouble.delivers("alertmanager", {**body, "number": number}, settles=False)
    trouble.works_off()
    trouble.bot.house.workflows.alerts.show_news()
    trouble.settles()
    assert "Seen 500 times" in trouble.message()
    writes = [
        each
        for each in trouble.slack.traffic.after(0)[began:]
        if each.get("method") in {"chat.postMessage", "chat.update"}
    ]
    assert len(writes) <= 4


def test_while_the_database_is_away_senders_are_asked_to_come_again(
    slack: Playground, sevbot: Bot, database_url: str, engine: str, request: pytest.FixtureRequest
) -> None:
    stage = TroubleStage(slack, sevbot)
    stage.begins()
    outage = Outage(database_url, request.getfixturevalue("postgres") if engine == "postgresql" else None)
    outage.begins()
    answer = stage.post("alertmanager", FIRING, Authorization=f"Bearer {SECRET}")
    outage.ends()
    assert (answer.status_code, answer.headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "5")
    stage.delivers("alertmanager", AGAIN)
    assert "Place order is failing on web-1" in stage.message()


def many(count: int, **labels: str) -> bytes:
    """So many alerts in one body, each of them a problem of its own."""
    body = json.loads(FIRING)
    alert = body["alerts"][0]
    alerts = [
        {**alert, "labels": {**alert["labels"], "number": str(number), **labels}, "fingerprint": f"{number:04}"}
        for number in range(count)
    ]
    return json.dumps({**body, "alerts": alerts}).encode()


def test_a_body_of_many_alerts_is_worked_off_in_slices_so_that_people_get_between(
    trouble: TroubleStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble.delivers("alertmanager", many(45), settles=False)
    see, lock, slices, seen = problems.seen, problems.lock_open, [], []

    def note_slice(session: Session, source: str, keys: list[str]) -> None:
        slices.append(len(keys))
        lock(session, source, keys)

    def fail_once(session: Session, sign: Sign, **others: Any) -> Problem:
        seen.append(sign.key)
        if len(seen) == 30:
            raise OperationalError("", None, Exception("it dies here"), connection_invalidated=True)
        return see(session, sign, **others)

    monkeypatch.setattr(problems, "lock_open", note_slice)
    monkeypatch.setattr(problems, "seen", fail_once)
    trouble.bot.house.workflows.alerts.work_off()
    assert slices == [20, 20, 20, 5]
    assert [each.seen_count for each in trouble.problems()] == [1] * 45
    assert trouble.deliveries() == [("done", "")]
    trouble.settles()
    trouble.slack.expected.update(trouble.messages())


def test_an_alert_that_may_declare_a_sev_is_the_last_of_its_slice(trouble: TroubleStage) -> None:
    config = trouble.bot.settings.current
    first, *others = config.workflows
    config = config.model_copy(update={"workflows": (first.model_copy(update={"declares": "SEV2"}), *others)})
    found = intake.understood(SOURCES["alertmanager"], many(3), config)
    now = trouble.bot.clock.now()
    trouble.delivers("alertmanager", many(3), settles=False)
    for left in (2, 1, 0):
        is_over = trouble.bot.database.run(lambda session: intake.work_off(session, 1, found, config, now=now))
        assert is_over == (left == 0)
    assert trouble.number_of_sevs() == 1
    trouble.slack.expected.update(trouble.messages())
    trouble.expects("Declared by", "Type /sev here", "SEV-1")


def test_what_pagerduty_says_late_opens_nothing_again(trouble: TroubleStage) -> None:
    triggered = json.loads(sample("pagerduty/incident_triggered_events_api.json"))
    now = trouble.bot.clock.now()

    def says(kind: str, status: str, *, minutes: int) -> None:
        event = triggered["event"]
        at = (now + timedelta(minutes=minutes)).isoformat()
        event |= {"id": f"{kind} {minutes}", "event_type": f"incident.{kind}", "occurred_at": at}
        event["data"] |= {"status": status, "created_at": (now - timedelta(hours=1)).isoformat()}
        trouble.delivers("pagerduty", triggered)

    says("triggered", "triggered", minutes=-30)
    says("resolved", "resolved", minutes=-10)
    says("acknowledged", "acknowledged", minutes=-11)
    assert [each.recovered_at for each in trouble.problems()] == [now - timedelta(minutes=10)]
    says("reopened", "triggered", minutes=-5)
    assert [each.recovered_at is None for each in trouble.problems()] == [False, True]
    trouble.slack.expected.update(trouble.messages("#incidents"))
