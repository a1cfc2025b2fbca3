"""The other side of the outbox, as a model: what was posted, edited and said, and how each call went wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.errors import Blame, OutcomeUnknown, Permanent, Temporary
from bot.outbox.kinds import Attempt, Kind, Nature, Result
from bot.outbox.model import OutboxMessage
from bot.slack import posts

CALL = 5.0
"""Seconds a call may take."""
LINE, BOARD, CARD, ANSWER = "world.line", "world.board", "world.card", "world.answer"


class ProcessKilled(BaseException):
    """The process ended in the middle of a delivery: nothing after this happens."""


@dataclass(frozen=True)
class Fate:
    """How one call goes: whether it has its effect, and what its caller learns of that."""

    name: str
    has_effect: bool
    learned: Callable[[], BaseException] | None = None

    def __repr__(self) -> str:
        return self.name


FINE = Fate("fine", has_effect=True)
FATES = (
    FINE,
    Fate("refused", has_effect=False, learned=lambda: Temporary("ratelimited", retry_after=timedelta(seconds=2))),
    Fate("lost on its way", has_effect=False, learned=lambda: OutcomeUnknown("connection_failed")),
    Fate("answer lost", has_effect=True, learned=lambda: OutcomeUnknown("connection_failed")),
    Fate("killed before", has_effect=False, learned=ProcessKilled),
    Fate("killed after", has_effect=True, learned=ProcessKilled),
    Fate("gone", has_effect=False, learned=lambda: Permanent("is_archived", blame=Blame.GONE)),
    Fate("forbidden", has_effect=False, learned=lambda: Permanent("missing_scope", blame=Blame.OPERATOR)),
)


@dataclass
class Posted:
    """A message that is there for all to see."""

    token: str
    key: str
    text: Any
    at: datetime


@dataclass
class World:
    """What is there. `truth` is what each view of something ought to show."""

    clock: Clock
    truth: dict[str, int] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    shown: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    fate: Fate = FINE

    def kinds(self) -> list[Kind[Any]]:
        """A kind of each nature; of the findable ones, one that is posted once and one that is kept up to date."""
        return [
            Kind(
                name=LINE, nature=Nature.FINDABLE, label="Post a line", load=lambda _session, message: message.key,
                send=self._post,
            ),
            Kind(
                name=BOARD, nature=Nature.FINDABLE, label="Show the board", load=self._load_board, send=self._post,
                record=lambda session, message, result, _now: posts.remember(session, message, result),
            ),
            Kind(
                name=CARD, nature=Nature.IDEMPOTENT, label="Show the card", load=self._load_truth, send=self._show,
            ),
            Kind(
                name=ANSWER, nature=Nature.AT_MOST_ONCE, label="Answer", load=lambda _session, message: message.key,
                send=self._say,
            ),
        ]  # fmt: skip

    def _call(self, attempt: Attempt, effect: Callable[[], None]) -> None:
        attempt.require_lease(CALL)
        if self.fate.has_effect:
            effect()
        if self.fate.learned is not None:
            raise self.fate.learned()

    def _load_truth(self, _session: Session, message: OutboxMessage) -> tuple[str, int]:
        return message.key, self.truth[message.key]

    def _load_board(self, session: Session, message: OutboxMessage) -> tuple[str | None, int]:
        post = session.get(posts.Post, message.key)
        return post.ts if post else None, self.truth[message.key]

    def _post(self, wanted: Any, attempt: Attempt) -> Result:
        """Edit what is known to be there; else look, if an earlier try may have worked; else post."""
        message = attempt.message
        known, text = wanted if isinstance(wanted, tuple) else (None, wanted)
        if known is None and attempt.look_first:
            attempt.require_lease(CALL)
            if self.fate.learned is not None and not self.fate.has_effect:
                raise self.fate.learned()
            known = self._find(message)
        post = Posted(message.token, message.key, text, self.clock.now())
        self._call(attempt, lambda: self._edit(known, text) if known else self.posted.append(post))
        return {"channel": "C1", "ts": message.token}

    def _find(self, message: OutboxMessage) -> str | None:
        """Look back, as far as the real one does."""
        since = message.decided_at - posts.OVERLAP
        return next((post.token for post in self.posted if post.token == message.token and post.at >= since), None)

    def _edit(self, token: str, text: Any) -> None:
        for post in self.posted:
            if post.token == token:
                post.text = text

    def _show(self, wanted: tuple[str, int], attempt: Attempt) -> Result:
        key, text = wanted
        self._call(attempt, lambda: self.shown.__setitem__(key, text))
        return {}

    def _say(self, wanted: str, attempt: Attempt) -> Result:
        self._call(attempt, lambda: self.said.append(wanted))
        return {}
