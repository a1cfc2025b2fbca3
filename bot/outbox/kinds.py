"""What a kind of side effect declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.outbox.model import OutboxMessage

S = TypeVar("S")
Result = dict[str, Any]


class Nature(StrEnum):
    """What doing it twice would mean, which decides what follows when nobody knows whether it was done."""

    IDEMPOTENT = "idempotent"
    """It overwrites: do it again."""
    FINDABLE = "findable"
    """It leaves something that can be looked for: look first, then do it if it is not there."""
    AT_MOST_ONCE = "at_most_once"
    """It may be missed, never doubled: let it be."""


@dataclass(frozen=True)
class Skip:
    """There is nothing to do any more; `reason` says why, for whoever asks later."""

    reason: str


class LeaseLost(Exception):  # noqa: N818
    """Another worker has, or may have, taken over: stop without another call."""


class Attempt(Protocol):
    """One try at delivering one row, as its sender sees it."""

    @property
    def message(self) -> OutboxMessage: ...

    @property
    def look_first(self) -> bool:
        """Whether an earlier try may have had its effect already."""
        ...

    has_written: bool
    """Whether a call of this try had an effect: if a later one fails, the next try must look for it."""

    def require_lease(self, seconds: float) -> None:
        """Raise `LeaseLost` unless the lease covers a call that may take so many seconds. Ask right before each call."""
        ...

    def commit(self, work: Callable[[Session], None]) -> None:
        """Keep something durably before the next call, if the lease still holds (else `LeaseLost`)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[S]):
    """How one kind of side effect is delivered: load, then send from plain data, then record what came of it.

    `load` reads in one short session and gives plain data, or `Skip`. `send` does the calls; it raises `CallFailed`.
    `record` writes the outcome in the transaction that marks the row as sent. `on_trouble` runs, in a transaction, when
    the row dies, is late, or gets through after that. `remove_copies` looks for second copies and takes them away.
    """

    name: str
    nature: Nature
    label: str
    """What the step is called where people see it fail: `Pin the card`."""
    load: Callable[[Session, OutboxMessage], S | Skip]
    send: Callable[[S, Attempt], Result]
    record: Callable[[Session, OutboxMessage, Result, datetime], None] | None = None
    on_trouble: Callable[[Session, OutboxMessage], None] | None = None
    remove_copies: Callable[[S, Attempt], None] | None = None
    overwrites: bool = False
    """Whether what is shown is replaced: a call that arrives late may bring an older state back, so the second look
    shows a `LATEST` row anew."""

    @property
    def wants_second_look(self) -> bool:
        return self.remove_copies is not None or self.overwrites


class Kinds:
    """All kinds there are, by name."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind[Any]] = {}

    def add(self, *kinds: Kind[Any]) -> None:
        for kind in kinds:
            if kind.name in self._kinds:
                raise ValueError(f"there are two outbox kinds called {kind.name}")
            self._kinds[kind.name] = kind

    def __getitem__(self, name: str) -> Kind[Any]:
        return self._kinds[name]

    def names(self) -> list[str]:
        return sorted(self._kinds)
