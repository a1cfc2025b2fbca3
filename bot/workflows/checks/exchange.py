"""What a check asks, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BODY_LIMIT = 1_000_000
"""Bytes of an answer that are read at most."""


@dataclass(frozen=True)
class Asked:
    """A request with everything filled in."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    content: Any = field(default=None, repr=False)
    """A body of JSON."""
    data: Any = field(default=None, repr=False)
    """A form, or a body as it is."""

    @property
    def has_body(self) -> bool:
        return self.content is not None or self.data is not None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Found by their names in any case."""
    body: bytes = field(repr=False)
    is_whole: bool
    """Whether the body was no longer than what is read."""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")
