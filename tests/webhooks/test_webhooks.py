"""What other services are told of SEVs, as a receiver hears it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config.webhooks import EVENTS, Webhook, wrong_webhooks
from bot.http import Reach
from bot.webhooks.letters import KINDS, signature
from bot.webhooks.room import reach_of
from tests.torture.faulting import CHANNEL, Stage, config_with, staged
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def hook(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"key": "status-page", "url": receiver.url, **more}


@pytest.fixture
def webhooks(receiver: Receiver) -> list[dict[str, Any]]:
    return [hook(receiver)]


@pytest.fixture
def stage(database_url: str, tmp_path: Path, webhooks: list[dict[str, Any]]) -> Iterator[Stage]:
    with staged(database_url, config_with(tmp_path / "config", {"webhooks": webhooks, "workflows": []})) as made:
        made.start()
        yield made


def test_a_receiver_hears_of_all_that_happens_to_a_sev_in_its_order(stage: Stage, receiver: Receiver) -> None:
    stage.types("/sev declare SEV2 checkout is down")
    for line in (
        "severity SEV1",
        "title checkout is slow",
        "update rolled back",
        "field region us",
        "status identified",
        "resolve",
    ):
        stage.types(f"/sev {line}", in_=CHANNEL)
    stage.types("/sev reopen it is back", in_=CHANNEL)
    assert receiver.events() == [
        "incident.declared", "incident.severity", "incident.title", "incident.update", "incident.fields",
        "incident.status", "incident.resolved", "incident.reopened",
    ]  # fmt: skip
    severity, update = receiver.taken[1], receiver.taken[3]
    assert (severity["before"], severity["after"], severity["by"]) == ("SEV2", "SEV1", "U01ADA")
    assert update["text"] == "rolled back"
    assert update["incident"]["name"] == "SEV-1"
    assert update["incident"]["title"] == "checkout is slow"
    fields = receiver.taken[4]
    assert (fields["before"], fields["after"]) == ({"region": None}, {"region": "United States"})
    assert fields["incident"]["fields"] == {"region": "us"}
    assert len({call["sevbot-delivery"] for call in receiver.calls}) == len(receiver.calls) == 8


@pytest.mark.parametrize("engine", ["sqlite"])
def test_of_private_sevs_and_drills_a_receiver_hears_nothing(stage: Stage, receiver: Receiver) -> None:
    stage.types("/sev declare SEV2 salaries are public --private")
    stage.types("/sev declare SEV2 the game day --drill")
    assert receiver.taken == []
    assert stage.dead() == {}


@pytest.mark.parametrize("engine", ["sqlite"])
class TestToldOfEverything:
    @pytest.fixture
    def webhooks(self, receiver: Receiver) -> list[dict[str, Any]]:
        return [hook(receiver, private=True, drills=True, events=["incident.declared"])]

    def test_of_a_private_sev_it_hears_the_number_and_no_more(self, stage: Stage, receiver: Receiver) -> None:
        stage.types("/sev declare SEV2 salaries are public --private")
        stage.types("/sev severity SEV-1 SEV1")
        stage.types("/sev declare SEV2 the game day --drill")
        private, drill = receiver.taken
        assert private.keys() == {"delivery", "event", "at", "incident"}
        assert private["incident"] == {
            "number": 1, "name": "SEV-1", "title": "Private SEV-1", "is_private": True, "is_drill": False,
        }  # fmt: skip
        assert (drill["incident"]["title"], drill["incident"]["is_drill"]) == ("the game day", True)


@pytest.mark.parametrize("engine", ["sqlite"])
class TestUnreachable:
    @pytest.fixture
    def webhooks(self, receiver: Receiver) -> list[dict[str, Any]]:
        lost = {"key": "lost", "url": "https://hooks.example.com/hook"}
        return [hook(receiver), lost]

    def test_one_without_a_secret_is_shown_and_keeps_the_others_from_nothing(
        self, stage: Stage, receiver: Receiver
    ) -> None:
        stage.types("/sev declare SEV2 checkout is down")
        assert receiver.events() == ["incident.declared"]
        assert stage.dead() == {"webhooks.deliver": "no_secret: set SEVBOT_WEBHOOK_LOST"}
        stage.ada.sees("Tell another service of the SEV", in_=CHANNEL)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_webhook_that_was_taken_away_is_sent_nothing_more(stage: Stage, receiver: Receiver) -> None:
    receiver.faults += ["503"] * 1000
    settings = stage.bot.settings
    stage.patience = 1
    stage.types("/sev declare SEV2 checkout is down")
    settings.current = settings.current.model_copy(update={"webhooks": ()})
    stage.patience = 1000
    stage.types("/sev severity SEV1", in_=CHANNEL)
    assert stage.dead() == {}
    skipped = [row.last_error for row in stage.rows() if row.kind == "webhooks.deliver"]
    assert skipped == ["there is no such webhook any more"]
    assert receiver.taken == []


def test_every_event_has_a_kind_and_every_kind_an_event() -> None:
    assert {f"incident.{kind}" for kind in KINDS} | {"incident.resolved"} == set(EVENTS)


def test_a_signature_is_as_the_docs_show_it() -> None:
    body = b'{"delivery": "d1"}'
    shown = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    assert f"`{signature('correct horse battery', body, at=1795770000)}`" in shown


@pytest.mark.parametrize(
    ("url", "network", "reach"),
    [
        ("https://hooks.example.com", "public", Reach.PUBLIC), ("http://hooks.internal", "private", Reach.PRIVATE),
        ("http://127.0.0.1:9", "public", Reach.LOOPBACK), ("http://localhost:9", "private", Reach.LOOPBACK),
    ],
)  # fmt: skip
def test_which_addresses_may_be_called_follows_from_the_settings(url: str, network: Any, reach: Reach) -> None:
    assert reach_of(Webhook(key="a", url=url, network=network)) is reach


def test_words_do_not_travel_in_the_clear() -> None:
    clear = Webhook(key="a", url="http://hooks.example.com/x")
    near = Webhook(key="b", url="http://hooks.internal/x", network="private")
    here = Webhook(key="c", url="http://127.0.0.1:9/x")
    assert [fault.partition(":")[0] for fault in wrong_webhooks([clear, near, here])] == ["webhooks.a.url"]
    assert wrong_webhooks([near, near]) == ["webhooks: 'b' is there twice"]
