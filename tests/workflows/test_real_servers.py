"""Alerts of a real Prometheus, sent by a real Alertmanager, and queries that a real Prometheus answers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Response

from bot.config import Objective, PrometheusRules, Query, Workflow
from bot.playground import Person
from bot.workflows.alerts.model import AlertDelivery
from bot.workflows.counts.minutes import minute_of
from bot.workflows.queries.model import QueryState
from tests.conftest import HOOK_SECRETS
from tests.outages import Outage
from tests.workflows import real_servers
from tests.workflows.conftest import PLACE, TroubleStage

RULES = """
groups:
  - name: shop
    rules:
      - alert: OrdersFail
        expr: orders_failing == 1
        labels: {severity: critical, workflow: place-order}
        annotations: {summary: "Orders fail in shop {{ $labels.shop }}"}
"""
WITHIN = 30.0
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


class Shops:
    """What Prometheus watches: in which shops orders fail."""

    def __init__(self, server: HTTPServer, stage: TroubleStage) -> None:
        self._failing: set[str] = set()
        self._stage = stage
        self.port = server.port
        server.expect_request("/metrics").respond_with_handler(lambda _request: Response(self._metrics()))

    def fail(self, *shops: str) -> None:
        """Orders fail in these, and in no others."""
        self._failing = {*shops}

    def _metrics(self) -> str:
        lines = [f'orders_failing{{shop="{shop}"}} {int(shop in self._failing)}' for shop in ("north", "south")]
        return "\n".join([*lines, ""])

    def until_told(self, *expected: tuple[str, str]) -> None:
        """Wait until people read this, in order: by its picture, and the shop it is about."""
        self._stage.slack.wait_until(
            lambda: self._told() == [*expected], why="it is told", within=WITHIN, seen=lambda: str(self._told())
        )

    def _told(self) -> list[tuple[str, str]]:
        said = [self._stage.words(each) for each in self._stage.messages()]
        return [(each.split()[0], each.partition("in shop ")[2].split()[0]) for each in sorted(said, key=shop_in)]


def shop_in(said: str) -> str:
    return said.partition("in shop ")[2]


@contextmanager
def watched(stage: TroubleStage, shops: Shops, folder: Path) -> Iterator[None]:
    """A Prometheus that watches them, and an Alertmanager that tells the bot."""
    hook = f"http://127.0.0.1:{stage.bot.server.port}/hooks/alertmanager"
    with (
        real_servers.alertmanager(folder, hook=hook, secret=HOOK_SECRETS["alertmanager"][0]) as manager,
        real_servers.prometheus(folder, target=shops.port, alertmanager=manager, rules=RULES),
    ):
        yield


def bodies(stage: TroubleStage) -> list[dict[str, str]]:
    """The alerts of each delivery: their states, by shop."""
    with stage.bot.database.read() as session:
        found = [json.loads(each) for each in session.scalars(select(AlertDelivery.body).order_by(AlertDelivery.id))]
    return [{each["labels"]["shop"]: each["status"] for each in body["alerts"]} for body in found]


FIRING, OVER = ":rotating_light:", ":white_check_mark:"


@pytest.mark.torture
@sqlite_only
def test_alerts_fire_as_a_group_resolve_one_by_one_and_fire_again(
    trouble: TroubleStage, httpserver: HTTPServer, tmp_path: Path
) -> None:
    shops = Shops(httpserver, trouble)
    with watched(trouble, shops, tmp_path):
        shops.fail("north", "south")
        shops.until_told((FIRING, "north"), (FIRING, "south"))
        assert {"north": "firing", "south": "firing"} in bodies(trouble), "Alertmanager told of them together"
        shops.fail("south")
        shops.until_told((OVER, "north"), (FIRING, "south"))
        shops.fail()
        shops.until_told((OVER, "north"), (OVER, "south"))
        shops.fail("north")
        shops.until_told((FIRING, "north"), (OVER, "north"), (OVER, "south"))
        assert [(each.episode, each.urgency) for each in trouble.problems() if shop_in(each.title) == "north"] == [
            (1, "critical"), (2, "critical"),
        ]  # fmt: skip
        shops.fail()
        shops.until_told((OVER, "north"), (OVER, "north"), (OVER, "south"))
    assert {state for state, _ in trouble.deliveries()} == {"done"}
    trouble.slack.expected.update(trouble.messages(PLACE))


@pytest.mark.torture
@sqlite_only
def test_what_was_answered_with_503_is_sent_again_and_told_once(
    trouble: TroubleStage,
    httpserver: HTTPServer,
    tmp_path: Path,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shops = Shops(httpserver, trouble)
    with watched(trouble, shops, tmp_path):
        outage = Outage(database_url, None)
        outage.begins()
        shops.fail("north")
        refused = "alerts.not_kept"
        trouble.slack.wait_until(lambda: refused in caplog.text, why="it is answered with 503", within=WITHIN)
        outage.ends()
        shops.until_told((FIRING, "north"))
        shops.fail()
        shops.until_told((OVER, "north"))
    assert [each.seen_count for each in trouble.problems()] == [1]
    caplog.clear()  # it had to tell of the outage
    trouble.slack.expected.update(trouble.messages(PLACE))


CODES = 'orders_total{{code="{}"}}'
HISTORY = 3 * 60 * 60
BROKEN_FOR = 40 * 60
STEP = 15


def half_of_them_fail_lately() -> dict[str, list[tuple[int, float]]]:
    """Two counters of the last three hours: 60 orders a minute went well; for forty minutes, half of them do not."""
    now = int(time.time())
    moments = range(now - now % STEP - HISTORY, now, STEP)
    bad = [max(each - (now - BROKEN_FOR), 0) / 2 for each in moments]
    good = [each - moments[0] - failed for each, failed in zip(moments, bad, strict=True)]
    return {
        CODES.format(code): [*zip(moments, numbers, strict=True)] for code, numbers in (("200", good), ("500", bad))
    }


def query(key: str, good: str, total: str) -> Query:
    return Query(key=key, name=key, good=good, total=total)


@sqlite_only
def test_a_query_feeds_an_slo_and_what_cannot_be_counted_is_said(
    trouble: TroubleStage, tmp_path: Path, ada: Person
) -> None:
    all_of_them = "sum(increase(orders_total[1m]))"
    queries = (
        query("orders", 'sum(increase(orders_total{code="200"}[1m]))', all_of_them),
        query("split", "increase(orders_total[1m])", all_of_them),
        query("wrong", "sum(", all_of_them),
        query("nan", "sum(0 * orders_total / 0)", all_of_them),
        query("absent", "sum(refunds)", "sum(refunds)"),
    )
    slo = Objective(key="availability", name="Orders are placed", target=0.99, signals=("orders",))
    workflow = Workflow(key="place-order", name="Place order", owner="payments", queries=queries, slos=(slo,))
    real_servers.remember(tmp_path, half_of_them_fail_lately())
    with real_servers.prometheus(tmp_path) as address:
        rules = PrometheusRules(url=address, delay="30s")
        settings, house = trouble.bot.settings, trouble.bot.house
        settings.current = settings.current.model_copy(update={"workflows": (workflow,), "prometheus": rules})
        house.workflows.queries.asking.ask()
        trouble.slack.wait_until(lambda: len(states(trouble)) == len(queries), why="all are asked", within=WITHIN)
        house.workflows.health.evaluating.evaluate()
        trouble.slack.wait_until(lambda: len(trouble.problems()) == 1, why="the burn is seen", within=WITHIN)
        trouble.settles()
    found = states(trouble)
    assert (found["orders"].trouble, found["orders"].good, found["orders"].total) == ("", 30, 60)
    assert minute_of(trouble.bot.clock.now()) - (found["orders"].newest_minute or 0) <= 2
    assert found["split"].remark.startswith("`good` gives 2 series and must give one")
    assert found["wrong"].remark == "Prometheus says: 1:5: parse error: unclosed left parenthesis"
    assert found["nan"].remark.startswith("`good` is no number (nan) at ")
    assert found["absent"].remark == "Prometheus knows no such numbers: neither `good` nor `total` gives any"
    assert "burns its error budget" in trouble.message()
    page = str(ada.types("/sev workflow place-order").text)
    assert "burning fast" in page
    assert "30 of 60" in page


def states(stage: TroubleStage) -> dict[str, QueryState]:
    """What is known of each query that was answered or not."""
    with stage.bot.database.read() as session:
        rows = session.scalars(select(QueryState)).all()
        session.expunge_all()
    return {each.key: each for each in rows if each.remark or each.newest_minute is not None}
