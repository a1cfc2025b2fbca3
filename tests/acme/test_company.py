"""Acme Pay by itself, over real HTTP: what customers can do, how it is broken and repaired, and what it reports."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.acme import Company, Reports
from bot.acme.parts import DEPOSIT, PARTS, PLACE_ORDER, SIGN_IN, STATEMENT, Mode, Part, counted
from bot.acme.settlement import JobMode
from tests.acme.conftest import KEY, Desk


def until(happened: Callable[[], object], *, within: float = 10.0) -> None:
    """Wait until something happened."""
    end = time.monotonic() + within
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def client(company: Company, session: str = KEY) -> httpx.Client:
    return httpx.Client(base_url=company.url, headers={"Authorization": f"Bearer {session}"}, timeout=10)


def puts(company: Company, part: str, mode: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{company.url}/panel/mode", json={"part": part, "mode": mode}, headers=headers, timeout=10)


@pytest.fixture(autouse=True)
def _no_bad_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    """What works, works each time."""
    monkeypatch.setattr("bot.acme.services.random.random", lambda: 0.9)


def test_a_customer_signs_in_pays_in_buys_and_reads_the_statement(company: Company) -> None:
    with client(company, "none") as stranger:
        signed_in = stranger.post("/api/session", json={"email": "lee@example.com", "password": "hunter2"})
        assert stranger.get("/api/statement").status_code == 401
    with client(company, signed_in.json()["session"]) as lee:
        assert lee.post("/api/deposits", json={"amount": 2500}).json() == {"balance": 2500}
        assert lee.post("/api/orders", json={"item": "book", "amount": 1200}).status_code == 201
        assert lee.get("/api/statement").json() == {
            "balance": 1300,
            "lines": [{"what": "Deposit", "amount": 2500}, {"what": "Order", "amount": -1200}],
        }
        assert lee.delete("/api/session").status_code == 204
        assert lee.get("/api/statement").status_code == 401


@pytest.mark.parametrize("amount", [0, -5, 1.5, "10", None, True, 10**9])
def test_an_amount_that_is_none_is_refused(company: Company, amount: object) -> None:
    with client(company) as kim:
        assert kim.post("/api/deposits", json={"amount": amount}).status_code == 422
        assert kim.post("/api/deposits", content=b"[").status_code == 400


def test_what_is_broken_fails_alone_and_can_be_repaired(company: Company) -> None:
    with client(company) as kim:
        assert puts(company, "deposit", "broken").json()["parts"][1]["mode"] == "broken"
        assert kim.post("/api/deposits", json={"amount": 1}).status_code == 500
        assert kim.get("/api/statement").status_code == 200
        puts(company, "deposit", "well")
        assert kim.post("/api/deposits", json={"amount": 1}).status_code == 201


def test_customers_are_counted_as_they_fared(company: Company, desk: Desk) -> None:
    company.modes.put(DEPOSIT, Mode.BROKEN)
    company.modes.put(PLACE_ORDER, Mode.SLOW)
    until(lambda: all(any(row["total"] > 0 for row in desk.counts(part.key)) for part in PARTS))
    for part, fare_well in ((SIGN_IN, True), (DEPOSIT, False), (PLACE_ORDER, False), (STATEMENT, True)):
        for row in desk.counts(part.key):
            assert row["good"] == (row["total"] if fare_well else 0), part
            assert row["minute"].endswith(":00Z")
    assert {known for path, _, known in desk.told if "counts" in path} == {"Bearer the company's token"}
    shown = httpx.get(f"{company.url}/panel/state", timeout=10).json()
    assert shown["arrives"]
    assert [set(part["visits"]) for part in shown["parts"]] == [{1}, {0}, {0}, {1}]


def test_customers_who_give_up_leave_no_fault_behind(
    company: Company, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for part in PARTS:
        company.modes.put(part, Mode.SLOW)
    until(lambda: all(any(row["total"] > 0 for row in desk.counts(part.key)) for part in PARTS))
    time.sleep(0.6)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_what_the_bot_did_not_take_is_told_again(company: Company, desk: Desk) -> None:
    desk.status = 503
    until(lambda: desk.counts("sign-in"))
    lost = max(row["total"] for row in desk.counts("sign-in"))
    assert not httpx.get(f"{company.url}/panel/state", timeout=10).json()["arrives"]
    desk.told.clear()
    desk.status = 200
    until(lambda: desk.counts("sign-in"))
    assert max(row["total"] for row in desk.counts("sign-in")) >= lost


@pytest.mark.usefixtures("hurry")
def test_when_the_clock_is_moved_customers_came_meanwhile(reports: Reports, desk: Desk) -> None:
    ahead = timedelta()
    with Company(reports, key=KEY, now=lambda: datetime.now(UTC) + ahead) as company:
        company.modes.put(DEPOSIT, Mode.BROKEN)
        until(lambda: desk.counts("deposit"))
        ahead = timedelta(hours=30)
        until(lambda: len({row["minute"] for row in desk.counts("deposit")}) >= 30 * 60)
        until(lambda: len({row["minute"] for row in desk.counts("statement")}) >= 30 * 60)
    minutes = sorted({datetime.fromisoformat(row["minute"]) for row in desk.counts("statement")})
    assert {later - earlier for earlier, later in pairwise(minutes)} == {timedelta(minutes=1)}
    assert all(row["good"] == 0 for row in desk.counts("deposit"))
    good, total = (sum(row[name] for row in desk.counts("statement")) for name in ("good", "total"))
    assert 0.99 < good / total <= 1


def test_the_job_says_when_it_begins_and_how_it_ended(company: Company, desk: Desk) -> None:
    until(lambda: desk.pings()[:3] == ["start", "0", "start"])
    puts(company, "settlement", "failing")
    until(lambda: "1" in desk.pings())
    assert any("1,204 transfers" in body for path, body, _ in desk.told if path == "/beat/1")
    company.settlement.put(JobMode.HALTED)
    until(lambda: desk.pings()[-1] != "start")
    before = len(desk.pings())
    time.sleep(0.3)
    assert len(desk.pings()) == before


def test_monitoring_repeats_its_alert_and_says_once_that_it_is_over(company: Company, desk: Desk) -> None:
    puts(company, "monitoring", "firing")
    until(lambda: desk.alerts()[:2] == ["firing", "firing"])
    desk.status = 503
    puts(company, "monitoring", "well")
    until(lambda: desk.alerts()[-2:] == ["resolved", "resolved"])
    desk.status = 200
    before = len(desk.alerts())
    until(lambda: len(desk.alerts()) > before)
    told = desk.alerts()
    time.sleep(0.3)
    assert desk.alerts() == told
    bodies = [(body, known) for path, body, known in desk.told if path == "/hooks/generic"]
    assert len({body for body, _ in bodies}) == len(bodies), "the same words again would be taken for a retry"
    assert {known for _, known in bodies} == {"Bearer the secret of alerts"}


def test_only_this_machine_may_break_it(company: Company) -> None:
    assert puts(company, "deposit", "broken", Origin="https://evil.example").status_code == 403
    assert puts(company, "deposit", "broken", Host="evil.example").status_code == 400
    assert company.modes.of(DEPOSIT) is Mode.WELL
    assert puts(company, "deposit", "broken", Origin=company.url).status_code == 200


@pytest.mark.parametrize(("part", "mode"), [("deposit", "bad"), ("settlement", "slow"), ("monitoring", "slow")])
def test_a_mode_that_does_not_exist_is_refused(company: Company, part: str, mode: str) -> None:
    assert puts(company, part, mode).status_code == 422
    assert puts(company, "payroll", "broken").status_code == 404


def test_the_panel_is_served_whole(company: Company) -> None:
    page = httpx.get(company.url, timeout=10)
    assert "Acme Pay" in page.text
    for name in ("panel.css", "panel.js", "icon.svg"):
        assert f"/static/{name}" in page.text
        assert httpx.get(f"{company.url}/static/{name}", timeout=10).status_code == 200


@given(
    part=st.sampled_from(PARTS),
    moment=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    failing=st.floats(0, 1),
    minutes=st.integers(1, 60),
)
def test_the_past_is_the_same_each_time_it_is_told(part: Part, moment: datetime, failing: float, minutes: int) -> None:
    good, total = counted(part, moment, failing, minutes=minutes)
    assert counted(part, moment, failing, minutes=minutes) == (good, total)
    assert 0 <= good <= total
    assert total - good <= total * failing + 1
    assert total <= 2 * part.per_minute * minutes
