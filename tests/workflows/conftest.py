"""What the stories of trouble are told with: signs are seen, and people answer them."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from bot.app import Bot
from bot.playground import Playground
from bot.playground.model import Message
from bot.workflows.alerts.model import AlertDelivery
from bot.workflows.problems import service as problems
from bot.workflows.problems.model import Problem
from bot.workflows.problems.service import Sign
from tests.conftest import HOOK_SECRETS
from tests.scenarios.conftest import accepted_by_slack, faults_of_the_bot
from tests.scenarios.stories import Stage

__all__ = ["accepted_by_slack"]

SAMPLES = Path(__file__).parent / "alert-samples"
BURN = Sign(
    workflow="place-order", source="burn", key="place-order:availability", title="Orders fail 14 times too often",
    detail="Out of budget in about 5 h at this rate.", link="https://grafana.example.com/d/orders", urgency="critical",
)  # fmt: skip
PLACE = "#payments"


def sample(name: str) -> bytes:
    """A body as it was sent, by its file."""
    return (SAMPLES / name).read_bytes()


class TroubleStage(Stage):
    """A workspace in which something goes wrong."""

    def signs(self, sign: Sign = BURN, *, settles: bool = True, **changes: Any) -> None:
        """A sign is seen, and what follows is shown."""
        config, now, sign = self.bot.settings.current, self.bot.clock.now(), replace(sign, **changes)
        self.bot.database.run(lambda session: problems.seen(session, sign, config=config, now=now))
        if settles:
            self.settles()

    def post(self, source: str, body: bytes, **headers: str) -> requests.Response:
        """A service delivers something. `headers` are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"http://127.0.0.1:{self.bot.server.port}/hooks/{source}"
        return requests.post(address, data=body, headers=named, timeout=10)

    def delivers(self, source: str, body: bytes | dict[str, Any], *, settles: bool = True) -> None:
        """A service that knows its secret delivers something, and it is worked off."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        secret = HOOK_SECRETS[source][0]
        proof = {"Authorization": f"Bearer {secret}"}
        if source == "pagerduty":
            proof = {"X_PagerDuty_Signature": f"v1={hmac.new(secret.encode(), content, 'sha256').hexdigest()}"}
        assert self.post(source, content, **proof).status_code == HTTPStatus.ACCEPTED
        if settles:
            self.works_off()

    def works_off(self) -> None:
        """What was delivered is worked off, and shown."""
        self.bot.house.workflows.alerts.work_off()
        self.settles()

    def deliveries(self) -> list[tuple[str, str]]:
        """What was delivered: how far it came, and what is said of it."""
        with self.bot.database.read() as session:
            rows = session.scalars(select(AlertDelivery).order_by(AlertDelivery.id))
            return [(row.state, row.outcome) for row in rows]

    def recovers(self, sign: Sign = BURN) -> None:
        """Its source says that it is over."""
        now = self.bot.clock.now()
        self.bot.database.run(lambda session: problems.recovered(session, sign.source, sign.key, now=now))
        self.settles()

    def time_passes(self, length: timedelta) -> None:
        """It is later, and the loop has looked at the problems."""
        self.slack.advance_clock(length.total_seconds())
        self.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is
        self.bot.house.workflows.alerts.show_news()
        self.settles()

    def problems(self) -> list[Problem]:
        """All there were, in order."""
        with self.bot.database.read() as session:
            found = list(session.scalars(select(Problem).order_by(Problem.id)))
            session.expunge_all()
            return found

    def messages(self, place: str = PLACE) -> list[Message]:
        """The messages about problems in a channel."""
        return [each for each in self.said_in(place) if ", since " in self.words(each)]

    def message(self, place: str = PLACE) -> str:
        """What the one message about a problem in a channel says."""
        (found,) = self.messages(place)
        self.slack.expected.add(found)
        return self.words(found)


@pytest.fixture
def trouble(slack: Playground, sevbot: Bot, caplog: pytest.LogCaptureFixture) -> Iterator[TroubleStage]:
    """The bot at work while something goes wrong. At the end it has said nothing unexpected, and logged no fault."""
    stage = TroubleStage(slack, sevbot)
    stage.begins()
    yield stage
    stage.settles()
    assert slack.unexpected() == []
    assert faults_of_the_bot(caplog) == []
