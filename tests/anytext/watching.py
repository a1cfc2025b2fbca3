"""What must hold whatever was sent: nothing failed inside the bot, Slack took all of it, and nobody was called who wasn't meant."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from bot.app import Bot
from bot.incidents.model import Incident, IncidentLink, TimelineEntry
from bot.logs import TextFormatter
from bot.outbox.model import OutboxMessage, State
from bot.playground import Playground
from bot.playground.model import Json, Message
from bot.slack.text import link

TOKEN = re.compile(r"<([^<>\n]*)>")
OWN_DATE = re.compile(r"!date\^\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC")
HARMLESS = frozenset(
    {"already_pinned", "already_in_channel", "cant_invite_self", "hash_conflict", "not_found", "name_taken"}
)
"""Answers that are no fault: it was done before, the form is gone, or the name is somebody else's."""
SPOKEN = ("text", "topic")

ADOPTABLE = "war-room"
"""A channel of people's own, which becomes a SEV's."""


class Faults(logging.Handler):
    """Keeps what the bot logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.setFormatter(TextFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Watch:
    """Looks at all that passed between the bot and Slack since it last looked. `speaker` is the only person there is."""

    def __init__(self, slack: Playground, bot: Bot, *, speaker: str) -> None:
        self._slack = slack
        self._bot = bot
        self._speaker = speaker
        self._calls = 0
        self._ephemerals: set[Message] = set()
        self.faults = Faults()

    def begins(self) -> None:
        """What was said and went wrong before is another's matter."""
        self._calls = len(self._slack.calls)
        self._whispers()
        self.faults.lines.clear()
        self._slack.rejections.clear()
        self._slack.client.notices.clear()

    def all_is_well(self) -> None:
        """Raise AssertionError unless everything since the last look was right.

        What only the speaker sees may name people: it is where they asked for them (`timeline by @grace`), and calls nobody.
        """
        calls = self._slack.calls[self._calls :]
        self._calls += len(calls)
        whispers = self._whispers()
        assert self.faults.lines == []
        assert self._slack.rejections == []
        assert self._slack.client.notices == {}
        failed = [(call.method, call.answer) for call in calls if call.answer.get("error", "") not in HARMLESS | {""}]
        assert failed == []
        assert self._dead() == []
        live = [token for call in calls for token in self._live(call.args)]
        asked_for = {f"@{person}" for person in self._slack.workspace.users}
        whispered = [token for each in whispers for token in self._live(each) if token not in asked_for]
        assert live + whispered == []

    def _whispers(self) -> list[Json]:
        """What only the speaker was shown, since the last look."""
        with self._slack.workspace.lock:
            shown = [each for channel in self._slack.workspace.channels.values() for each in channel.ephemerals]
        fresh = [each for each in shown if each not in self._ephemerals]
        self._ephemerals.update(fresh)
        return [{"text": each.text, "blocks": each.blocks} for each in fresh]

    def _dead(self) -> list[tuple[str, str | None]]:
        with self._bot.database.read() as session:
            rows = session.scalars(select(OutboxMessage).where(OutboxMessage.state == State.DEAD))
            return [(row.key, row.last_error) for row in rows if row.last_error != "not_found"]

    def _live(self, said: Json) -> list[str]:
        """What would become a mention, a link or a date that the bot did not mean."""
        return [token for text in spoken(said) for token in TOKEN.findall(text) if not self._is_meant(token)]

    def _is_meant(self, token: str) -> bool:
        target = token.partition("|")[0]
        if target.startswith("#"):
            channel = self._slack.workspace.channels.get(target[1:])
            return channel is not None and (channel.creator == self._slack.bot_user_id or channel.name == ADOPTABLE)
        own = f"{self._slack.url}/archives/"
        on_call = {f"@{person}" for team in self._bot.settings.current.teams if team.pager for person in team.members}
        is_ours = target in on_call or bool(OWN_DATE.fullmatch(token)) or target.startswith(own)
        return is_ours or target == f"@{self._speaker}" or target in self._given()

    def _given(self) -> set[str]:
        """What people gave the bot in order to be shown: whom they named to it, the calls and the links of SEVs."""
        with self._bot.database.read() as session:
            named = session.scalars(select(TimelineEntry.data).where(TimelineEntry.kind == "invited"))
            people = {f"@{user_id}" for data in named for user_id in data["people"]}
            links = {*session.scalars(select(IncidentLink.address)), *session.scalars(select(Incident.bridge))}
        usual = self._bot.settings.current.channels.bridge
        return people | {_address(each) for each in {*links, usual} if each}


def _address(of: str) -> str:
    """A link's address as it stands in mrkdwn."""
    return link(of, "x").removeprefix("<").partition("|")[0]


def spoken(said: Any) -> Iterator[str]:
    """Every text in which Slack would look for mentions: `text` and `topic` of a call, and mrkdwn objects in blocks."""
    if not isinstance(said, dict):
        return
    for name in SPOKEN:
        if isinstance(said.get(name), str):
            yield said[name]
    for name in ("blocks", "view"):
        part = said.get(name)
        yield from _marked(json.loads(part) if isinstance(part, str) else part)


def _marked(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _marked(each)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for each in part.values():
            yield from _marked(each)
