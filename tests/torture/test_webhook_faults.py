"""A receiver of webhooks fails in every way it can: it hears of everything, in its order, and what failed is told."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.outbox.dispatcher import Dispatcher
from bot.webhooks.room import DELIVER
from tests.torture.faulting import CHANNEL, Stage, config_with, staged
from tests.webhooks.receiver import SECRET, Receiver, receiving

PASSING = ("429", "500", "503", "408", "timeout_before", "timeout_after", "drop_before", "drop_after")
REFUSALS = ("400", "401", "404", "410", "302")
SAMPLE = {"503", "404"}
TOLD = ["incident.declared", "incident.severity", "incident.update"]


def cases(faults: tuple[str, ...]) -> list[Any]:
    """Every fault on SQLite, and the last on PostgreSQL. A sample is no torture."""
    wanted = [("sqlite", fault) for fault in faults] + [("postgresql", faults[-1])]
    return [
        pytest.param(*case, marks=() if case[0] == "sqlite" and case[1] in SAMPLE else pytest.mark.torture)
        for case in wanted
    ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def stage(database_url: str, tmp_path: Path, receiver: Receiver) -> Iterator[Stage]:
    webhooks = [{"key": "status-page", "url": receiver.url}]
    with staged(database_url, config_with(tmp_path / "config", {"webhooks": webhooks, "workflows": []})) as made:
        made.start()
        yield made


@pytest.fixture(autouse=True)
def told_no_secret_and_no_unforeseen_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        yield
    records = caplog.get_records("call")
    assert not [record.getMessage() for record in records if record.exc_info and record.name[:4] == "bot."]
    assert SECRET not in "\n".join(f"{record.getMessage()} {record.__dict__}" for record in records)


def begin(stage: Stage) -> None:
    stage.types("/sev declare SEV2 checkout is down")


def go_on(stage: Stage) -> None:
    """Two things happen without a pause, so that the second waits for the first."""
    stage.ada.goes_to(CHANNEL).types("/sev severity SEV1")
    stage.types("/sev update rolled back", in_=CHANNEL)


@pytest.mark.parametrize(("engine", "fault"), cases(PASSING))
def test_a_fault_that_passes_holds_up_and_loses_nothing(stage: Stage, receiver: Receiver, fault: str) -> None:
    begin(stage)
    receiver.faults += [fault, fault]
    go_on(stage)
    assert receiver.events() == TOLD
    assert stage.dead() == {}
    assert receiver.taken[-1]["incident"]["severity"] == "SEV1"


@pytest.mark.parametrize(("engine", "fault"), cases(REFUSALS))
def test_a_refusal_is_told_and_retry_mends_it(stage: Stage, receiver: Receiver, fault: str) -> None:
    begin(stage)
    receiver.faults.append(fault)
    go_on(stage)
    assert set(stage.dead()) == {DELIVER}
    stage.ada.sees("Tell another service of the SEV", in_=CHANNEL)
    stage.presses_retry()
    assert stage.dead() == {}
    assert sorted(receiver.events()) == sorted(TOLD)


@pytest.mark.torture
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_a_bot_sent_before_it_died_comes_again_under_the_same_name(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, died = Dispatcher._settle_patiently, list[str]()

    def die_once(self: Dispatcher, kind: Any, attempt: Any, *rest: Any) -> None:
        if kind.name == DELIVER and not died:
            died.append(attempt.message.key)
            return
        settle(self, kind, attempt, *rest)

    monkeypatch.setattr(Dispatcher, "_settle_patiently", die_once)
    begin(stage)
    assert receiver.events() == ["incident.declared"]
    assert len(receiver.calls) == 2
    assert len({call["sevbot-delivery"] for call in receiver.calls}) == 1
