"""One try at one outbox row, held in the test's own hands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.outbox.kinds import LeaseLost
from bot.outbox.model import OutboxMessage
from bot.slack.posts import Draft

TOKEN = "token-of-the-row"


def row(key: str = "incident:1:card", **fields: Any) -> OutboxMessage:
    """A row as a sender gets it."""
    now = datetime.now(UTC)
    values = {"kind": "incident.card", "subject": "incident:1", "token": TOKEN, "decided_at": now, "queued_at": now}
    return OutboxMessage(key=key, **{**values, **fields})


@dataclass
class HandTry:
    """A try whose lease holds until the test takes it away."""

    message: OutboxMessage = field(default_factory=row)
    look_first: bool = False
    has_written: bool = False
    holds_lease: bool = True
    committed: list[Callable[[Session], None]] = field(default_factory=list)

    def require_lease(self, seconds: float) -> None:
        if not self.holds_lease:
            raise LeaseLost

    def commit(self, work: Callable[[Session], None]) -> None:
        self.committed.append(work)


def draft(channel_id: str, **fields: Any) -> Draft:
    """A message to be shown, decided on a moment ago."""
    values: dict[str, Any] = {
        "key": "incident:1:card", "token": TOKEN, "text": "SEV-1 is open", "blocks": [],
        "since": datetime.now(UTC) - timedelta(minutes=2),
    }  # fmt: skip
    return Draft(channel_id=channel_id, **{**values, **fields})
