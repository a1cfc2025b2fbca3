"""What the loop makes of runs: what lasts is told, what comes and goes is not, and each is counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pytest_httpserver import HTTPServer
from sqlalchemy import event

from bot.config.maintenance import Maintenance
from bot.db import Database
from bot.outbox.model import OutboxMessage
from bot.workflows.checks import held, reading
from bot.workflows.checks.streaks import Verdict
from tests.retaining import forget
from tests.workflows.checks.conftest import EVERY, Loop, Target, check, config_with, step

DOWN, UP = 503, 200
DAY = timedelta(days=1)


def answers(server: HTTPServer, status: int) -> None:
    """From now on it answers so."""
    server.clear()
    server.expect_request("/").respond_with_data("sorry", status=status)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is told meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engines = {database.engine, database._read_engine}
    for each in engines:
        event.listen(each, "before_cursor_execute", note)
    yield said
    for each in engines:
        event.remove(each, "before_cursor_execute", note)


def test_what_fails_for_long_enough_is_told_and_what_recovers_too(loop: Loop, httpserver: HTTPServer) -> None:
    loop.are(check(steps=[step(url=httpserver.url_for("/"))]))
    answers(httpserver, UP)
    loop.looks()
    answers(httpserver, DOWN)
    loop.looks(times=2)
    assert (loop.row().state, loop.problems()) == ("well", [])
    loop.looks()
    (problem,) = loop.problems()
    assert (problem.title, problem.urgency, problem.key) == ("Place an order fails", "critical", "place-order")
    assert problem.detail == "Place an order: expected a status below 400, got 503."
    answers(httpserver, UP)
    loop.looks()
    assert (loop.row().state, loop.problems()[0].recovered_at) == ("fails", None)
    loop.looks()
    assert loop.row().state == "well"
    assert loop.problems()[0].recovered_at is not None
    assert loop.counted() == [("order", 3, 6)]
    assert [(each.verdict, each.excerpt) for each in loop.runs()] == [
        ("good", ""), *[("fails", "sorry")] * 3, *[("good", "")] * 2,
    ]  # fmt: skip


def test_a_failure_is_tried_again_before_it_counts(loop: Loop, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("", status=DOWN)
    httpserver.expect_ordered_request("/").respond_with_data("", status=DOWN)
    httpserver.expect_ordered_request("/").respond_with_data("", status=UP)
    loop.are(check(fails_after=1, confirm={"retries": 2, "delay": "10ms"}, steps=[step(url=httpserver.url_for("/"))]))
    loop.looks()
    (run,) = loop.runs()
    assert (run.verdict, run.tries, loop.row().state) == (Verdict.GOOD, 3, "well")
    assert loop.counted() == [("order", 1, 1)]


def test_fewer_than_the_quorum_are_a_warning_and_all_of_it_one_problem(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, DOWN)
    steps = [step(url=httpserver.url_for("/"))]
    bad, worse = check(steps=steps, fails_after=1), check(key="pay", name="Pay", fails_after=3, steps=steps)
    loop.are(bad, worse, quorum=2)
    loop.looks()
    (problem,) = loop.problems()
    assert (problem.title, problem.urgency) == ("Place an order fails", "warning")
    assert problem.detail.endswith("Degraded: it is down when 2 of its 2 checks fail.")
    loop.looks(times=2)
    (problem,) = loop.problems()
    assert (problem.title, problem.urgency) == ("2 of 2 checks fail", "critical")
    with loop.database.read() as session:
        failing = reading.failing(session, loop.settings.current, "place-order")
    assert [(each.name, each.said) for each in failing] == [
        ("Place an order", "expected a status below 400, got 503"), ("Pay", "expected a status below 400, got 503"),
    ]  # fmt: skip


def test_maintenance_counts_as_up_and_nobody_is_told(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, DOWN)
    tried = check(fails_after=1, steps=[step(url=httpserver.url_for("/"))])
    loop.are(tried)
    config, now = loop.settings.current, loop.clock.now()
    worked_on = Maintenance(begins=now - timedelta(hours=1), ends=now + timedelta(hours=1))
    workflow = config.workflows[0].model_copy(update={"maintenance": (worked_on,)})
    loop.settings.current = config.model_copy(update={"workflows": (workflow,)})
    loop.looks(times=3)
    assert (loop.problems(), loop.counted()) == ([], [("order", 3, 3)])


def test_a_bot_that_was_stopped_for_a_day_tries_each_check_once_and_believes_nothing_at_once(
    loop: Loop, httpserver: HTTPServer
) -> None:
    answers(httpserver, DOWN)
    checks = [check(key=f"order-{number}", steps=[step(url=httpserver.url_for("/"))]) for number in range(20)]
    loop.are(*checks)
    loop.looks(times=2)
    asked = len(httpserver.log)
    assert asked == 40
    loop.clock.ahead += DAY
    loop.runner.tick()
    loop.waits()
    assert len(httpserver.log) - asked < 10, "they are spread anew"
    loop.looks()
    assert len(httpserver.log) - asked == 20
    assert loop.problems() == [], "two failures of yesterday and one of today are no three in a row"


def test_where_all_fail_at_once_and_the_control_too_it_is_the_bot(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, UP)
    steps = [step(url=httpserver.url_for("/"))]
    checks = (check(steps=steps), check(key="pay", name="Pay", steps=steps))
    nobody = "http://127.0.0.1:9/"
    loop.are(*checks, control_url=nobody)
    loop.looks()
    answers(httpserver, DOWN)
    loop.clock.ahead += timedelta(minutes=2)
    loop.looks(times=5)
    assert {each.state for each in loop.rows()} == {"well"}
    assert loop.counted() == [("order", 1, 1), ("pay", 1, 1)]
    assert {each.verdict for each in loop.runs()} == {"good", "held"}
    with loop.database.read() as session:
        assert [each.kind for each in session.query(OutboxMessage) if each.kind == held.HELD] == [held.HELD]
    loop.are(*checks, control_url=httpserver.url_for("/"))
    loop.clock.ahead += timedelta(minutes=2)
    loop.runner._control._asked_at = None
    loop.looks(times=6)
    assert {each.state for each in loop.rows()} == {"fails"}, "the control answers, so the network is there"


def test_one_that_hangs_delays_no_other(loop: Loop, httpserver: HTTPServer, hanging: Target) -> None:
    answers(httpserver, UP)
    stuck = check(key="stuck", name="Stuck", timeout="1s", steps=[step(url=hanging.url)])
    loop.are(stuck, check(steps=[step(url=httpserver.url_for("/"))]))
    loop.clock.ahead += EVERY
    loop.runner.tick()
    until = 200
    while loop.runner.unfinished > 1 and until:
        until -= 1
        hanging.over.wait(0.005)
    assert loop.runner.unfinished == 1
    loop.runner.tick()
    assert [each.key for each in loop.runs()] == ["order"]
    loop.waits()
    loop.runner.tick()
    assert [(each.key, each.said) for each in loop.runs()[1:]] == [("stuck", "no full answer within 1 s")]


def test_what_is_taken_out_of_the_settings_is_let_go_and_its_problem_ends(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, DOWN)
    tried = check(fails_after=1, steps=[step(url=httpserver.url_for("/"))])
    loop.are(tried)
    loop.looks()
    assert loop.problems()[0].recovered_at is None
    loop.are()
    loop.looks(after=timedelta(minutes=3))
    assert loop.rows() == []
    assert loop.problems()[0].recovered_at is not None
    with statements(loop.database) as said:
        loop.looks(times=3)
    assert said == [], "nothing is left to do"


def test_where_no_checks_are_configured_the_database_is_left_alone(loop: Loop) -> None:
    loop.looks()
    loop.settings.current = config_with()
    loop.runner.tick()
    with statements(loop.database) as said:
        for _ in range(5):
            loop.clock.ahead += timedelta(seconds=1)
            loop.runner.tick()
    assert said == []


def test_old_runs_are_forgotten(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, UP)
    loop.are(check(steps=[step(url=httpserver.url_for("/"))]))
    loop.looks(times=3)
    forget(loop.database, "check_runs", now=loop.clock.now())
    assert len(loop.runs()) == 3
    loop.clock.ahead += timedelta(days=3)
    forget(loop.database, "check_runs", now=loop.clock.now())
    assert loop.runs() == []


def test_one_that_is_to_come_more_often_does_so_at_once(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, UP)
    steps = [step(url=httpserver.url_for("/"))]
    loop.are(check(every="7d", steps=steps))
    loop.looks(after=timedelta(minutes=1))
    assert len(loop.runs()) == 1
    loop.are(check(every="10s", steps=steps))
    loop.looks()
    assert len(loop.runs()) == 2


def test_one_that_is_seldom_tried_is_let_go_as_soon_as_others(loop: Loop, httpserver: HTTPServer) -> None:
    answers(httpserver, DOWN)
    loop.are(check(every="7d", fails_after=1, steps=[step(url=httpserver.url_for("/"))]))
    loop.looks(after=timedelta(minutes=1))
    assert loop.problems()[0].recovered_at is None
    loop.are()
    loop.looks(after=timedelta(minutes=3))
    assert loop.rows() == []
    assert loop.problems()[0].recovered_at is not None
