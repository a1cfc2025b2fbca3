"""Replicas share the checks: each run is one's alone, and what comes of a lease that was lost is dropped."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from bot.workflows.checks import leases
from bot.workflows.checks.running import Outcome
from bot.workflows.checks.streaks import Verdict
from tests.workflows.checks.conftest import EVERY, Loop, MovedClock, Target, Targets, check, step

CHECKS = 12
ROUNDS = 3
STEP = timedelta(seconds=20)


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[Loop, Loop]]:
    """Two replicas, by one clock."""
    clock = MovedClock()
    made = Loop(database_url, clock=clock), Loop(database_url, clock=clock)
    yield made
    for each in made:
        each.close()


def test_each_run_is_one_replicas_alone_counted_at_the_target(two: tuple[Loop, Loop], httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("ok")
    checks = [
        check(key=f"order-{number}", steps=[step(url=httpserver.url_for(f"/?check={number}"))])
        for number in range(CHECKS)
    ]
    for each in two:
        each.are(*checks)
    for _ in range(ROUNDS):
        two[0].clock.ahead += EVERY
        threads = [threading.Thread(target=each.runner.tick) for each in two for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in two:
            each.waits()
            each.runner.tick()
    asked = sorted(request.args["check"] for request, _ in httpserver.log)
    assert asked == sorted([str(number) for number in range(CHECKS)] * ROUNDS)
    assert two[0].counted() == sorted((f"order-{number}", ROUNDS, ROUNDS) for number in range(CHECKS))


def test_a_result_of_a_lease_that_was_lost_is_refused(two: tuple[Loop, Loop], target: Targets) -> None:
    frozen, other = two
    began, thaws = threading.Event(), threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        is_first = not began.is_set()
        began.set()
        if is_first:
            thaws.wait(20)
        status = b"500 Too late" if is_first else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    server = target(answer)
    for each in two:
        each.are(check(every="1m", timeout="30s", fails_after=1, steps=[step(url=server.url)]))
    while not began.is_set():
        frozen.clock.ahead += STEP
        frozen.runner.tick()
        began.wait(0.1)
    other.looks(after=STEP, times=2)
    assert other.runs() == [], "the lease holds: nobody else tries it"
    while not other.runs():
        other.looks(after=STEP)
    assert (other.row().state, other.row().fence, server.asked) == ("well", 2, 2)
    thaws.set()
    frozen.waits()
    frozen.runner.tick()
    assert [(each.verdict, each.said) for each in other.runs()] == [("good", "")]
    assert (other.row().state, other.counted(), other.problems()) == ("well", [("order", 1, 1)], [])


def test_a_result_that_is_written_down_twice_counts_once(loop: Loop, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("ok")
    loop.are(check(steps=[step(url=httpserver.url_for("/"))]))
    loop.clock.ahead += EVERY
    known, now = leases.known_of(loop.settings.current), loop.clock.machine()
    (claimed,) = loop.database.run(lambda session: leases.claim(session, known, owner="us", machine_now=now, limit=9))
    result = leases.Result(claimed, Outcome(Verdict.GOOD, 1), now)
    lost = [
        loop.database.run(lambda session: leases.settle(session, [result], known, zone="UTC", now=now, machine_now=now))
        for _ in range(2)
    ]
    assert (lost, loop.counted()) == ([0, 1], [("order", 1, 1)])


def test_a_replica_that_stops_gives_back_what_it_has_begun(
    two: tuple[Loop, Loop], hanging: Target, httpserver: HTTPServer
) -> None:
    stopping, other = two
    httpserver.expect_request("/").respond_with_data("ok")
    for each, url in ((stopping, hanging.url), (other, httpserver.url_for("/"))):
        each.are(check(timeout="1s", steps=[step(url=url)]))
    stopping.clock.ahead += EVERY
    stopping.runner.tick()
    assert other.row().owner
    stopping.runner.stop()
    assert (other.row().owner, other.row().lease_until) == ("", None)
    other.looks(after=timedelta())
    assert [each.said for each in other.runs()] == [""]
