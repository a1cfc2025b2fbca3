"""Outbox kinds for tests, whose sending is told what happens to it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.config import Category, Config, Delivery, Severity, Status
from bot.outbox.kinds import Attempt, Kind, Nature, Result
from bot.outbox.model import OutboxMessage

CALL = 5.0
RULES = Delivery.model_validate({"backoff": "10s", "second_look": "2m"})
CONFIG = Config(
    severities=(Severity(key="SEV1", meaning="It is bad"),),
    statuses=(Status(key="open", category=Category.INVESTIGATING, label="Open"),),
    delivery=RULES,
)


@dataclass
class Sender:
    """One kind. `faults` are raised by its calls, one after the other; then all goes well. It keeps what it did."""

    name: str = "say"
    nature: Nature = Nature.FINDABLE
    faults: list[BaseException] = field(default_factory=list)
    load_faults: list[BaseException] = field(default_factory=list)
    record_faults: list[BaseException] = field(default_factory=list)
    before_call: Callable[[Attempt], None] = lambda _attempt: None
    called: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    troubled: list[tuple[str, str]] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go_on.set()

    def kind(self, **fields: Any) -> Kind[str]:
        """The kind as the outbox knows it."""
        return Kind(
            **{
                "name": self.name, "nature": self.nature, "label": "Say it", "load": self._load, "send": self._send,
                "record": self._record, "on_trouble": self._note_trouble, "remove_copies": self._clean, **fields,
            }
        )  # fmt: skip

    def _load(self, _session: Session, message: OutboxMessage) -> str:
        if self.load_faults:
            raise self.load_faults.pop(0)
        return message.key

    def _send(self, key: str, attempt: Attempt) -> Result:
        if attempt.look_first:
            self.looked.append(key)
        self.before_call(attempt)
        attempt.require_lease(CALL)
        self.called.append(key)
        assert self.go_on.wait(10)
        if self.faults:
            raise self.faults.pop(0)
        return {"key": key}

    def _record(self, _session: Session, _message: OutboxMessage, _result: Result, _now: datetime) -> None:
        if self.record_faults:
            raise self.record_faults.pop(0)

    def _note_trouble(self, _session: Session, message: OutboxMessage) -> None:
        self.troubled.append((message.key, message.state))

    def _clean(self, key: str, attempt: Attempt) -> None:
        attempt.require_lease(CALL)
        self.cleaned.append(key)
