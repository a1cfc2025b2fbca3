"""The core story with the bot as operators run it: both ways Slack speaks to it, on both databases."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.playground import Person, Playground
from tests.processes import BotProcess

SAMPLE = [("socket", "sqlite"), ("http", "postgresql")]
REST = [("socket", "postgresql"), ("http", "sqlite")]
BOTH_MODES_AND_DATABASES = [
    *(pytest.param(*each, id="-".join(each)) for each in SAMPLE),
    *(pytest.param(*each, id="-".join(("all", *each)), marks=pytest.mark.torture) for each in (*SAMPLE, *REST)),
]
everywhere = pytest.mark.parametrize(("mode", "engine"), BOTH_MODES_AND_DATABASES, indirect=["engine"])
TOO_OLD = 6 * 60
"""Seconds: Slack's own advice is to refuse what was signed more than five minutes ago."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "sevbot.log"


@pytest.fixture
def process(slack: Playground, database_url: str, mode: str, log: Path) -> Iterator[BotProcess]:
    """The bot as a process of its own, ready to be spoken to."""
    with BotProcess(slack, database_url, http=mode == "http", log=log) as running:
        slack.wait_until(lambda: _get(running, "/readyz")[0] == 200, why="the bot is ready")
        slack.wait_quiet()
        yield running


@everywhere
def test_a_sev_is_declared_made_worse_and_resolved(process: BotProcess, log: Path, ada: Person) -> None:
    ada.types("/sev declare")
    ada.fills(Title="checkout is down", Severity="SEV2", **{"Workflows affected": ["Place order"]})
    ada.sees("Invited: you, Payments. Announced in: #incidents, #payments.")
    ada.submits()
    ada.sees("SEV-1 has its channel: #sev-1-checkout-is-down. You are invited.")
    ada.closes_modal()
    ada.goes_to("#sev-1-checkout-is-down")
    ada.sees("Declared by")
    assert ada.types("/sev severity SEV1").text == "SEV-1 is now SEV1."
    ada.sees("@Ada Lovelace changed the severity from SEV2 to SEV1.")
    ada.clicks("Resolve")
    ada.sees("@Ada Lovelace set the status to :white_check_mark: Resolved.")
    for place in ("#incidents", "#payments"):
        ada.sees(":red_circle: SEV-1 SEV1: checkout is down\n:white_check_mark: Resolved", in_=place)
    ada.sees("SEV-1 | SEV1 | Resolved | checkout is down", in_="#sev-1-checkout-is-down")
    assert ada.types("/sev list").text == "No SEV is open. :tada:"
    assert ada.notices == []
    assert process.stop() == 0
    assert "ERROR" not in log.read_text()
    assert "Traceback" not in log.read_text()


@everywhere
def test_health_and_metrics_are_served(process: BotProcess, slack: Playground, ada: Person) -> None:
    ada.types("/sev list")
    assert _get(process, "/healthz") == (200, '{"status":"ok"}')
    assert _get(process, "/readyz") == (200, '{"status":"ok","faults":{}}')
    status, metrics = _get(process, "/metrics")
    assert status == 200
    assert 'sevbot_ack_seconds_count{what="command"} 1.0' in metrics
    assert 'sevbot_slack_calls_total{method="auth.test",outcome="ok"}' in metrics
    assert _get(process, "/nowhere")[0] == 404
    assert slack.rejections == []


@pytest.mark.parametrize(("mode", "engine"), [("http", "sqlite")], indirect=["engine"])
def test_what_slack_did_not_sign_or_signed_long_ago_is_refused(process: BotProcess, slack: Playground) -> None:
    body = urlencode(
        {"command": "/sev", "text": "declare SEV1 forged", "user_id": "U01ADA", "channel_id": "C01GENERAL"}
    )
    now = int(time.time())
    assert _deliver(process, body, at=now, secret="guessed") == 401
    assert _deliver(process, body, at=now - TOO_OLD, secret=slack.signing_secret) == 401
    assert _deliver(process, body, at=now + TOO_OLD, secret=slack.signing_secret) == 401
    assert _deliver(process, body, at=now, secret=slack.signing_secret, signed=body + "&x=1") == 401
    assert _deliver(process, body, at=None, secret=slack.signing_secret) == 401
    slack.wait_quiet()
    assert not any(call.method == "conversations.create" for call in slack.calls)
    question = json.dumps({"type": "url_verification", "token": "x", "challenge": "are you there?"})
    assert _deliver(process, question, at=now, secret=slack.signing_secret, content_type="application/json") == 200
    assert _get(process, "/slack/events")[0] == 405


def _get(process: BotProcess, path: str) -> tuple[int, str]:
    return _ask(process, "GET", path)


def _deliver(
    process: BotProcess,
    body: str,
    *,
    at: int | None,
    secret: str,
    signed: str | None = None,
    content_type: str = "application/x-www-form-urlencoded",
) -> int:
    """Deliver `body` as Slack would, with a signature made over `signed` at the time `at`; return the HTTP status."""
    headers = {"Content-Type": content_type}
    if at is not None:
        signature = hmac.new(secret.encode(), f"v0:{at}:{signed or body}".encode(), hashlib.sha256).hexdigest()
        headers |= {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={signature}"}
    return _ask(process, "POST", "/slack/events", body=body, headers=headers)[0]


def _ask(
    process: BotProcess, method: str, path: str, *, body: str = "", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", process.port, timeout=5)) as connection:
        try:
            connection.request(method, path, body=body.encode(), headers=headers or {})
            answer = connection.getresponse()
        except OSError:
            return 0, "it does not listen yet"
        return answer.status, answer.read().decode()
