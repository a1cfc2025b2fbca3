"""Ports, names and certificates, on real servers."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import dns.message
import dns.rcode
import dns.rrset
import pytest
import trustme

from bot.workflows.checks import reading
from bot.workflows.checks.connecting import timed
from bot.workflows.checks.streaks import Verdict
from tests.workflows.checks.conftest import Loop, Target, Targets, check, run, step

CA = trustme.CA()


def trusting() -> ssl.SSLContext:
    """Somebody who trusts our authority and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    CA.configure_trust(context)
    return timed(context)


def secured(certificate: trustme.LeafCert) -> Callable[[socket.socket], None]:
    """A server that shows a certificate, and answers whatever it is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def behave(connection: socket.socket) -> None:
        with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as wrapped:
            if wrapped.recv(4096):
                wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return behave


def expiring(length: timedelta, *names: str, ca: trustme.CA = CA) -> trustme.LeafCert:
    """A certificate that is good for so long from now, or was."""
    now = datetime.now(UTC)
    return ca.issue_cert(*(names or ("127.0.0.1",)), not_before=now - timedelta(days=90), not_after=now + length)


def test_a_port_takes_connections_or_does_not(target: Targets) -> None:
    taking = target(lambda _: None)
    tried = check(tcp={"host": "127.0.0.1", "port": taking.port})
    assert run(tried).verdict is Verdict.GOOD
    assert run(tried, networks=()).verdict is Verdict.FAILS
    taking.close()
    assert run(tried).said.endswith("can't be connected to: Connection refused")


def test_a_certificate_is_good_expires_soon_or_is_not_trusted(target: Targets) -> None:
    def tried(certificate: trustme.LeafCert, **settings: object) -> tuple[Verdict, str, datetime | None]:
        port = target(secured(certificate)).port
        outcome = run(check(tls={"host": "127.0.0.1", "port": port, **settings}), context=trusting())
        return outcome.verdict, outcome.said, outcome.expires_at

    verdict, said, expires_at = tried(expiring(timedelta(days=60)))
    assert (verdict, said) == (Verdict.GOOD, "")
    assert expires_at is not None
    assert abs(expires_at - datetime.now(UTC) - timedelta(days=60)) < timedelta(minutes=1)
    verdict, said, _ = tried(expiring(timedelta(days=20)))
    assert verdict is Verdict.EXPIRES
    assert said.startswith("its certificate expires on 20")
    assert tried(expiring(timedelta(days=20)), warn="10d")[0] is Verdict.GOOD
    verdict, said, _ = tried(expiring(timedelta(days=-2)))
    assert verdict is Verdict.FAILS
    gone = datetime.now(UTC) - timedelta(days=2)
    assert said.startswith(f"its certificate is not trusted: certificate has expired; it expires on {gone:%Y-%m-%d}")
    assert "unable to get local issuer" in tried(expiring(timedelta(days=60), ca=trustme.CA()))[1]
    assert "not valid for '127.0.0.1'" in tried(expiring(timedelta(days=60), "shop.test"))[1]
    assert tried(expiring(timedelta(days=60), "shop.test"), server_name="shop.test")[0] is Verdict.GOOD


def test_one_that_speaks_no_tls_or_hangs_while_shaking_hands_fails(target: Targets, hanging: Target) -> None:
    babbling = target(lambda connection: connection.sendall(b"hello\r\n"))
    for port, said in (
        (babbling.port, "no encrypted connection could be made"),
        (hanging.port, "no full answer within 1 s"),
    ):
        tried = check(timeout="1s", tls={"host": "127.0.0.1", "port": port})
        assert run(tried, context=trusting()).said == said
        asked = check(timeout="1s", steps=[step(url=f"https://127.0.0.1:{port}/")])
        assert run(asked, context=trusting()).said == said


def test_requests_are_encrypted_and_their_certificates_looked_at(target: Targets) -> None:
    good, expired = target(secured(expiring(timedelta(days=1)))), target(secured(expiring(timedelta(days=-1))))
    url = "https://127.0.0.1:{}/"
    assert run(check(steps=[step(url=url.format(good.port))]), context=trusting()).verdict is Verdict.GOOD
    said = run(check(steps=[step(url=url.format(expired.port))]), context=trusting()).said
    assert said == "its certificate is not trusted: certificate has expired"


def test_one_that_expires_soon_is_told_apart_from_what_fails(
    loop: Loop, target: Targets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workflows.checks.connecting.trust", trusting)
    server = target(secured(expiring(timedelta(days=20))))
    tried = check(key="certificate", name="Certificate", tls={"host": "127.0.0.1", "port": server.port})
    loop.are(tried)
    loop.looks(times=2)
    (problem,) = loop.problems()
    assert (problem.key, problem.urgency, problem.seen_count) == ("place-order/certificate", "warning", 1)
    assert problem.title.startswith("Certificate expires on 20")
    config, now = loop.settings.current, loop.clock.now()
    with loop.database.read() as session:
        assert reading.failing(session, config, "place-order") == []
        assert reading.expiring(session, config, now=now, within=timedelta(days=10)) == []
        (found,) = reading.expiring(session, config, now=now, within=timedelta(days=30))
    assert (found.workflow, found.name) == ("place-order", "Certificate")
    assert loop.counted() == [("certificate", 2, 2)]
    loop.are(tried.model_copy(update={"tls": tried.tls and tried.tls.model_copy(update={"warn": timedelta(days=10)})}))
    loop.looks()
    assert loop.problems()[0].recovered_at is not None


@contextmanager
def name_server(answers: dict[str, list[str]], *, silent: bool = False) -> Iterator[int]:
    """A name server with these addresses. Yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    query, sender = listening.recvfrom(4096)
                    asked = dns.message.from_wire(query)
                    answer = dns.message.make_response(asked)
                    name = asked.question[0].name
                    found = answers.get(name.to_text(omit_final_dot=True))
                    if found is None:
                        answer.set_rcode(dns.rcode.NXDOMAIN)
                    elif found:
                        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *found))
                    if not silent:
                        listening.sendto(answer.to_wire(), sender)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def test_a_name_has_the_answers_that_are_expected() -> None:
    with name_server({"shop.test": ["203.0.113.7", "203.0.113.8"], "empty.test": []}) as port:

        def said(name: str = "shop.test", *expect: str, networks: tuple[str, ...] = ("127.0.0.1",)) -> str:
            asked = {"name": name, "server": "127.0.0.1", "port": port, "expect": expect}
            return run(check(dns=asked), networks=networks).said

        assert said() == ""
        assert said("shop.test", "203.0.113.8") == ""
        assert (
            said("shop.test", "203.0.113.9") == "expected 203.0.113.9 among the answers, got 203.0.113.7, 203.0.113.8"
        )
        assert said("nobody.test") == "there is no name nobody.test"
        assert said("empty.test") == "empty.test has no record of type A"
        assert "checks may not speak to" in said(networks=())
    with name_server({}, silent=True) as port:
        tried = check(timeout="1s", dns={"name": "shop.test", "server": "127.0.0.1", "port": port})
        assert run(tried).said == "no full answer within 1 s"


def test_a_name_for_which_there_can_be_no_certificate_fails(target: Targets) -> None:
    server = target(secured(expiring(timedelta(days=60))))
    tried = check(tls={"host": "127.0.0.1", "port": server.port, "server_name": ".shop.test"})
    assert run(tried, context=trusting()).said == "there can be no certificate for .shop.test"


def test_what_was_told_of_a_certificate_ends_where_it_is_no_check_of_one_any_more(
    loop: Loop, target: Targets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workflows.checks.connecting.trust", trusting)
    server = target(secured(expiring(timedelta(days=20))))
    loop.are(check(tls={"host": "127.0.0.1", "port": server.port}))
    loop.looks(times=2)
    assert loop.problems()[0].recovered_at is None
    loop.are(check(tcp={"host": "127.0.0.1", "port": server.port}))
    loop.looks()
    assert loop.problems()[0].recovered_at is not None
