"""A place in a document, by which everything that is said of it is found."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Notes:
    """What was found while reading: whole sentences, each with its file and place."""

    faults: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Node:
    """A value, where it stands, and where to note what is found there."""

    value: Any
    origin: str
    """The file, and the object in it."""
    notes: Notes
    path: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.origin}: {'.'.join(self.path)}" if self.path else self.origin

    def at(self, *keys: str) -> "Node":
        """What stands under that key, and under the next one there; None where nothing does."""
        value = self.value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return Node(value, self.origin, self.notes, (*self.path, *keys))

    def each(self) -> Iterator["Node"]:
        """The items of a list; none where there is nothing. A fault where it is no list."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.fault("must be a list")
            return
        for number, value in enumerate(self.value):
            yield Node(value, self.origin, self.notes, (*self.path, str(number)))

    def has(self, key: str) -> bool:
        """Whether anything stands under that key. Real files leave keys without a value: that is nothing."""
        return self.at(key).value is not None

    def text(self) -> str | None:
        """The text that stands here, if that is what does."""
        return self.value if isinstance(self.value, str) and self.value.strip() else None

    def number(self) -> float | None:
        """The number that stands here, if that is what does."""
        return float(self.value) if isinstance(self.value, int | float) and not isinstance(self.value, bool) else None

    def fault(self, said: str) -> None:
        """Note that it is wrong, and what to write instead."""
        self.notes.faults.append(f"{self.place}: {said}")

    def notice(self, said: str) -> None:
        """Note that it is right, but something about it is not done here."""
        self.notes.notices.append(f"{self.place}: {said}")
