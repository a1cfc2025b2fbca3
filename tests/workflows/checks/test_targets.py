"""Bad days of what is checked: it hangs, trickles, sends without end, redirects for ever, or to where nobody may go."""

import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.config.checks import Check
from bot.workflows.checks.connecting import Guard
from bot.workflows.checks.running import Outcome
from bot.workflows.checks.streaks import Verdict
from tests.workflows.checks.conftest import Targets, check, run, step

HEAD = b"HTTP/1.1 200 OK\r\n"
SECOND = 1.0
SLACK = 0.8
"""Seconds that a busy machine may add."""


def asks(url: str, **settings: Any) -> Check:
    """A check of one request, which may take a second."""
    return check(timeout="1s", steps=[step(url=url, **settings)])


def in_time(tried: Check) -> Outcome:
    """Run it, and see that it took no longer than it may."""
    began = time.monotonic()
    outcome = run(tried)
    assert time.monotonic() - began < SECOND + SLACK
    return outcome


def trickles(piece: bytes, *, first: bytes = b"") -> Callable[[socket.socket], None]:
    """One that sends a piece now and then, and never ends."""

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(0.05)

    return behave


@pytest.mark.parametrize(
    "behave",
    [
        trickles(b"x", first=HEAD + b"Content-Length: 9999\r\n\r\n"),
        trickles(b"x", first=HEAD + b"X-Slow: "),
        trickles(b"X: 1\r\n", first=HEAD),
        trickles(b"", first=b""),
    ],
    ids=["body", "header", "headers", "nothing"],
)
def test_one_that_hangs_or_trickles_is_given_up_in_time(
    target: Targets, behave: Callable[[socket.socket], None]
) -> None:
    outcome = in_time(asks(target(behave).url))
    assert (outcome.verdict, outcome.excerpt) == (Verdict.FAILS, "")
    assert outcome.said in {"no full answer within 1 s", "the connection was closed before the answer was whole"}


def test_one_that_takes_no_connection_is_given_up_in_time() -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(full.getsockname())
    outcome = in_time(asks(f"http://127.0.0.1:{full.getsockname()[1]}/"))
    assert outcome.said == "no full answer within 1 s"
    for each in (*waiting, full):
        each.close()


