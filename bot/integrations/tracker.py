"""What every tracker can do, in our words: the vendors' files speak them. `docs/trackers.md` says how to add the next one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Progress(StrEnum):
    """How far an issue is, whatever its status is called there."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"


class Field(StrEnum):
    """What is kept the same on both sides."""

    STATUS = "status"
    ASSIGNEE = "assignee"
    DUE = "due"
    TITLE = "title"


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody, as the tracker knows them."""

    id: str
    name: str
    email: str = ""
    """Empty where the tracker does not show it."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue as it was when it was read."""

    id: str
    """It stays the same when the issue moves to another project; its key does not."""
    key: str
    url: str
    title: str
    status: str
    """What the tracker's people call it."""
    progress: Progress
    assignee: Account | None
    due_on: date | None
    updated_at: datetime
    """The tracker's time of its last change: of two readings, the later one is the newer one."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An issue to be made. All of it leaves the house."""

    mark: str
    """Under which it can be found again: the same for ever for one issue, and for no other, here or elsewhere."""
    project: str
    issue_type: str
    title: str
    paragraphs: tuple[str, ...] = ()
    priority: str | None = None
    assignee: str | None = None
    """An account's id."""
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Goal:
    """Where an issue is to go: to a status with one of these names where there is one, or to any that is so far."""

    progress: Progress
    names: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    """Statuses that are so far too, and mean something else."""


@dataclass(frozen=True, kw_only=True)
class News:
    """Which issues changed, the longest ago first."""

    changed: tuple[tuple[str, datetime], ...]
    """Their ids, and when."""
    is_all: bool
    """Whether there are no later ones that were left out."""


Edits = Mapping[Field, str | date | None]
"""New values: a title, a due date or none, an account's id or none."""


class Tracker(Protocol):
    """The door to a tracker. Every method raises `CallFailed`, and where an answer makes no sense `Temporary`."""

    def during(self, require: Callable[[float], object]) -> "Tracker":
        """The same door, which asks `require` before each call for the seconds it may take."""
        ...

    def create(self, draft: Draft) -> tuple[str, Sequence[str]]:
        """Make an issue. Returns its key, and what of the draft the tracker did not take, in words."""
        ...

    def find(self, mark: str) -> str | None:
        """The key of the issue that bears a mark; what was made just now may not be found yet."""
        ...

    def adopt(self, key: str) -> None:
        """Mark an issue that people made, so that `changed_within` tells of it. Done twice, it is done once."""
        ...

    def read(self, key: str) -> Issue:
        """An issue as it is now. Raises `Permanent` with `Blame.GONE` where there is none, or none to be seen."""
        ...

    def edit(self, key: str, edits: Edits) -> frozenset[Field]:
        """Change what can be written directly. Returns what the tracker did not take."""
        ...

    def move(self, key: str, goal: Goal) -> bool:
        """Change its status. False where no way leads there."""
        ...

    def comment(self, key: str, text: str, *, look_first: bool) -> None:
        """Say something below it. `look_first`: unless it is said there already."""
        ...

    def account_of(self, email: str) -> Account | None:
        """Who has that address there."""
        ...

    def changed_within(self, minutes: int) -> News:
        """Which marked issues changed in the last minutes, by the tracker's own clock."""
        ...
