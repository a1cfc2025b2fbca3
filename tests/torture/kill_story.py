"""The stories during which the bot is killed: a SEV declared, made worse and resolved, told as what one person does.

The person knows only what Slack shows: when it shows an error they do the same again, whether or not it was kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bot.outbox.model import OPEN, OutboxMessage
from bot.playground import Channel, Delivery, Impossible, Person, Playground

SETTLES_WITHIN = 60.0
TRIES = 12
REDELIVERY_DELAYS = (1.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0)
"""Slack's own are 4 s, a minute and five; who is back at once need not wait so long. More of them than Slack's, since of two
replicas it may be the frozen one that is given an event, several times in a row."""


class Ledger:
    """The bot's database, looked at from outside."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.get_backend_name() == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self._engine = create_engine(address, poolclass=NullPool)
        self.connection = self._engine.connect()

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()
        self._engine.dispose()

    def is_settled(self) -> bool:
        """Whether every delivery has ended."""
        return self._count(OutboxMessage.state.in_(OPEN)) == 0

    def waiting(self) -> list[tuple[str, str, str | None]]:
        """What has not been delivered: its key, its state, and why."""
        query = select(OutboxMessage.key, OutboxMessage.state, OutboxMessage.last_error)
        with self.connection.begin():
            found = self.connection.execute(query.where(OutboxMessage.state.in_(OPEN)))
            return [(key, state, error) for key, state, error in found]

    def is_looked_at_twice(self) -> bool:
        """Whether no second look is outstanding."""
        return self._count(OutboxMessage.second_look_at.is_not(None)) == 0

    def _count(self, condition: ColumnElement[bool]) -> int:
        with self.connection.begin():
            return self.connection.scalar(select(func.count()).select_from(OutboxMessage).where(condition)) or 0


@dataclass
class Stage:
    """Where a story is told: a local Slack with Ada in it, and the bot's database."""

    slack: Playground
    ledger: Ledger

    def __post_init__(self) -> None:
        self.slack.redelivery_delays = REDELIVERY_DELAYS
        self.ada: Person = self.slack.person("ada")

    def settles(self) -> None:
        """Wait until the bot is connected, all is delivered, and every event was taken."""
        self.slack.wait_until(
            self._is_settled, within=SETTLES_WITHIN, why="all is delivered", seen=lambda: str(self.ledger.waiting())
        )

    def _is_settled(self) -> bool:
        return (
            self.slack.socket_count() > 0
            and self.ledger.is_settled()
            and self.slack.traffic.is_heard
            and self.ledger.is_settled()
        )

    def insists(self, act: Callable[[], Delivery | None]) -> None:
        """Do it, and do it again as long as Slack shows an error; then wait until all of it was delivered.

        `act` gives None where there is nothing left to do.
        """
        for _ in range(TRIES):
            self.slack.wait_until(self.slack.socket_count, why="a bot is connected")
            delivery = act()
            if delivery is None or not delivery.error:
                self.settles()
                return
        raise AssertionError(f"Slack shows an error after each of {TRIES} tries")

    def insists_on_a_form(self, act: Callable[[], object]) -> None:
        """Do it until it opens a form."""
        for _ in range(TRIES):
            self.slack.wait_until(self.slack.socket_count, why="a bot is connected")
            if self.ada.modal is None:
                act()
            if self.ada.modal is not None:
                return
        raise AssertionError(f"no form opened in {TRIES} tries")

    @property
    def channel(self) -> Channel:
        """The SEV's channel, as Ada finds it in her list."""
        found = self.slack.wait_until(
            lambda: [name for name in self.ada.channels if name.startswith("sev-1")], why="Ada finds the SEV's channel"
        )
        return self.slack.channel(f"#{found[0]}")

    def types_in_channel(self, text: str) -> None:
        """Type a command in the SEV's channel."""
        self.insists(lambda: self.ada.goes_to(self.channel).types(text).delivery)


Story = Callable[[Stage], None]


def by_form(stage: Stage) -> None:
    """Declared through the form, with a workflow and a field; made worse by a command; resolved by a click."""
    ada = stage.ada
    stage.insists_on_a_form(lambda: ada.types("/sev declare"))
    ada.fills(Title="Checkout is down", Severity="SEV3", Summary="No order gets through")
    ada.fills(**{"Workflows affected": ["Place order"], "Region": "Europe"})
    stage.insists(lambda: _submits(stage))
    ada.closes_modal()
    stage.types_in_channel("/sev severity SEV1")
    stage.insists(lambda: _clicks_resolve(stage))


def from_message(stage: Stage) -> None:
    """Declared from a message; made worse by the card's menu; mitigated and resolved by commands."""
    ada = stage.ada
    report = stage.slack.person("grace").says("Nobody can sign in\nsince noon", in_="#general")
    stage.insists_on_a_form(lambda: ada.uses_message_shortcut("Declare a SEV from this message", on=report))
    ada.fills(Severity="SEV2")
    stage.insists(lambda: _submits(stage))
    ada.closes_modal()
    stage.insists(lambda: ada.picks("Change severity", "SEV1", in_=stage.channel))
    stage.types_in_channel("/sev mitigate")
    stage.types_in_channel("/sev resolve")


def by_words_in_private(stage: Stage) -> None:
    """Declared by a command's words, for invited people only; made worse, told more of and resolved by commands."""
    stage.insists(lambda: stage.ada.types("/sev declare SEV3 a key has leaked --private").delivery)
    stage.types_in_channel("/sev severity SEV1")
    stage.types_in_channel("/sev field region us")
    stage.types_in_channel("/sev resolve")


STORIES: dict[str, Story] = {"form": by_form, "message": from_message, "private": by_words_in_private}


def _submits(stage: Stage) -> Delivery | None:
    try:
        return stage.ada.submits()
    except Impossible:  # the form gave way to what came of it: it arrived, whatever Slack said
        return None


def _clicks_resolve(stage: Stage) -> Delivery | None:
    try:
        return stage.ada.clicks("Resolve", in_=stage.channel)
    except Impossible:  # the card has no such button any more: the first click counted
        return None
