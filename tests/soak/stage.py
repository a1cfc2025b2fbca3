"""Where a soak happens: a local Slack with all its people, the bot, its database, and the services around them."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.config import load
from bot.db import Database
from bot.incidents.model import Incident, TimelineEntry
from bot.outbox.model import OPEN, OutboxMessage
from bot.playground import Channel, Delivery, Person, Playground
from bot.remediation.model import ActionItem
from bot.timeline.sentences import sentence
from bot.web.v1.shown import AS_WRITTEN
from tests.soak import company
from tests.soak.plan import Plan
from tests.soak.running import SoakedBot
from tests.soak.told import Told
from tests.web.services import SEVS, secret
from tests.webhooks.receiver import Receiver

TRIES = 40
WITHIN = 60.0
"""Seconds in which the bot is there again, or what was asked of it has come."""
LOOK_AGAIN = 0.5
"""Seconds after which the loop runs again where something is waited for."""
NOT_KEPT = "nothing was changed"
COUNTED = re.compile(r"(?<=added the action item SEV-)(\d+)/\d+|, due \d{4}-\d\d-\d\d\.$")
"""What depends on which of two came first, or on a policy, in what is said of an item."""
UNTOLD = ("channel", "joined", "item_changed", "channel_regained", "paged")
"""Kinds of entry that tell what nobody of the story did."""


@dataclass
class Stage:
    """One soak. Several threads act on it at once."""

    plan: Plan
    slack: Playground
    bot: SoakedBot
    database: Database
    """The bot's, looked at from outside."""
    receiver: Receiver
    settings: Path
    told: list[Told]
    digests: dict[str, int] = field(default_factory=dict)
    """How many open SEVs each digest must name, by how it begins."""
    journal: list[str] = field(default_factory=list)
    """What was done and answered, for the failure of a test."""
    looped_at: float = 0.0
    """When the loop ran last, by machine time."""
    asking: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.config = load(self.settings)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.slack.clock.now(), UTC)

    def notes(self, words: str) -> None:
        """Write down what happened."""
        self.journal.append(f"{self.now:%H:%M} {words}")

    # Time

    def passes(self, minutes: int) -> None:
        """Time goes by, and the bot knows."""
        self.slack.advance_clock(minutes * 60)
        with self.asking:
            self.bot.time(self.slack.clock.now())

    def loops(self) -> None:
        """The loop does once what is due."""
        with self.asking:
            self.bot.loop()
            self.looped_at = time.monotonic()

    def settles(self) -> None:
        """All that was decided is delivered, and all events are taken."""
        self.slack.wait_until(self._is_settled, within=WITHIN, why="all is delivered", seen=lambda: str(self.waiting()))

    def _is_settled(self) -> bool:
        if not self.slack.web_api.busy and self._has_heard_all():
            return self._has_heard_all()  # what was heard in between may have led to something
        if time.monotonic() - self.looped_at > LOOK_AGAIN:
            self.loops()
        return False

    def _has_heard_all(self) -> bool:
        """Whether nothing came of what was taken last."""
        return self.slack.traffic.is_heard and not self.waiting()

    def waiting(self) -> list[tuple[str, str, str | None]]:
        """What is not delivered: its key, its state, and why."""
        with self.database.read() as session:
            rows = session.scalars(select(OutboxMessage).where(OutboxMessage.state.in_(OPEN)))
            return [(row.key, row.state, row.last_error) for row in rows]

    # Looking

    def sentences(self, number: int) -> list[str]:
        """What a SEV's timeline says of what people and services did, as the database has it."""
        entries = select(TimelineEntry).join(Incident, Incident.id == TimelineEntry.incident_id).where(
            Incident.number == number, TimelineEntry.withdrawn_at.is_(None), TimelineEntry.kind.not_in(UNTOLD)
        )  # fmt: skip
        with self.database.read() as session:
            found = session.scalars(entries.order_by(TimelineEntry.id))
            return [COUNTED.sub(r"\1", sentence(each, self.config, voice=AS_WRITTEN)) for each in found]

    def number_of(self, title: str) -> int:
        """The number of the SEV with a title; 0: there is none."""
        with self.database.read() as session:
            return session.scalar(select(Incident.number).where(Incident.title == title)) or 0

    def number_of_item(self, title: str) -> int:
        """The number of the action item with a title; 0: there is none."""
        with self.database.read() as session:
            return session.scalar(select(ActionItem.number).where(ActionItem.title == title)) or 0

    def channel_of(self, told: Told) -> Channel:
        """A SEV's channel, as soon as it is there."""
        return self.slack.wait_until(lambda: self._channel_of(told), within=WITHIN, why=f"{told.name} has a channel")

    def _channel_of(self, told: Told) -> Channel | None:
        with self.database.read() as session:
            found = session.scalar(select(Incident.channel_id).where(Incident.number == told.number))
        return self.slack.workspace.channels.get(found or "")

    def person(self, name: str) -> Person:
        """Somebody, at their own client."""
        return self.slack.person(name)

    # Insisting

    def insists(self, deed: Callable[[], Delivery | None], is_done: Callable[[], bool]) -> None:
        """Do it, and do it again as long as Slack shows an error and nothing came of it. `deed` gives None where there is
        nothing left to do."""
        for _ in range(TRIES):
            self.slack.wait_until(self.slack.socket_count, within=WITHIN, why="the bot is connected")
            delivery = deed()
            if delivery is None or not delivery.error:
                return
            self.notes(f"    {delivery.error}")
            if self.holds(is_done):
                return
        raise AssertionError(f"Slack shows an error after each of {TRIES} tries")

    def types(self, name: str, line: str, is_done: Callable[[], bool]) -> str:
        """Somebody types a line until it is taken; what it was answered at last."""
        answers: list[str] = []

        def type_it() -> Delivery | None:
            reply = self.person(name).types(line)
            answers.append(reply.text)
            self.notes(f"{name} types {line}: {reply.text}")
            assert reply.delivery is not None
            if NOT_KEPT in reply.text:
                reply.delivery.error = reply.text
            return reply.delivery  # type: ignore[no-any-return]

        self.insists(type_it, is_done)
        return answers[-1]

    def holds(self, is_so: Callable[[], bool]) -> bool:
        """Whether it is so, as the database says once it is there."""
        for _ in range(TRIES):
            try:
                return is_so()
            except SQLAlchemyError:
                self.bot.wait_for(0.2)
        raise AssertionError("the database does not come back")

    # Services

    def asks(self, method: str, path: str, content: Any = None, *, by: str = "ci", **headers: str) -> httpx.Response:
        """A service calls the API, again and again while nobody answers; `path` is what follows `/api/v1/incidents`."""
        named = {"Authorization": f"Bearer {secret(by)}", **headers}
        url = f"{self.address}{path if path.startswith('/api') else SEVS + path}"
        return self._insists_on_answer(lambda: httpx.request(method, url, json=content, headers=named, timeout=20))

    def delivers(self, content: Any) -> None:
        """A monitoring delivers an alert."""
        headers = {"Authorization": f"Bearer {company.HOOKS}"}
        url = f"{self.address}/hooks/generic"
        answer = self._insists_on_answer(lambda: httpx.post(url, json=content, headers=headers, timeout=20))
        assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
        self.notes(f"alert {content}")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.bot.port}"

    def _insists_on_answer(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        for _ in range(TRIES * 5):
            try:
                answer = call()
            except httpx.TransportError:
                self.bot.wait_for(0.1)
                continue
            if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                return answer
            assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, answer.text
            self.bot.wait_for(0.1)
        raise AssertionError("the bot does not answer")
