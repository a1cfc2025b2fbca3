"""What a webhook's receiver is sent, and how it can tell that it comes from us. Pure."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.config import Category, Config, Webhook
from bot.incidents.facts import facts, moment, withheld
from bot.incidents.model import Incident, TimelineEntry

DELIVERY, TIMESTAMP, SIGNATURE = "Sevbot-Delivery", "Sevbot-Timestamp", "Sevbot-Signature"
VERSION = "v1"
KINDS = ("declared", "severity", "status", "reopened", "update", "title", "summary", "fields")
"""The kinds of entry that receivers are told of."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One call to one receiver."""

    webhook: Webhook
    secrets: Sequence[str] = field(repr=False)
    """The newest first; more than one while it is being changed."""
    delivery: str
    """By which the receiver knows it again when it comes twice."""
    content: dict[str, Any]

    @property
    def body(self) -> bytes:
        return json.dumps({"delivery": self.delivery, **self.content}).encode()


def event_of(entry: TimelineEntry, config: Config) -> str:
    """What an entry is called outside: that a SEV was resolved is an event of its own."""
    is_resolved = entry.kind == "status" and config.status(entry.data.get("after", "")).category is Category.RESOLVED
    return f"incident.{'resolved' if is_resolved else entry.kind}"


def content(incident: Incident, entry: TimelineEntry, config: Config) -> dict[str, Any]:
    """What is told: the event, and the SEV as it is now. Of a private one, its number and no more."""
    event = {"event": event_of(entry, config), "at": moment(entry.at)}
    if incident.is_private:
        return event | {"incident": withheld(incident)}
    return event | {
        "by": entry.actor,
        "text": entry.text,
        "before": entry.data.get("before"),
        "after": entry.data.get("after"),
        "incident": facts(incident, config),
    }


def headers(letter: Letter, *, at: int) -> dict[str, str]:
    """What goes with a letter that is sent at that time (seconds since 1970): its signature, and by what it is known again."""
    signatures = [f"{VERSION}={signature(secret, letter.body, at=at)}" for secret in letter.secrets]
    return {
        "Content-Type": "application/json",
        DELIVERY: letter.delivery,
        TIMESTAMP: str(at),
        SIGNATURE: ",".join(signatures),
    }


def signature(secret: str, body: bytes, *, at: int) -> str:
    """HMAC-SHA256 over `TIMESTAMP.BODY`, in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
