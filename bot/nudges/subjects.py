"""What a room brings, so that people are reminded of what it looks after."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.nudges.deciding import Case
from bot.outbox.model import OutboxMessage


@dataclass(frozen=True)
class Act:
    """What somebody did last about a subject."""

    by: str
    at: datetime
    what: str
    """The audit's word for it: `incident.status`."""


@dataclass(frozen=True)
class Situation:
    """Everything that is wrong with one subject, and whether it is over for good (until somebody opens it again)."""

    cases: tuple[Case, ...]
    is_over: bool
    last_act: Act | None = None
    is_steady: bool = False
    """Whether it changes by what is announced alone, and by time as foreseen: then it is looked at no sooner."""
    changes_at: datetime | None = None
    """When something else will be wrong with it, besides what its steps foresee."""


@dataclass(frozen=True)
class Words:
    """How a reminder reads: a sentence or two in mrkdwn, and buttons."""

    text: str
    buttons: list[Any] = field(default_factory=list)


class Subjects(Protocol):
    """The subjects of one room (`incident:42`). All but `lock` only read."""

    def lock(self, session: Session, subject: str) -> None:
        """Lock the subject's row."""

    def situation(self, session: Session, subject: str, *, now: datetime) -> Situation:
        """What is wrong with it."""

    def situations(self, session: Session, subjects: Sequence[str], *, now: datetime) -> dict[str, Situation]:
        """What is wrong with each of many, by name."""

    def words(self, session: Session, subject: str, rule: str, *, audience: str) -> Words:
        """How to remind people of it."""

    def done(self, session: Session, subject: str, rule: str) -> str:
        """What is said of it, in mrkdwn, once nothing is wrong with it any more by that rule."""

    def may_be_told(self, session: Session, subject: str, audience: str) -> bool:
        """Whether a person, or (`team:payments`) a team's channel, may hear of the subject at all."""

    def names(self, session: Session, subjects: Sequence[str], *, reader: str) -> dict[str, str]:
        """What people call them (`SEV-42/2`): those that `reader` may see, by name of the subject."""

    def more(self, audience: str) -> str:
        """How a person, or a team, sees all of theirs, in mrkdwn: `/sev mine` shows all."""

    def shown_at(self, session: Session, subject: str) -> str:
        """The subject on whose surfaces people see what fails, and retry it."""

    def place(self, session: Session, subject: str) -> tuple[str, str | None] | None:
        """Where everybody concerned reads: a channel, and the thread's ts, if it is one; None: nowhere."""

    def post_lane(self, subject: str) -> tuple[str, str | None]:
        """The outbox lane of what is posted there, and what it waits for."""

    def on_trouble(self, session: Session, message: OutboxMessage) -> None:
        """Show that a reminder failed or is late."""


class AllSubjects:
    """The rooms' subjects, by the first part of their names."""

    def __init__(self, rooms: Mapping[str, Subjects]) -> None:
        self._rooms = rooms

    def of(self, subject: str) -> Subjects:
        """Who looks after `incident:42`."""
        return self._rooms[subject.partition(":")[0]]

    def situations(self, session: Session, subjects: Iterable[str], *, now: datetime) -> dict[str, Situation]:
        """What is wrong with each of them, by name."""
        found: dict[str, Situation] = {}
        for room, some in self._by_room(subjects):
            found |= room.situations(session, some, now=now)
        return found

    def names(self, session: Session, subjects: Iterable[str], *, reader: str) -> dict[str, str]:
        """What people call those of them that `reader` may see."""
        found: dict[str, str] = {}
        for room, some in self._by_room(subjects):
            found |= room.names(session, some, reader=reader)
        return found

    def _by_room(self, subjects: Iterable[str]) -> Iterator[tuple[Subjects, list[str]]]:
        by_name: dict[str, list[str]] = {}
        for subject in dict.fromkeys(subjects):
            by_name.setdefault(subject.partition(":")[0], []).append(subject)
        return ((self._rooms[name], some) for name, some in by_name.items())
