"""Speaking HTTP with the world: where to, for how long, how much; and what each failure means."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import Reach, is_allowed
from bot.errors import Blame, OutcomeUnknown, Permanent, Temporary
from bot.http import Http

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'
Serve = Callable[[socket.socket], None]


def door(reach: Reach = Reach.LOOPBACK, *, follow_redirects: bool = False, body_limit: int = 1000) -> Http:
    return Http(
        vendor="test", timeout=timedelta(seconds=0.5), reach=reach, follow_redirects=follow_redirects,
        body_limit=body_limit,
    )  # fmt: skip


@contextmanager
def serving(*serve: Serve) -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine that treats each connection in turn as told; what it was sent."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(3)

    def run() -> None:
        for each in serve:
            connection, _address = listener.accept()
            with connection, suppress(ConnectionError):  # whoever called may have hung up
                connection.settimeout(3)
                heard.append(connection.recv(65536))
                each(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    thread.join()  # what was sent is known only now, and a connection may wait to be accepted still
    listener.close()


def says(answer: bytes) -> Serve:
    return lambda connection: connection.sendall(answer)


def slowly(connection: socket.socket) -> None:
    """A byte now and then, for longer than anybody waits."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(30):
        try:
            connection.sendall(b" ")
        except OSError:
            return
        time.sleep(0.1)


def silent(connection: socket.socket) -> None:
    connection.settimeout(2)
    connection.recv(1)


@pytest.mark.parametrize(
    ("address", "public", "private", "loopback"),
    [
        ("93.184.216.34", True, True, False),
        ("2606:2800:220:1:248:1893:25c8:1946", True, True, False),
        ("10.1.2.3", False, True, False),
        ("192.168.0.1", False, True, False),
        ("fd00::1", False, True, False),
        ("127.0.0.1", False, False, True),
        ("::1", False, False, True),
        ("::ffff:127.0.0.1", False, False, True),
        ("::ffff:10.0.0.1", False, True, False),
        ("64:ff9b::7f00:1", False, False, True),
        ("2002:7f00:1::", False, False, True),
        ("169.254.169.254", False, False, False),
        ("fe80::1%eth0", False, False, False),
        ("0.0.0.0", False, False, False),  # noqa: S104 - an address to refuse
        ("224.0.0.1", False, False, False),
        ("255.255.255.255", False, False, False),
    ],
)
def test_each_address_is_within_reach_or_not(address: str, public: bool, private: bool, loopback: bool) -> None:
    assert [is_allowed(address, reach) for reach in Reach] == [public, private, loopback]


@given(st.ip_addresses().map(str))
def test_what_is_public_is_within_the_reach_of_private_too_and_never_loopback(address: str) -> None:
    if is_allowed(address, Reach.PUBLIC):
        assert is_allowed(address, Reach.PRIVATE)
        assert not is_allowed(address, Reach.LOOPBACK)


def test_an_answer_is_read_whole() -> None:
    with serving(says(OK)) as (url, heard):
        reply = door().call("POST", f"{url}/x", headers={"Authorization": "secret"}, content={"a": 1})
    assert (reply.status, reply.data) == (200, {"ok": True})
    assert heard[0].startswith(b"POST /x HTTP/1.1")
    assert b"Authorization: secret" in heard[0]


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.PRIVATE])
def test_nothing_is_sent_to_an_address_that_is_not_allowed(reach: Reach) -> None:
    """The name may be any: what counts is the address that was connected to."""
    with serving(says(OK)) as (url, heard):
        with pytest.raises(Permanent) as failed:
            door(reach).call("GET", url.replace("127.0.0.1", "localhost"), headers={"Authorization": "secret"})
        assert (failed.value.code, failed.value.blame) == ("address_not_allowed", Blame.OPERATOR)
    assert [each for each in heard if each] == []


def test_a_redirect_is_not_followed_unless_that_is_wanted() -> None:
    elsewhere = b"HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with serving(says(elsewhere)) as (url, _), pytest.raises(Permanent) as failed:
        door().call("POST", url, headers={}, content={"routing_key": "secret"})
    assert failed.value.code == "redirected"


def test_where_redirects_are_followed_each_address_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def only_the_first(address: str, _reach: Reach) -> bool:
        looked.append(address)
        return len(looked) == 1

    monkeypatch.setattr("bot.guarded.is_allowed", only_the_first)
    with serving(says(OK)) as (inside, heard):
        away = f"HTTP/1.1 302 Found\r\nLocation: {inside}/admin\r\nContent-Length: 0\r\n\r\n".encode()
        with serving(says(away)) as (url, _), pytest.raises(Permanent) as failed:
            door(Reach.PUBLIC, follow_redirects=True).call("GET", url, headers={})
    assert failed.value.code == "address_not_allowed"
    assert [each for each in heard if each] == []
    assert len(looked) == 2


@pytest.mark.parametrize(
    ("serve", "code"),
    [
        (slowly, "answer_too_slow"),
        (silent, "connection_failed"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000), "answer_too_long"),
        (says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000), "answer_too_long"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\nhalf of it"), "connection_failed"),
        (says(b"what?\r\n\r\n"), "connection_failed"),
        (says(b""), "connection_failed"),
    ],
)
def test_an_answer_that_does_not_come_leaves_the_outcome_open(serve: Serve, code: str) -> None:
    started = time.monotonic()
    with serving(serve) as (url, _), pytest.raises(OutcomeUnknown) as failed:
        door().call("GET", url, headers={})
    assert failed.value.code == code
    assert time.monotonic() - started < door().longest + 1


def test_where_nobody_listens_nothing_was_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Temporary) as failed:
        door().call("GET", f"http://127.0.0.1:{port}", headers={})
    assert failed.value.code == "not_connected"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), (" 7 ", 7), ("999999999999", 24 * 3600), ("soon", None), ("", None)],
)
def test_it_waits_as_long_as_it_is_asked_to(header: str, seconds: int | None) -> None:
    with responses.RequestsMock() as vendor:
        vendor.get("https://vendor.example.com", status=429, headers={"Retry-After": header})
        with pytest.raises(Temporary) as failed:
            door(Reach.PUBLIC).call("GET", "https://vendor.example.com", headers={})
    assert failed.value.retry_after == (timedelta(seconds=seconds) if seconds is not None else None)


def test_it_waits_until_the_moment_it_is_asked_to() -> None:
    moment = datetime.now(UTC) + timedelta(minutes=2)
    with responses.RequestsMock() as vendor:
        vendor.get("https://vendor.example.com", status=503, headers={"Retry-After": format_datetime(moment)})
        with pytest.raises(Temporary) as failed:
            door(Reach.PUBLIC).call("GET", "https://vendor.example.com", headers={})
    assert failed.value.retry_after is not None
    assert timedelta(seconds=110) < failed.value.retry_after <= timedelta(minutes=2)


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b"\xff"])
def test_content_that_is_no_object_is_none(body: bytes) -> None:
    with responses.RequestsMock() as vendor:
        vendor.get("https://vendor.example.com", body=body)
        assert door(Reach.PUBLIC).call("GET", "https://vendor.example.com", headers={}).data == {}
