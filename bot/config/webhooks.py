"""Outgoing webhooks: who is told of SEVs by signed calls."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from bot.config.values import Frozen, Key, Link

EventName = Literal[
    "incident.declared",
    "incident.severity",
    "incident.status",
    "incident.resolved",
    "incident.reopened",
    "incident.update",
    "incident.title",
    "incident.summary",
    "incident.fields",
]
EVENTS: tuple[EventName, ...] = EventName.__args__  # type: ignore[attr-defined]  # it is a Literal's
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Webhook(Frozen):
    """One receiver. The secret its calls are signed with comes from the environment, by its key."""

    key: Key
    url: Link
    events: Annotated[tuple[EventName, ...], Field(min_length=1)] = EVENTS
    private: bool = False
    """Whether it is told of private SEVs: their number and no more."""
    drills: bool = False
    network: Literal["public", "private"] = "public"
    """Whether its address may also lie in a private network."""

    @property
    def secret_name(self) -> str:
        """What its secret is called in the environment, after `SEVBOT_WEBHOOK_`."""
        return self.key.upper().replace("-", "_")

    @property
    def is_here(self) -> bool:
        """Whether its address names this very machine."""
        return urlsplit(self.url).hostname in LOOPBACK


def wrong_webhooks(webhooks: Sequence[Webhook]) -> list[str]:
    """What no single setting shows: two of one key, and words that would travel the world in the clear."""
    keys = [each.key for each in webhooks]
    faults = [f"webhooks: {key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    return faults + [
        f"webhooks.{each.key}.url: must begin with https:// (only an address on this machine, or with network: private, "
        "may do without)"
        for each in webhooks
        if urlsplit(each.url).scheme != "https" and not each.is_here and each.network != "private"
    ]
