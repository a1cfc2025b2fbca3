"""The ground of the fault runs: a bot on a Slack of its own, which can be waited for and looked into."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.app import Bot
from bot.outbox.model import OPEN, OutboxMessage, State
from bot.playground import Impossible, Playground
from tests.conftest import environment_for
from tests.databases import IN_FLIGHT, has_rows
from tests.processes import CONFIG

CHANNEL = "#sev-1-checkout-is-down"
PLACES = (CHANNEL, "#sev-1", "@sevbot", "#incidents")
"""Where a person looks for what failed, the SEV's channel first."""
EMERGENCY = re.compile(r"sev-new-([a-z-]*)\d{4}")
"""The name of a channel that was made without a number: it holds the time."""
MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
A_DAY = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2} \d{4}")
"""A due date: midnight may come between two stories that are compared."""
Visible = dict[str, Any]


def config_with(folder: Path, changes: Mapping[str, Any]) -> Path:
    """A copy in `folder` of the tests' configuration, with some of its settings (by their top names) changed."""
    folder.mkdir(exist_ok=True)
    for name in ("sevbot.yaml", "workflows.yaml"):
        content = yaml.safe_load((CONFIG / name).read_text())
        changed = {key: value for key, value in changes.items() if (key == "workflows") == (name == "workflows.yaml")}
        (folder / name).write_text(yaml.safe_dump(content | changed))
    return folder


class Stage:
    """A bot, not started yet, and ada, who uses it."""

    def __init__(
        self, slack: Playground, database_url: str, config: Path = CONFIG, *, journal: Path | None = None
    ) -> None:
        self.slack = slack
        slack.redelivery_delays = (0.3, 1.0, 3.0)
        self.bot = Bot(environment_for(slack, database_url, config=config, journal=journal))
        self.ada = slack.person("ada")
        self.patience = 1000
        """After how many tries `settle` waits for a delivery no longer."""

    def start(self) -> None:
        """Start the bot, and let it learn its places."""
        self.bot.start()
        self.slack.wait_until(lambda: self.slack.socket_count() == 1, why="the bot connects")
        self.settle()

    def types(self, line: str, *, in_: str = "#general") -> None:
        """Ada types a line, and all that follows from it happens."""
        self.ada.goes_to(in_).types(line)
        self.settle()

    def settle(self, *, within: float = 20.0) -> None:
        """Wait until the bot heard everything, delivered what it could, and took its second looks."""
        self.slack.wait_until(self._is_settled, within=within, why="the bot has done all it can", seen=self.queue)

    def _is_settled(self) -> bool:
        if not self.slack.traffic.is_heard or has_rows(self.bot.database, IN_FLIGHT):
            return False
        rows = {row.key: row for row in self.rows()}
        if any(row.second_look_at for row in rows.values()):
            self.bot.dispatcher.look_twice()
            return False
        return all(self._rests(row, rows) for row in rows.values())

    def _rests(self, row: OutboxMessage, rows: dict[str, OutboxMessage]) -> bool:
        """Whether nothing comes of the row by itself any more, or only after more tries than one cares to wait for."""
        if row.state not in OPEN or (row.lease is None and row.attempts >= self.patience):
            return True
        awaited = rows.get(row.after or "")
        if awaited is None or awaited.state in (State.SENT, State.SKIPPED):
            return False
        if awaited.state == State.DEAD:
            return not row.after_any_end
        return self._rests(awaited, rows)

    def rows(self) -> list[OutboxMessage]:
        """The whole outbox."""
        with self.bot.database.read() as session:
            rows = list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
            session.expunge_all()
            return rows

    def dead(self) -> dict[str, str]:
        """What was given up and why, by kind."""
        return {row.kind: row.last_error or "" for row in self.rows() if row.state == State.DEAD}

    def queue(self) -> str:
        """The outbox, for the failure of a test."""
        return "\n".join(
            f"{row.key} {row.state} tries={row.attempts} after={row.after} {row.last_error or ''}"
            for row in self.rows()
        )

    def presses_retry(self) -> str:
        """Ada presses the first *Retry* she finds, once it is there. Returns where it was."""
        place = self.slack.wait_until(self._press_retry, within=5, why="there is a Retry somewhere", seen=self.queue)
        self.settle()
        return place

    def _press_retry(self) -> str | None:
        unnamed = [
            f"#{each.name}" for each in list(self.slack.workspace.channels.values()) if EMERGENCY.match(each.name)
        ]
        for place in (*PLACES, *unnamed):
            with suppress(Impossible):
                self.ada.clicks("Retry", in_=place)
                return place
        return None


def said_twice(slack: Playground) -> list[str]:
    """The texts of posts of which there is a second copy."""
    with slack.workspace.lock:
        channels = list(slack.workspace.channels.values())
        posts = [message for channel in channels for message in channel.messages.values() if message.metadata]
    keys = [post.metadata["event_payload"]["key"] for post in posts if post.metadata]
    return [post.text for post, key in zip(posts, keys, strict=True) if keys.count(key) > 1]


def visible(slack: Playground) -> Visible:
    """What people see in the end; what was added side by side is put in order."""
    told = json.dumps(slack.dump()).replace(slack.url, "https://slack")
    dump = json.loads(A_DAY.sub("<day>", EMERGENCY.sub(r"sev-new-\1hhmm", told)))
    for channel in dump["channels"].values():
        channel["bookmarks"].sort()
        channel["pins"] = [MINUTE.sub("<time>", pin) for pin in channel["pins"]]
    return Visible(dump)


@contextmanager
def without_database(bot: Bot) -> Iterator[None]:
    """While this lasts, the database cannot be reached."""

    def fail(*_: Any, **__: Any) -> Any:
        raise OperationalError("nothing was asked", None, ConnectionRefusedError())

    with pytest.MonkeyPatch.context() as patch:
        for door in ("run", "read", "ping"):
            patch.setattr(bot.database, door, fail)
        yield


@contextmanager
def staged(database_url: str, config: Path = CONFIG) -> Iterator[Stage]:
    """A stage with a Slack of its own. Whatever runs on it at the end is stopped."""
    with Playground() as slack:
        stage = Stage(slack, database_url, config)
        try:
            yield stage
        finally:
            stage.bot.stop()


def differences(seen: Any, expected: Any, place: str = "") -> list[str]:
    """Where two pictures of what people see differ, a line each; none where they are the same."""
    if isinstance(seen, dict) and isinstance(expected, dict):
        names = sorted(seen | expected)
        pairs = [(f"{place}/{name}", seen.get(name, "nothing"), expected.get(name, "nothing")) for name in names]
    elif isinstance(seen, list) and isinstance(expected, list) and len(seen) == len(expected):
        pairs = [(f"{place}[{at}]", *pair) for at, pair in enumerate(zip(seen, expected, strict=True))]
    else:
        return [] if seen == expected else [f"{place}: {seen!r} instead of {expected!r}"]
    return [line for where, one, other in pairs for line in differences(one, other, where)]
