"""`POST /api/v1/workflows/KEY/counts`, as a service calls it over real HTTP: what is kept, and what is refused, where and why."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.api import Rejected
from bot.app import Bot
from bot.config.maintenance import Maintenance
from bot.environment import api_tokens
from bot.workflows.counts.api import read
from bot.workflows.counts.model import CountMinute, TouchedHour, WorkflowSignal
from tests.environments import without_slack
from tests.web.services import NO_TLS

SECRET, NARROW = "s3cret-of-checkout", "s3cret-of-orders"
NOW = datetime(2026, 11, 27, 10, 2, 30, tzinfo=UTC)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


TOKENS = f"checkout counts:write sha256:{digest(SECRET)}; orders counts:write/place-order sha256:{digest(NARROW)}"


class Service:
    """A service that pushes what it counts."""

    def __init__(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bot = bot
        self._patch = monkeypatch
        self._base = f"http://127.0.0.1:{bot.server.port}/api/v1/workflows"
        self.at(NOW)

    def at(self, now: datetime) -> None:
        """It is that time."""
        self._patch.setattr(self.bot.clock, "now", lambda: now)

    def sends(
        self, content: Any = None, *, to: str = "place-order", token: str | None = SECRET, **headers: str
    ) -> httpx.Response:
        """One call. `content` is sent as JSON, bytes as they are."""
        body = {"content": content} if isinstance(content, bytes) else {"json": content}
        bearer = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return httpx.post(f"{self._base}/{to}/counts", headers=bearer | headers, timeout=20, verify=NO_TLS, **body)

    def kept(self) -> dict[tuple[str, str], tuple[int, int]]:
        """What is kept, by minute (`10:02`) and source."""
        with self.bot.database.read() as session:
            return {
                ((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=each.minute)).strftime("%H:%M"), each.source): (
                    each.good, each.total,
                )
                for each in session.scalars(select(CountMinute))
            }  # fmt: skip


def minute(at: str = "10:01", good: Any = 118, total: Any = 120, **more: Any) -> dict[str, Any]:
    return {"minute": f"2026-11-27T{at}:00Z", "good": good, "total": total, **more}


def counts(*minutes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"counts": list(minutes) or [minute()], **more}


@pytest.fixture
def service(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    bot = Bot(replace(without_slack(database_url), api_tokens=api_tokens({"SEVBOT_API_TOKENS": TOKENS}, [])))
    bot.server.start()
    yield Service(bot, monkeypatch)
    bot.stop()


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """What a refusal says: it is a problem as RFC 9457 has them."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert (content["status"], content["type"]) == (status, "about:blank")
    assert content["title"]
    assert content["detail"]
    return content


def test_what_is_sent_is_kept_before_it_is_answered(service: Service) -> None:
    answer = service.sends(counts(minute("10:00", 5, 5), minute("10:01", 118, 120)))
    assert (answer.status_code, answer.json()) == (200, {"workflow": "place-order", "signal": "counts", "minutes": 2})
    assert service.kept() == {("10:00", ""): (5, 5), ("10:01", ""): (118, 120)}


def test_the_last_word_of_a_sender_holds_and_senders_add_up(service: Service) -> None:
    for _ in range(2):
        service.sends(counts(minute(good=1, total=2), source="pod-1"))
    service.sends(counts(minute(good=7, total=9), source="pod-1"))
    service.sends(counts(minute(good=3, total=3), source="pod-2"))
    assert service.kept() == {("10:01", "pod-1"): (7, 9), ("10:01", "pod-2"): (3, 3)}


def test_a_call_with_a_name_is_taken_once_also_after_newer_counts(service: Service) -> None:
    first = {"Idempotency-Key": "call-1"}
    service.sends(counts(minute(good=1, total=2)), **first)
    service.sends(counts(minute(good=5, total=5)))
    assert service.sends(counts(minute(good=1, total=2)), **first).status_code == 200
    assert service.kept() == {("10:01", ""): (5, 5)}
    told = refused(service.sends(counts(minute(good=2, total=2)), **first), 422)
    assert told["detail"].startswith("This Idempotency-Key was used for other counts.")


def test_its_hours_are_marked_in_the_same_transaction(service: Service) -> None:
    service.sends(counts(minute("09:59"), minute("10:00"), minute("10:01")))
    with service.bot.database.read() as session:
        hours = session.scalars(select(TouchedHour.hour % 24).order_by(TouchedHour.hour)).all()
        assert hours == [9, 10]
        assert session.scalar(select(func.count()).select_from(WorkflowSignal)) == 1


