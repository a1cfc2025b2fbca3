"""Whatever comes in at Slack's doors, the bot answers it and goes on: nothing in it is a surprise."""

import logging
import random

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from bot.slack.contract import content_of, fault
from tests.slack.fuzzing import Doors, mutated, samples


def fuzz(slack: Playground, bot: Bot, ada: Person, caplog: pytest.LogCaptureFixture, *, times: int, seed: int) -> None:
    real, doors, chance = samples(slack, ada), Doors.of(bot), random.Random(seed)
    assert {each.kind for each in real} == {"events_api", "interactive", "slash_commands"}
    assert [fault(each.payload) for each in real] == [None] * len(real)
    with caplog.at_level(logging.WARNING):
        for turn in range(times):
            caplog.clear()
            delivery = chance.choice(real)
            payload = mutated(delivery.payload, chance)
            door = doors.by_http if turn % 2 else doors.by_socket
            status = door(delivery.kind, payload)
            faults = [record.exc_text for record in caplog.records if record.exc_info]
            caplog.clear()  # halves of characters in it could not be reported
            assert not faults, ascii((turn, delivery.kind, faults[0], payload))[:4000]
            assert status < 500, ascii((turn, delivery.kind, payload))[:2000]
    assert "SEV-1" in ada.goes_to("#general").types("/sev list all").text


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_sample_of_payloads_that_break_the_contract(
    slack: Playground, sevbot: Bot, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    fuzz(slack, sevbot, ada, caplog, times=300, seed=1)


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2, 7))
def test_thousands_of_payloads_that_break_the_contract(
    slack: Playground, sevbot: Bot, ada: Person, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    fuzz(slack, sevbot, ada, caplog, times=1000, seed=seed)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_no_payload_at_all(sevbot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    doors = Doors.of(sevbot)
    for body in (
        b"",
        b"{",
        b"[" * 100_000,
        b"payload=",
        b"payload=%7B",
        b"payload=[]",
        b"\xff\xfe",
        b"command=/sev",
        b"x" * 100_000,
    ):
        for sort in ("application/json", "application/x-www-form-urlencoded", ""):
            assert doors.by_bytes(body, sort) == 200
    assert doors.by_bytes(b"x" * 4_000_001, "application/json") == 413
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ([], "/"), ({"type": "x"}, None), ({"type": "event_callback"}, "/event"), ({"command": "/sev"}, "/user_id"),
        ({"command": "/sev", "user_id": "U1", "text": ["x"]}, "/text"),
        ({"type": "block_actions", "user": {"id": "U1"}, "actions": []}, "/actions"),
        ({"type": "event_callback", "event": {"type": "message", "channel": "C1", "ts": "1e9"}}, "/event/ts"),
        ({"type": "event_callback", "event": {"type": "message", "channel": "C1", "ts": None}}, "/event/ts"),
        ({"type": "event_callback", "event": {"type": "message", "channel": "C1", "user": None, "new": [{}]}}, None),
        ({"type": "event_callback", "event": {"type": "app_home_opened", "event_ts": "1515449522000016"}}, None),
    ],
)  # fmt: skip
def test_where_a_payload_breaks_the_contract_is_named(payload: object, path: str | None) -> None:
    assert fault(payload) == path


def test_a_delivery_by_http_is_read_as_bolt_reads_it() -> None:
    assert content_of('{"a": 1}', "text/plain") == {"a": 1}
    assert content_of("[1]", "application/json; charset=utf-8") == [1]
    assert content_of("payload=%7B%22a%22%3A1%7D&x=1", "application/x-www-form-urlencoded") == {"a": 1}
    assert content_of("command=%2Fsev&text=", "application/x-www-form-urlencoded") == {"command": "/sev", "text": ""}
    assert content_of("{", "application/json") is None
