"""What a source makes of a body: alerts that look alike, whoever sent them; and the few things every source needs for it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.config import Config
from bot.workflows.problems.model import Urgency

EPOCH = 1970
MOST_FIELDS = 15
NAME_LIMIT = 40
WORKFLOW_LABEL = "workflow"
"""The label that names the workflow an alert is about, by its key."""


class State(StrEnum):
    FIRING = "firing"
    NEWS = "news"
    """Something about an alert that is known already; where it is not, there is nothing to do."""
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert, as it is now. Its texts may be anything."""

    key: str
    """By which its sender knows it again: the same from its first firing to its end, and when it comes back."""
    state: State
    title: str
    detail: str = ""
    link: str = ""
    urgency: Urgency = "warning"
    labels: Mapping[str, str] = field(default_factory=dict)
    """By which a workflow can be found, as the sender names them."""
    since: datetime | None = None
    at: datetime | None = None
    """When its sender says that, where bodies may come late or in another order; None: it does not tell."""


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What a body says: its alerts, in order, and what of it could not be understood."""

    alerts: tuple[Alert, ...] = ()
    id: str = ""
    """By which the sender knows the delivery, where it gives one: said twice, it is heard once."""
    faults: tuple[str, ...] = ()
    """In a few words each, with nothing of what people wrote: operators read them."""


class NotUnderstood(Exception):  # noqa: N818
    """A body, or a part of it, says nothing this source knows. The text says what is missing, in a few words."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """With what a sender proves who it is: the secrets it may use, and when it is now (machine time)."""

    secrets: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Source:
    """One kind of sender, at `/hooks/NAME`."""

    name: str
    label: str
    """What people call it."""
    is_genuine: Callable[[Proof, Mapping[str, str], bytes], bool]
    """Whether a delivery, by its headers (named in lower case) and its very bytes, is from who knows a secret."""
    understand: Callable[[Any, Config], Understood]
    """What a body says, given as JSON. Pure; raises `NotUnderstood`."""
    may_repeat: bool = False
    """Whether the same body may be news again, since nothing in it tells one time from another."""


URGENCIES: Mapping[str, Urgency] = {
    **dict.fromkeys(("critical", "page", "emergency", "fatal", "disaster", "p0", "p1", "sev0", "sev1"), "critical"),
    **dict.fromkeys(("info", "information", "informational", "notice", "none", "low", "p4", "p5", "ok"), "info"),
}
"""What senders call how urgent it is. Anything else, and nothing at all, is worth a look: a warning."""


def urgency_of(word: object) -> Urgency:
    """How urgent something is, by whatever word its sender has for it."""
    return URGENCIES.get(str(word or "").strip().lower(), "warning")


def words(value: object) -> str:
    """A text, a number or a truth as text; anything else is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def mapping(value: object) -> dict[str, Any]:
    """A JSON object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def labels_in(value: object) -> dict[str, str]:
    """The labels of a JSON object: its texts and numbers, by name."""
    return {str(name): words(each) for name, each in mapping(value).items() if words(each)}


def moment(value: object) -> datetime | None:
    """A time as senders write it, with its zone; None for anything else, and for years up to 1970, which stand for none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo and found.year > EPOCH else None


def digest_of(labels: Mapping[str, str]) -> str:
    """Labels as a key, for senders that give none."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:32]


def outline(content: object) -> str:
    """What a body looked like: the names of its fields, and nothing of what they hold."""
    if not isinstance(content, dict):
        return f"it is no JSON object but {'a list' if isinstance(content, list) else 'a bare value'}"
    names = ", ".join(sorted(str(name)[:NAME_LIMIT] for name in content)[:MOST_FIELDS])
    return f"it has the fields {names}" if names else "it has no fields"
