"""Prometheus is asked each minute how a workflow does: what it says is counted, and what can't be counted is said."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Response

from bot.app import Bot
from bot.config import Config, ConfigFaults, Objective, PrometheusRules, Query, Settings, Workflow, load
from bot.config.crosschecks import cross_check
from bot.config.maintenance import Maintenance
from bot.environment import PrometheusAccess, read_environment
from bot.playground import Person
from bot.workflows.catalog import pushed_signals
from bot.workflows.counts.minutes import DAY, Span, minute_of
from bot.workflows.counts.model import CountMinute, SloState
from bot.workflows.queries import turns
from bot.workflows.queries.asking import Asking
from bot.workflows.queries.model import QueryState
from bot.workflows.queries.reading import Reading
from bot.workflows.queries.turns import Turn
from tests.environments import without_slack
from tests.processes import CONFIG
from tests.workflows.conftest import TroubleStage
from tests.workflows.prometheus import GOOD, NOTHING, TOTAL, FakePrometheus

BEGIN = datetime(2026, 11, 27, 10, 0, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ORDERS = Query(key="orders", name="Orders", good=GOOD, total=TOTAL)
AVAILABILITY = Objective(key="availability", name="Orders are placed", target=0.99, signals=("orders",))
NAME = ("place-order", "orders")


def config_of(url: str, *queries: Query, timeout: str = "5s", maintenance: tuple[Maintenance, ...] = ()) -> Config:
    workflow = Workflow(
        key="place-order", name="Place order", owner="payments", queries=queries, slos=(AVAILABILITY,),
        maintenance=maintenance,
    )  # fmt: skip
    rules = PrometheusRules(url=url, timeout=timeout)
    return load(CONFIG).model_copy(update={"workflows": (workflow,), "prometheus": rules})


class Loop:
    """The loop that asks; nothing is sent."""

    def __init__(self, bot: Bot, prometheus: FakePrometheus, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bot, self.prometheus = bot, prometheus
        self.now = BEGIN
        monkeypatch.setattr(bot.clock, "now", lambda: self.now)
        monkeypatch.setattr(bot.clock, "machine", lambda: self.now)

    def asks(self, *, after: timedelta = timedelta()) -> QueryState:
        """Time passes, and what is due is asked."""
        self.now += after
        self.bot.house.workflows.queries.asking.ask()
        return self.state()

    def state(self) -> QueryState:
        with self.bot.database.read() as session:
            found = session.get_one(QueryState, NAME)
            session.expunge_all()
        return found

    def counted(self) -> dict[int, tuple[int, int]]:
        """What was counted, by how many minutes ago."""
        with self.bot.database.read() as session:
            rows = session.execute(select(CountMinute.minute, CountMinute.good, CountMinute.total)).all()
        return {minute_of(self.now) - minute: (good, total) for minute, good, total in rows}

    def configured(self, config: Config) -> None:
        self.bot.settings.current = config


@pytest.fixture
def prometheus(httpserver: HTTPServer) -> FakePrometheus:
    return FakePrometheus(httpserver)


@pytest.fixture
def loop(database_url: str, prometheus: FakePrometheus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    config = config_of(prometheus.url, ORDERS)
    bot = Bot(without_slack(database_url), settings=Settings(CONFIG, config=config))
    yield Loop(bot, prometheus, monkeypatch)
    bot.stop()


def test_a_new_query_is_asked_for_a_day_and_then_for_each_minute_once_it_is_over(loop: Loop) -> None:
    state = loop.asks()
    assert set(loop.counted()) == set(range(1, DAY + 1))
    assert set(loop.counted().values()) == {(99, 100)}
    assert (state.trouble, state.asked_until) == ("", minute_of(BEGIN))
    asked = len(loop.prometheus.asked)
    loop.asks()
    loop.asks(after=timedelta(seconds=40))  # the minute is over, but may not have been scraped yet
    assert len(loop.prometheus.asked) == asked
    loop.asks(after=timedelta(seconds=10))
    assert 1 in loop.counted()
    last = loop.prometheus.asked[-1]
    assert (int(last["end"]), last["step"]) == (60 * minute_of(loop.now), "60")
    assert int(last["end"]) - int(last["start"]) == 5 * 60, (
        "the minutes before are asked for again: they may have come late"
    )


def test_what_was_counted_is_held_against_an_slo(loop: Loop) -> None:
    loop.prometheus.gives(GOOD, 40)
    loop.asks()
    loop.bot.house.workflows.health.evaluating.evaluate()
    with loop.bot.database.read() as session:
        state = session.get_one(SloState, ("place-order", "availability"))
        assert (state.state, state.sli) == ("page", 0.4)


def test_minutes_that_were_missed_are_caught_up_with_and_late_ones_corrected(loop: Loop) -> None:
    loop.asks()
    loop.asks(after=50 * MINUTE)
    assert set(loop.counted()) == set(range(1, DAY + 51))
    loop.prometheus.gives(TOTAL, 120)
    loop.asks(after=MINUTE)
    counted = loop.counted()
    assert [counted[ago] for ago in (1, 6, 7)] == [(99, 120), (99, 120), (99, 100)]
    loop.asks(after=3 * DAY * MINUTE)
    assert set(loop.counted()) >= set(range(1, DAY + 1))
    assert DAY + 6 not in loop.counted(), "further back than a day nobody asks"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("good", "total", "kept"),
    [
        ("100.4", "100.4", (100, 100)), ("2.5", "3.5", (2, 4)), ("0", "0", (0, 0)), ("100.9", "100.4", (100, 100)),
        ("0.4", "0.49", (0, 0)), ("10.6", "10.5", (10, 10)), ("1e-9", "1000000.5", (0, 1_000_000)),
    ],
)  # fmt: skip
def test_extrapolated_numbers_become_whole_ones_and_good_never_more_than_total(
    loop: Loop, good: str, total: str, kept: tuple[int, int]
) -> None:
    loop.prometheus.gives(GOOD, good)
    loop.prometheus.gives(TOTAL, total)
    assert loop.asks().trouble == ""
    assert set(loop.counted().values()) == {kept}


WRONG: list[tuple[str, Callable[[FakePrometheus], None], str]] = [
    ("nan", lambda it: it.gives(GOOD, "NaN"), "`good` is no number (nan) at 10:00 UTC: that minute is left out"),
    ("inf", lambda it: it.gives(TOTAL, "+Inf"), "`total` is no number (inf) at 10:00 UTC: that minute is left out"),
    ("negative", lambda it: it.gives(GOOD, "-3"), "`good` is less than nothing (-3) at 10:00 UTC: that minute is left out"),
    ("more", lambda it: it.gives(GOOD, 110), "`good` is more than `total` (110 of 100.4) at 10:00 UTC: that minute is left out"),
    ("huge", lambda it: it.gives(TOTAL, 1e15), "`total` is more than can be (1e+15) at 10:00 UTC: that minute is left out"),
    ("no total", lambda it: it.gives(TOTAL, None), "`total` gives nothing"),
    (
        "no good", lambda it: it.gives(GOOD, None),
        "`good` gives nothing where `total` does: if none went well then, write `... or vector(0)` after it",
    ),
    ("error", lambda it: it.fails(400, status="error", errorType="bad_data", error="parse error"), "Prometheus says: parse error"),
    ("several", lambda it: it.fails(status="success", data={**NOTHING, "result": [{"values": []}] * 3}),
     "`good` gives 3 series and must give one: put `sum(...)` around it"),
    ("vector", lambda it: it.fails(status="success", data={**NOTHING, "resultType": "vector"}),
     "what answers is no Prometheus: look at prometheus.url"),
    ("page", lambda it: setattr(it, "says", lambda: Response("<h1>Hello</h1>")),
     "what answers is no Prometheus: look at prometheus.url"),
    ("elsewhere", lambda it: it.fails(404), "there is no /api/v1/query_range at Prometheus's address: look at prometheus.url"),
    ("unknown", lambda it: it.fails(401),
     "Prometheus does not know us (401): look at PROMETHEUS_TOKEN, or PROMETHEUS_USER and PROMETHEUS_PASSWORD"),
    ("busy", lambda it: it.fails(503), "Prometheus can't answer for now (503)"),
    ("long", lambda it: setattr(it, "says", lambda: Response(b"x" * 8192 for _ in range(131_072))),
     "Prometheus's answer is too long"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("wrong", "why"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_cannot_be_counted_is_neither_good_nor_bad_and_is_said(
    loop: Loop, wrong: Callable[[FakePrometheus], None], why: str
) -> None:
    wrong(loop.prometheus)
    state = loop.asks()
    assert (state.trouble, state.remark, state.since) == ("all", why, BEGIN)
    assert loop.counted() == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_one_that_hangs_is_given_up_and_one_that_is_down_is_asked_again_in_a_minute(loop: Loop) -> None:
    def hangs() -> None:
        time.sleep(1.5)

    loop.prometheus.says = hangs
    loop.configured(config_of(loop.prometheus.url, ORDERS, timeout="1s"))
    assert loop.asks().remark == "Prometheus did not answer in time"
    loop.configured(config_of("http://127.0.0.1:9", ORDERS))
    assert loop.asks(after=MINUTE).remark == "Prometheus can't be reached"
    loop.prometheus.is_well()
    loop.configured(config_of(loop.prometheus.url, ORDERS))
    assert loop.asks().trouble == ""
    assert set(range(1, DAY)) <= set(loop.counted())
    loop.prometheus.fails(503)
    loop.asks(after=MINUTE)
    asked = len(loop.prometheus.asked)
    loop.asks(after=timedelta(seconds=50))
    assert len(loop.prometheus.asked) == asked
    loop.asks(after=timedelta(seconds=10))
    assert len(loop.prometheus.asked) == asked + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_where_part_is_wrong_the_rest_is_counted(loop: Loop) -> None:
    loop.prometheus.numbers[GOOD] = lambda at: "NaN" if at == 60 * (minute_of(BEGIN) - 2) else 98
    state = loop.asks()
    assert (state.trouble, state.remark) == ("part", "`good` is no number (nan) at 09:58 UTC: that minute is left out")
    assert set(range(1, DAY + 1)) - set(loop.counted()) == {3}
    loop.prometheus.adds = {"warnings": ["a store is away"]}
    loop.asks(after=10 * MINUTE)
    assert loop.asks(after=MINUTE).remark == "Prometheus warns: a store is away"
    assert 1 in loop.counted()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_comes_hours_late_is_counted_in_the_end(loop: Loop) -> None:
    loop.asks()
    loop.prometheus.gives(TOTAL, None)
    for _ in range(3):
        loop.asks(after=20 * MINUTE)
    assert 1 not in loop.counted()
    loop.prometheus.gives(TOTAL, 100)
    loop.asks(after=MINUTE)
    assert set(range(1, 62)) <= set(loop.counted())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_says_who_asks(loop: Loop) -> None:
    for access, header in (
        (PrometheusAccess(token="a token"), "Bearer a token"),
        (PrometheusAccess(user="sevbot", password="x"), "Basic c2V2Ym90Ong="),
    ):
        Asking(access, loop.bot.database, loop.bot.clock, loop.bot.settings).ask()
        assert loop.prometheus.headers[-1]["Authorization"] == header
        loop.now += MINUTE


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_counted_under_maintenance_counts_as_up(loop: Loop) -> None:
    always = Maintenance(begins="2026-01-01 00:00", ends="2027-01-01 00:00")
    loop.configured(config_of(loop.prometheus.url, ORDERS, maintenance=(always,)))
    loop.prometheus.gives(GOOD, 0)
    loop.asks()
    assert set(loop.counted().values()) == {(100, 100)}


def test_replicas_ask_each_minute_once_and_what_comes_from_an_old_turn_is_dropped(loop: Loop) -> None:
    loop.asks()
    asked = len(loop.prometheus.asked)
    replicas = [Asking(PrometheusAccess(), loop.bot.database, loop.bot.clock, loop.bot.settings) for _ in range(3)]
    for each in replicas:
        each._followed = loop.bot.settings.current  # as if each had run before
    loop.now += MINUTE
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda each: each.ask(), replicas))
    assert len(loop.prometheus.asked) == asked + 2, "good and total, by one of them"
    until, workflow = minute_of(loop.now) + 5, loop.bot.settings.current.workflows[0]

    def turn_at(now: datetime) -> Turn:
        (found,) = loop.bot.database.run(
            lambda session: turns.take_turns(session, [NAME], until=until, patience=MINUTE, machine_now=now)
        )
        return found

    def is_kept(turn: Turn) -> bool:
        bring_back = partial(turns.bring_back, zone="UTC", now=loop.now, machine_now=loop.now)
        return loop.bot.database.run(lambda session: bring_back(session, turn, Reading(), workflow)) is not None

    frozen, other = turn_at(loop.now), turn_at(loop.now + 2 * MINUTE)
    assert (is_kept(frozen), is_kept(other)) == (False, True)
    assert other.span == Span(until - 10, until)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_many_queries_are_all_asked_and_those_taken_out_are_forgotten_in_time(loop: Loop) -> None:
    many = [ORDERS.model_copy(update={"key": f"q{number}"}) for number in range(9)]
    loop.configured(config_of(loop.prometheus.url, ORDERS, *many))
    loop.asks()
    with loop.bot.database.read() as session:
        assert {row.newest_minute for row in session.scalars(select(QueryState))} == {minute_of(BEGIN) - 1}
    loop.configured(config_of(loop.prometheus.url, ORDERS))
    loop.asks(after=3 * DAY * MINUTE)
    with loop.bot.database.read() as session:
        assert session.scalars(select(QueryState.key)).all() == ["orders"]


class QueryStage:
    """People look at what the loop found."""

    def __init__(self, stage: TroubleStage, prometheus: FakePrometheus) -> None:
        self.stage, self.prometheus = stage, prometheus
        stage.bot.schedule._scheduler.remove_job("queries.ask")  # a test says when
        stage.bot.settings.current = config_of(prometheus.url, ORDERS)

    def asks(self, *, after: timedelta = timedelta()) -> None:
        self.stage.slack.advance_clock(after.total_seconds())
        self.stage.bot.slack.call("auth.test")
        asking = self.stage.bot.house.workflows.queries.asking
        asking._followed = None  # so that nothing waits for its minute: machine time does not move here
        asking.ask()
        self.stage.settles()

    def told(self) -> list[str]:
        return [self.stage.words(each) for each in self.stage.said_in("#incidents", containing="Prometheus")]


@pytest.fixture
def stage(trouble: TroubleStage, prometheus: FakePrometheus) -> QueryStage:
    return QueryStage(trouble, prometheus)


def test_operators_are_told_once_of_what_lasts_and_that_it_is_over(stage: QueryStage, ada: Person) -> None:
    stage.prometheus.fails(400, status="error", error="1:5: parse <!channel> error")
    stage.asks()
    stage.asks(after=9 * MINUTE)
    assert stage.told() == []
    stage.asks(after=2 * MINUTE)
    stage.asks(after=2 * MINUTE)
    (said,) = stage.told()
    assert said.startswith(":grey_question: A query of Prometheus fails\n• Orders of place-order, since ")
    assert "Prometheus says: 1:5: parse @channel error." in said
    page = str(ada.types("/sev workflow place-order").text)
    assert ":red_circle: not known since " in page
    assert "Query Orders: Prometheus says: 1:5: parse" in page
    stage.prometheus.is_well()
    stage.asks(after=24 * 60 * MINUTE)
    assert stage.told() == [":white_check_mark: Prometheus answers all queries again."]
    page = str(ada.types("/sev workflow place-order").text)
    assert ":large_green_circle: known  Query Orders: last counts " in page
    assert ", 99 of 100" in page
    stage.stage.expects("Prometheus")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_taken_out_while_it_fails_fails_no_longer(stage: QueryStage) -> None:
    stage.prometheus.fails(503)
    stage.asks()
    stage.asks(after=11 * MINUTE)
    assert "can't answer for now" in stage.told()[0]
    stage.stage.bot.settings.current = config_of(stage.prometheus.url)
    stage.asks()
    assert stage.told() == [":white_check_mark: Prometheus answers all queries again."]
    stage.stage.expects("Prometheus")


def test_services_push_no_counts_of_what_is_asked_for() -> None:
    config = config_of("http://prometheus:9090", ORDERS)
    assert pushed_signals(config.workflows[0]) == ("counts",)
    without = config.workflows[0].model_copy(update={"queries": ()})
    assert pushed_signals(without) == ("counts", "orders")
    assert cross_check(config) == []


def test_queries_that_cannot_be_meant_are_faults() -> None:
    twice = config_of(
        "http://prometheus:9090", ORDERS, ORDERS, ORDERS.model_copy(update={"key": "counts"}), timeout="1m"
    )
    assert cross_check(twice) == [
        "workflows.yaml: workflows.place-order.queries: 'orders' is there twice",
        "workflows.yaml: workflows.place-order.queries.counts: give it another key: counts are what services push",
        "sevbot.yaml: prometheus.timeout: give 1s to 30s",
    ]
    nowhere = config_of("http://prometheus:9090", ORDERS)
    nowhere = nowhere.model_copy(update={"prometheus": PrometheusRules(delay="1h")})
    assert cross_check(nowhere) == [
        "sevbot.yaml: prometheus.delay: give no more than 30m: so long nobody would hear of trouble",
        "sevbot.yaml: prometheus.url: this setting is missing: workflows.yaml has queries for Prometheus",
    ]


def test_who_asks_is_a_secret_that_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a token\n")
    found = read_environment({"PROMETHEUS_TOKEN_FILE": str(tmp_path / "token")}).prometheus
    assert (found.token, repr(found)) == ("a token", "PrometheusAccess()")
    for wrong in (
        {"PROMETHEUS_USER": "sevbot"},
        {"PROMETHEUS_TOKEN": "t", "PROMETHEUS_USER": "u", "PROMETHEUS_PASSWORD": "p"},
    ):
        with pytest.raises(ConfigFaults, match="Give PROMETHEUS_TOKEN, or"):
            read_environment(wrong)