def test_of_an_answer_without_end_only_a_part_is_read(target: Targets) -> None:
    def flood(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x" * 1_000_000)

    url = target(flood).url
    assert run(asks(url)).verdict is Verdict.GOOD
    outcome = run(asks(url, expect=[{"body": {"contains": "y"}}]))
    assert outcome.said == "expected a body of 1000 kB at most, it is longer"
    assert len(outcome.excerpt) == 500


def test_one_that_hangs_up_or_speaks_no_http_fails(target: Targets) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(4096)

    def babble(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"220 mail.example.com ESMTP\r\n")

    for behave in (hang_up, babble):
        assert run(asks(target(behave).url)).said == "the connection was closed before the answer was whole"
    closed = target(hang_up)
    closed.close()
    assert run(asks(closed.url)).said == f"127.0.0.1:{closed.port} can't be connected to: Connection refused"
    assert run(asks("http://nobody.invalid/")).said == "nobody.invalid can't be resolved"


def test_redirects_are_followed_so_often_and_no_more(httpserver: HTTPServer) -> None:
    def onward(request: Request) -> Response:
        number = int(request.path.strip("/") or 0)
        return Response(status=302, headers={"Location": f"/{number + 1}"}) if number != 3 else Response("here")

    httpserver.expect_request(re.compile(r"/\d*")).respond_with_handler(onward)
    url = httpserver.url_for("/0")
    assert run(asks(url, expect=[{"status": 200}, {"body": {"contains": "here"}}])).verdict is Verdict.GOOD
    assert run(asks(url, redirects=2)).said == "it was redirected more than 2 times"
    assert run(asks(url, redirects=0, expect=[{"status": 302}])).verdict is Verdict.GOOD


def test_another_server_is_not_sent_what_was_meant_for_the_first(httpserver: HTTPServer) -> None:
    with HTTPServer(host="127.0.0.1") as other:
        heard: list[Request] = []

        def listen(request: Request) -> Response:
            heard.append(request)
            return Response("ok")

        other.expect_request("/").respond_with_handler(listen)
        httpserver.expect_request("/away").respond_with_data("", 302, {"Location": other.url_for("/")})
        httpserver.expect_request("/kept").respond_with_data("", 307, {"Location": other.url_for("/")})
        headers = {"X-Token": "{{ secret.token }}"}
        good = check(
            steps=[step(url=httpserver.url_for("/away"), method="POST", body="{{ secret.token }}", headers=headers)]
        )
        assert run(good, token="t0ken").verdict is Verdict.GOOD
        (request,) = heard
        assert (request.method, request.headers.get("X-Token"), request.get_data()) == ("GET", None, b"")
        kept = check(
            steps=[step(url=httpserver.url_for("/kept"), method="POST", body="{{ secret.token }}", headers=headers)]
        )
        assert "not sent what was meant for the first" in run(kept, token="t0ken").said
        assert len(heard) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1",  # noqa: S104 - it is refused
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a01:203", "2002:7f00:1::", "fe80::1", "fc00::1", "fd00:ec2::254",
        "::127.0.0.1", "::ffff:0:10.1.2.3", "64:ff9b:1::a01:203", "fec0::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused_unless_it_is_listed(address: str) -> None:
    assert not Guard(()).allows(address)
    assert not Guard(("198.51.100.0/24", "2001:db8::/32")).allows(address)
    assert Guard(("0.0.0.0/0", "::/0")).allows(address)


def test_public_addresses_need_no_list_and_a_listed_network_holds_its_own_only() -> None:
    assert Guard(()).allows("93.184.216.34")
    assert Guard(()).allows("2606:2800:220:1:248:1893:25c8:1946")
    assert Guard(("10.1.0.0/16",)).allows("::ffff:10.1.2.3"), "an address is judged by the one it carries"
    assert not Guard(("10.1.0.0/16",)).allows("10.2.0.1")


def test_an_address_is_looked_at_before_anything_is_sent_also_after_a_redirect(
    target: Targets, httpserver: HTTPServer
) -> None:
    inner = target(lambda connection: connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n"))
    said = "it leads to 127.0.0.1, which checks may not speak to: list it in checks.allowed_networks"
    for url in (inner.url, f"http://localhost:{inner.port}", f"http://[::ffff:127.0.0.1]:{inner.port}/"):
        assert run(asks(url), networks=()).said == said
    away = inner.url.replace("127.0.0.1", "127.0.0.2")
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": away})
    outcome = run(asks(f"http://127.0.0.1:{httpserver.port}/"), networks=("127.0.0.1",))
    assert outcome.said == said.replace("127.0.0.1", "127.0.0.2")
    assert inner.asked == 0


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    hosts: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, port: int, *args: object, **named: object) -> object:
        hosts.append(host)
        answer = "127.0.0.1" if len(hosts) == 1 else "10.0.0.1"
        return real(answer, port, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    httpserver.expect_request("/", headers={"Host": f"shop.test:{httpserver.port}"}).respond_with_data("ok")
    assert run(asks(f"http://shop.test:{httpserver.port}/")).verdict is Verdict.GOOD
    assert hosts == ["shop.test"], "it is asked once"
    assert run(asks(f"http://shop.test:{httpserver.port}/")).said.startswith("it leads to 10.0.0.1")


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> list[object]:
        time.sleep(2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    assert in_time(asks("http://shop.test/")).said == "no full answer within 1 s"


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    httpserver.expect_request("/").respond_with_data("ok")
    assert run(asks(httpserver.url_for("/"))).verdict is Verdict.GOOD


def test_an_address_for_which_this_machine_has_no_sockets_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, target: Targets
) -> None:
    server = target(lambda connection: connection.sendall(b""))
    unknown = (socket.AF_APPLETALK, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port))
    known = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port))
    tried = check(tcp={"host": "shop.test", "port": server.port})
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: [unknown, known])
    assert run(tried).verdict is Verdict.GOOD
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: [unknown])
    assert run(tried).said.startswith(f"shop.test:{server.port} can't be connected to: ")
