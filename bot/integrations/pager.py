"""What every pager can do, in our words: the vendors' files speak them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

PHONES_AT_MOST = 3
PEOPLE_AT_MOST = 5
"""Of how many people on call the phone numbers are asked for, and how many of each are kept."""


class Action(StrEnum):
    """What is told to the pager about an alert. Each may be told twice: the alert's key makes it the same one."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What is said to whoever is paged. All of it leaves the house."""

    key: str
    """The same for ever for one alert, and for no other, here or elsewhere."""
    summary: str
    level: int
    """How bad: the number in SEV1, 0 or 1 for the worst."""
    details: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody on call: their name and phone numbers, as the pager has them."""

    name: str
    phones: tuple[str, ...]


def clipped(text: str, limit: int) -> str:
    """Text of at most `limit` characters, its end replaced by an ellipsis where it is longer."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


class Pager(Protocol):
    """One team's door to its pager. Both methods raise `CallFailed`."""

    @property
    def longest(self) -> float:
        """Seconds that one call may take."""
        ...

    def tell(self, action: Action, alarm: Alarm) -> None:
        """Tell it about an alert."""
        ...

    def on_call(self, schedule: str) -> tuple[Person, ...]:
        """Who is on call now, the first to be called first."""
        ...