@pytest.mark.parametrize(
    ("content", "pointer", "words"),
    [
        (counts(minute(good=121)), "/counts/0/good", "more good ones"),
        (counts(minute(good=-1)), "/counts/0/good", "whole number"),
        (counts(minute(total="120")), "/counts/0/total", "whole number"),
        (counts(minute(good=True)), "/counts/0/good", "whole number"),
        (counts(minute(total=10**13)), "/counts/0/total", "whole number"),
        (counts(minute(), minute(good=1.5)), "/counts/1/good", "whole number"),
        (counts(minute("10:08")), "/counts/0/minute", "in the future: here it is 2026-11-27T10:02:00Z"),
        (counts(minute() | {"minute": "2026-11-24T10:01:00Z"}), "/counts/0/minute", "from 2026-11-24T10:02:00Z on"),
        (counts(minute() | {"minute": "2026-11-27T10:01:30Z"}), "/counts/0/minute", "full minute"),
        (counts(minute() | {"minute": "2026-11-27T10:01:00"}), "/counts/0/minute", "time zone"),
        (counts(minute() | {"minute": "2026-02-30T10:01:00Z"}), "/counts/0/minute", "full minute"),
        (counts(minute() | {"minute": 1764237660}), "/counts/0/minute", "full minute"),
        (counts(minute(), minute()), "/counts/1/minute", "twice"),
        (counts(minute(bad=2)), "/counts/0", "nothing else"),
        ({"counts": []}, "/counts", "1 to 1500"),
        ({"counts": [minute()] * 1501}, "/counts", "1 to 1500"),
        ({}, "/counts", "1 to 1500"),
        (counts(source="a b"), "/source", "letters"),
        (counts(source=7), "/source", "letters"),
        (counts(signal="orders"), "/signal", "give counts"),
        (counts(labels={}), "/labels", "no such field"),
        (counts(**{"a/b~c": 1}), "/a~1b~0c", "no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_at_its_place(content: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(Rejected) as rejected:
        read(json.dumps(content).encode(), ("counts",), now=NOW)
    errors = rejected.value.reply.content["errors"]
    assert pointer in [each["pointer"] for each in errors]
    assert any(words in each["detail"] for each in errors)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_of_a_call_with_a_fault_nothing_is_kept(service: Service) -> None:
    told = refused(service.sends(counts(minute("10:00"), minute(good=121))), 422)
    assert [each["pointer"] for each in told["errors"]] == ["/counts/1/good"]
    assert service.kept() == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_counted_during_maintenance_is_kept_as_good(service: Service) -> None:
    settings = service.bot.settings
    window = Maintenance(begins=NOW.replace(minute=0, second=0), ends=NOW.replace(minute=1, second=0))
    (order, *others) = settings.current.workflows
    workflows = (order.model_copy(update={"maintenance": (window,)}), *others)
    settings.current = settings.current.model_copy(update={"workflows": workflows})
    service.sends(counts(minute("09:59", 1, 9), minute("10:00", 2, 9), minute("10:01", 3, 9)))
    assert service.kept() == {("09:59", ""): (1, 9), ("10:00", ""): (9, 9), ("10:01", ""): (3, 9)}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_clock_that_is_a_little_ahead_and_counts_that_are_days_late_are_taken(service: Service) -> None:
    late = minute() | {"minute": "2026-11-24T05:02:00-05:00"}
    assert service.sends(counts(minute("10:07"), late)).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"[" * 100_000, b"\xff", b'{"counts": ' + b"9" * 5000 + b"}"]
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        read(body, ("counts",), now=NOW)
    assert rejected.value.reply.status == 400


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whoever_calls_needs_a_token_that_may(service: Service) -> None:
    for token, header in ((None, {}), ("wr0ng", {}), (None, {"Authorization": f"Basic {SECRET}"})):
        answer = service.sends(counts(), token=token, **header)
        refused(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert service.sends(counts(), token=NARROW).status_code == 200
    assert "orders needs the scope" in refused(service.sends(counts(), to="sign-in", token=NARROW), 403)["detail"]
    told = refused(service.sends(counts(), to="place-ordr"), 404)
    assert told["detail"] == "There is no workflow of that key. Did you mean place-order?"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_too_much_at_once_and_too_often_is_refused(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(service.sends(b" " * 5_000_000), 413)
    callers = service.bot.house.workflows.health.counts.callers
    monkeypatch.setattr(callers, "_monotonic", lambda: 0.0)
    monkeypatch.setattr(callers, "_left", {"checkout": (1.0, 0.0)})
    assert service.sends(counts()).status_code == 200
    answer = service.sends(counts())
    assert (refused(answer, 429)["title"], answer.headers["retry-after"]) == ("Too many calls", "1")
    monkeypatch.setattr(callers, "_monotonic", lambda: 1.0)
    assert service.sends(counts()).status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_while_the_database_is_away_nothing_is_taken_and_it_says_to_try_again(service: Service) -> None:
    file = service.bot.database.file
    assert file is not None
    moved = file.rename(file.with_suffix(".away"))
    answer = service.sends(counts())
    assert "Send it again" in refused(answer, 503)["detail"]
    assert answer.headers["retry-after"] == "5"
    moved.rename(file)
    assert service.sends(counts()).status_code == 200
    assert service.kept() == {("10:01", ""): (118, 120)}


def test_tokens_are_read_from_the_environment_and_faults_name_no_secret() -> None:
    faults: list[str] = []
    wrong = f"checkout counts:write {SECRET}; a counts:read sha256:{digest('a')}; b counts:write sha256:{digest('b')}\n"
    found = api_tokens({"SEVBOT_API_TOKENS": wrong + f"b counts:write sha256:{digest('c')}"}, faults)
    assert [each.name for each in found] == ["a", "b"]
    assert [each.split(":")[1].strip() for each in faults] == ["entry 1", "entry 2, a", "entry 4, b"]
    assert SECRET not in " ".join(faults) + repr(found)
