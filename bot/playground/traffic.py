"""What passed between Slack and the app: Web API calls in, deliveries out."""

import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock
from typing import Any

from bot.playground.model import Json

KEPT = 1000
WAITING = "waiting"


@dataclass(slots=True, eq=False)
class Call:
    """One Web API call. `delivery_kind` is the header `x-sevbot-kind`; `at` is monotonic, `duration` in seconds."""

    method: str
    args: Json
    number: int
    delivery_kind: str = ""
    answer: Json = field(default_factory=dict)
    status: int = 0
    at: float = field(default_factory=time.monotonic)
    duration: float = 0.0
    seen_at: float = field(default_factory=time.time)


class Delivery:
    """Something Slack sent to the app: an event, a slash command or an interaction.

    `acked` says whether an ack came in time, `ack` is its payload, `latency` the seconds from sending to ack,
    `attempts` how often it was sent. `error` is what a person is shown when a command or click failed.
    """

    __slots__ = (
        "_done",
        "ack",
        "acked",
        "attempts",
        "awaiting",
        "error",
        "errors",
        "kind",
        "latency",
        "payload",
        "reason",
        "seen_at",
        "sent_at",
    )

    def __init__(self, kind: str, payload: Json) -> None:
        self.kind = kind
        self.payload = payload
        self.acked = False
        self.ack: Any = None
        self.latency = 0.0
        self.attempts = 0
        self.awaiting = False
        self.reason = ""
        self.error = ""
        self.errors: dict[str, str] = {}
        self.sent_at = 0.0
        self.seen_at = time.time()
        self._done = Event()

    def finish(self) -> None:
        """Wake whoever waits: it was acked, or given up."""
        self._done.set()

    def wait(self, within: float = 10.0) -> bool:
        """Wait until it is acked or given up; return whether it was acked."""
        self._done.wait(within)
        return self.acked

    @property
    def name(self) -> str:
        """What it is, in Slack's words: `message`, `/sev`, `block_actions`, …."""
        if self.kind == "events_api":
            event = self.payload.get("event", {})
            return f"{event.get('type', '')} {event.get('subtype', '')}".strip()
        return str(self.payload.get("command") or self.payload.get("type", ""))

    @property
    def status(self) -> str:
        """How it went: acked, waiting, or the error."""
        return "acked" if self.acked else self.error or WAITING


class Traffic:
    """The last calls and deliveries, numbered, for the page's traffic panel."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, Call | Delivery]] = deque(maxlen=KEPT)
        self._numbers = count(1)
        self._lock = Lock()

    def add(self, what: Call | Delivery) -> None:
        """Remember one call or delivery."""
        with self._lock:
            self._entries.append((next(self._numbers), what))

    @property
    def is_heard(self) -> bool:
        """Whether the app took, or was given up on, all that was sent to it."""
        with self._lock:
            return not any(isinstance(what, Delivery) and what.status == WAITING for _, what in self._entries)

    def after(self, number: int) -> list[Json]:
        """Return the entries numbered above `number`, oldest first."""
        with self._lock:
            entries = [entry for entry in self._entries if entry[0] > number]
        return [_call_entry(n, what) if isinstance(what, Call) else _delivery_entry(n, what) for n, what in entries]


def _call_entry(number: int, call: Call) -> Json:
    args = {name: value for name, value in call.args.items() if name != "token"}
    return {
        "n": number,
        "at": call.seen_at,
        "direction": "in",
        "name": call.method,
        "summary": _summary(args),
        "status": "ok" if call.answer.get("ok") else call.answer.get("error") or str(call.status or WAITING),
        "ms": round(call.duration * 1000, 1),
        "args": args,
        "answer": call.answer,
    }


def _delivery_entry(number: int, delivery: Delivery) -> Json:
    payload = delivery.payload
    return {
        "n": number,
        "at": delivery.seen_at,
        "direction": "out",
        "name": delivery.name,
        "summary": _summary(payload.get("event", payload)),
        "status": delivery.status,
        "ms": round(delivery.latency * 1000, 1),
        "args": payload,
        "answer": delivery.ack,
    }


def _summary(args: Json) -> str:
    """The few words that tell one entry from another."""
    telling = ("channel", "channel_id", "user", "user_id", "text", "name", "topic", "reaction", "ts", "timestamp")
    parts = [str(args[key]) for key in telling if isinstance(args.get(key), str) and args[key]]
    return " · ".join(parts)[:160]
