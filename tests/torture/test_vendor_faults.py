"""A pager fails at every call, in every way it can: nobody is paged twice or not at all, and what failed is told."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox.dispatcher import Dispatcher
from bot.paging.model import Duty
from bot.playground.pager import GENIE_KEY, ROUTING_KEY, TOKEN, Alert
from tests.databases import new_sqlite
from tests.torture import vendors
from tests.torture.faulting import Stage, config_with, said_twice, staged
from tests.torture.vendors import VENDOR_STORIES, VendorStory

PASSING = ("429", "500", "503", "408", "timeout_before", "timeout_after", "drop_before", "drop_after")
REFUSALS = ("400", "401", "403", "404", "302")
TEAMS = [
    {"key": "payments", "name": "Payments", "members": ["U02GRACE"],
     "pager": {"service": "pagerduty", "key": "PAYMENTS", "schedule": "PAYMENTS"}},
    {"key": "platform", "name": "Platform", "members": ["U06BARBARA"],
     "pager": {"service": "opsgenie", "key": "PLATFORM", "schedule": "Platform"}},
]  # fmt: skip
NOTHING_TO_CLOSE = {("/acknowledge", "404"), ("/close", "404")}
"""Opsgenie knows no such alert: then it rings no more, which is what was wanted."""
SAMPLE = {
    ("sqlite", "pagerduty/v2/enqueue", "timeout_after"), ("sqlite", "/close", "503"),
}  # fmt: skip


def cases(faults: tuple[str, ...]) -> list[Any]:
    """Every story with every fault on SQLite, and with one fault of the kind on PostgreSQL. A sample is no torture."""
    wanted = [("sqlite", story, fault) for story in VENDOR_STORIES for fault in faults]
    wanted += [("postgresql", story, faults[-1]) for story in VENDOR_STORIES]
    return [
        pytest.param(
            *case,
            id="-".join(map(str, case)),
            marks=() if (case[0], case[1].ending, case[2]) in SAMPLE else pytest.mark.torture,
        )
        for case in wanted
    ]


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(database_url, config_with(tmp_path / "config", {"teams": TEAMS, "workflows": []})) as made:
        yield made


@pytest.fixture(autouse=True)
def told_no_secret_and_no_unforeseen_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a pager does, no exception is one that nobody thought of, and no key gets into the log."""
    with caplog.at_level(logging.DEBUG, logger="bot"):
        yield
    records = caplog.get_records("call")
    assert not [record.getMessage() for record in records if record.exc_info and record.name[:4] == "bot."]
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in records if record.name[:4] == "bot.")
    assert not [secret for secret in (ROUTING_KEY, GENIE_KEY, TOKEN) if secret in logged]


def rung(stage: Stage) -> dict[str, tuple[str, int]]:
    """How the pager's alerts are, and how often each rang, by team."""
    alerts: list[Alert] = list(stage.slack.pager.alerts.values())
    return {alert.key.rpartition("-")[2]: (alert.state, alert.rings) for alert in alerts}


def known(stage: Stage) -> dict[str, list[str]]:
    """Who is known to be on call."""
    with stage.bot.database.read() as session:
        return {duty.team: [each["name"] for each in duty.people] for duty in session.scalars(select(Duty))}


def as_wanted(story: VendorStory) -> dict[str, tuple[str, int]]:
    """How the alert of a story is in the end."""
    if story.kind == vendors.ON_CALL:
        return {}
    is_payments = story.ending.endswith("enqueue")
    state = "triggered" if story.given is vendors.start_declare else "acknowledged"
    return {"payments" if is_payments else "platform": ("resolved" if story.when is vendors.resolve else state, 1)}


@pytest.mark.parametrize(("engine", "story", "fault"), cases(PASSING))
def test_a_fault_that_passes_rings_once_all_the_same(stage: Stage, story: VendorStory, fault: str) -> None:
    story.given(stage)
    stage.slack.pager.faults.append((story.ending, fault))
    story.when(stage)
    assert stage.slack.pager.faults == []
    assert stage.dead() == {}
    assert rung(stage) == as_wanted(story)
    assert known(stage) == {"payments": ["Grace Hopper"], "platform": ["Barbara Liskov"]}
    assert said_twice(stage.slack) == []


@pytest.mark.parametrize(("engine", "story", "fault"), cases(REFUSALS))
def test_a_refusal_is_told_and_retry_mends_it(stage: Stage, story: VendorStory, fault: str) -> None:
    story.given(stage)
    stage.slack.pager.faults.append((story.ending, fault))
    story.when(stage)
    if (story.ending, fault) in NOTHING_TO_CLOSE:
        assert stage.dead() == {}
        return
    assert set(stage.dead()) == {story.kind}
    if story.kind == vendors.ON_CALL:
        stage.bot.dispatcher.wake()
        assert "can't be asked at the moment" in stage.ada.types("/sev oncall").text
        return
    assert re.search(rf"http_{fault}|invalid_event|redirected", stage.queue())
    stage.presses_retry()
    assert stage.dead() == {}
    assert rung(stage) == as_wanted(story)
    assert said_twice(stage.slack) == []


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.torture)])
def test_a_bot_that_dies_after_the_pager_took_it_pages_nobody_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendors.start_declare(stage)
    settle = Dispatcher._settle_patiently
    died: list[str] = []

    def die_once(self: Dispatcher, kind: Any, attempt: Any, *rest: Any) -> None:
        if kind.name == vendors.TELL and not died:
            died.append(attempt.message.key)
            return
        settle(self, kind, attempt, *rest)

    monkeypatch.setattr(Dispatcher, "_settle_patiently", die_once)
    vendors.page("payments")(stage)
    assert died == ["incident:1:page:payments:1"]
    (alert,) = stage.slack.pager.alerts.values()
    assert (alert.log, alert.rings) == (["trigger", "trigger"], 1)
    assert said_twice(stage.slack) == []


@pytest.mark.torture
@pytest.mark.parametrize("kind", [vendors.TELL, vendors.ON_CALL])
def test_there_is_a_story_for_every_address_a_kind_calls(kind: str, tmp_path: Path) -> None:
    called: set[str] = set()
    config = config_with(tmp_path / "config", {"teams": TEAMS, "workflows": []})
    for story in (story for story in VENDOR_STORIES if story.kind == kind):
        with staged(new_sqlite(tmp_path), config) as stage:
            story.given(stage)
            before = len(stage.slack.pager.requests)
            story.when(stage)
            called |= {each["path"] for each in stage.slack.pager.requests[before:]}
    endings = [story.ending for story in VENDOR_STORIES]
    assert not [path for path in called if not any(path.endswith(ending) for ending in endings)]
