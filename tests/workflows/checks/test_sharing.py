"""Replicas share the checks: each run is one's alone, and what comes of a lease that was lost is dropped."""

import json
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select

from bot.db import Database
from bot.playground import Playground
from bot.workflows.checks import leases
from bot.workflows.checks.model import CheckRun
from bot.workflows.checks.running import Outcome
from bot.workflows.checks.streaks import Verdict
from bot.workflows.problems.model import Problem
from tests.processes import CONFIG, BotProcess
from tests.workflows.checks.conftest import EVERY, Loop, MovedClock, Target, Targets, check, step

CHECKS = 12
ROUNDS = 3
STEP = timedelta(seconds=20)
SHARED = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""An embedded database has one instance, which ends the leases of one before at its start."""


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[Loop, Loop]]:
    """Two replicas, by one clock."""
    clock = MovedClock()
    made = Loop(database_url, clock=clock), Loop(database_url, clock=clock)
    yield made
    for each in made:
        each.close()


@SHARED
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
    for each in two:
        each.waits()
        each.runner._settle(each.settings.current)
    asked = Counter(f"order-{request.args['check']}" for request, _ in httpserver.log)
    assert asked == Counter(each.key for each in two[0].runs())
    assert two[0].counted() == sorted((key, number, number) for key, number in asked.items())
    assert set(asked.values()) <= {ROUNDS, ROUNDS + 1}, "and one more where its time came meanwhile"


@SHARED
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


@SHARED
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


@pytest.mark.torture
@SHARED
def test_a_process_that_freezes_past_its_lease_is_not_believed_when_it_thaws(
    slack: Playground, database_url: str, target: Targets, tmp_path: Path
) -> None:
    thaws = threading.Event()
    asked: list[str] = []

    def answer(connection: socket.socket) -> None:
        who = connection.recv(4096).decode().partition("X-Replica: ")[2][:5]
        asked.append(who)
        if len(asked) == 1:
            thaws.wait(100)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    request = {"url": target(answer).url, "headers": {"X-Replica": "{{ secret.replica }}"}}
    settled = {
        "key": "order", "name": "Place an order", "every": "2s", "timeout": "1s", "confirm": {"retries": 0}, "fails_after": 1,
        "steps": [{"name": "ask", "request": request}],
    }  # fmt: skip
    copytree(CONFIG, tmp_path, dirs_exist_ok=True)
    flows = [{"key": "place-order", "name": "Place order", "owner": "payments", "checks": [settled]}]
    (tmp_path / "workflows.yaml").write_text(json.dumps({"workflows": flows}))
    with (tmp_path / "sevbot.yaml").open("a") as file:
        file.write("\nchecks: {allowed_networks: [127.0.0.1]}\n")
    bots = {
        name: BotProcess(slack, database_url, config=tmp_path, log=tmp_path / name, SEVBOT_CHECK_SECRET_REPLICA=name)
        for name in ("first", "other")
    }
    with bots["first"], bots["other"]:
        slack.wait_until(lambda: asked, why="the check is run", within=30)
        frozen = bots.pop(asked[0])
        (other,) = bots
        os.kill(frozen.pid, signal.SIGSTOP)
        slack.wait_until(lambda: other in asked, why="the other takes over", within=90)
        os.kill(frozen.pid, signal.SIGCONT)
        thaws.set()
        log = tmp_path / next(name for name in ("first", "other") if name != other)
        slack.wait_until(lambda: "checks.lease_lost" in log.read_text(), why="its result is refused", within=30)
        database = Database(database_url)
        verdicts = slack.wait_until(lambda: verdicts_in(database), why="the other's run is written down")
        assert set(verdicts) == {"good"}
        with database.read() as session:
            assert session.scalars(select(Problem)).all() == []
        database.close()


def verdicts_in(database: Database) -> list[str]:
    """How the runs went that are written down."""
    with database.read() as session:
        return list(session.scalars(select(CheckRun.verdict)))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_leases_that_a_crash_left_behind_end_at_the_start(
    database_url: str, hanging: Target, httpserver: HTTPServer
) -> None:
    clock = MovedClock()
    crashed, next_one = (Loop(database_url, clock=clock) for _ in range(2))
    crashed.are(check(timeout="1s", steps=[step(url=hanging.url)]))
    clock.ahead += EVERY
    crashed.runner.tick()
    assert crashed.row().owner
    httpserver.expect_request("/").respond_with_data("ok")
    next_one.are(check(steps=[step(url=httpserver.url_for("/"))]))
    next_one.waits()
    next_one.looks(after=timedelta())
    assert [each.verdict for each in next_one.runs()] == ["good"]
    for each in (next_one, crashed):
        each.close()
