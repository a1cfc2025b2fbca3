"""A small world to be reminded of: things that go wrong and are put right, and the people who read what is said about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config.nudges import DAYS, WorkingHours
from bot.nudges.deciding import CHANNEL, Case, Step
from bot.nudges.hours import Hours
from bot.nudges.subjects import Act, Situation, Words
from bot.outbox.model import OutboxMessage

MINUTE = timedelta(minutes=1)
NEW_YORK = Hours("America/New_York", WorkingHours(days=DAYS))
BEFORE_THE_CHANGE = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)
"""A Saturday: two hours before the end of the day in New York, where the clocks are changed that night."""
STEPS = (
    Step(to="U1", every=20 * MINUTE, times=3, hours=NEW_YORK),
    Step(to=CHANNEL, after=30 * MINUTE, every=60 * MINUTE, times=2, hours=NEW_YORK),
    Step(to="U2", after=60 * MINUTE, every=30 * MINUTE, times=1),
)
"""The last one wakes people."""


class JumpingClock(Clock):
    """Business time that a test moves, also back."""

    def __init__(self) -> None:
        super().__init__()
        self.time = BEFORE_THE_CHANGE

    def now(self) -> datetime:
        return self.time

    def machine(self) -> datetime:
        return self.time


@dataclass
class Thing:
    """What can be wrong with a subject: since when, in which occurrence, and what people did about it."""

    began_at: datetime
    occurrence: int = 1
    is_wrong: bool = True
    touched_at: datetime | None = None


@dataclass
class Things:
    """The subjects of this world; see `nudges/subjects.py`. They are not in the database: one test has them to itself."""

    things: dict[str, Thing] = field(default_factory=dict)

    def lock(self, session: Session, subject: str) -> None:
        """On PostgreSQL the watch's row stands for the subject's."""
        session.execute(
            text("UPDATE nudge_watches SET look_at = look_at WHERE subject = :subject"), {"subject": subject}
        )

    def situation(self, session: Session, subject: str, *, now: datetime) -> Situation:
        thing = self.things[subject]
        act = Act("U9", thing.touched_at, "thing.touched") if thing.touched_at else None
        if not thing.is_wrong:
            return Situation((), is_over=True, last_act=act)
        case = Case(
            rule="broken", key=f"{thing.occurrence}", began_at=thing.began_at, steps=STEPS, touched_at=thing.touched_at
        )
        return Situation((case,), is_over=False, last_act=act)

    def situations(self, session: Session, subjects: Sequence[str], *, now: datetime) -> dict[str, Situation]:
        return {each: self.situation(session, each, now=now) for each in subjects}

    def words(self, session: Session, subject: str, rule: str, *, audience: str) -> Words:
        return Words(f"{subject} is {rule}")

    def done(self, session: Session, subject: str, rule: str) -> str:
        return f"{subject} is mended"

    def may_be_told(self, session: Session, subject: str, audience: str) -> bool:
        return True

    def names(self, session: Session, subjects: Sequence[str], *, reader: str) -> dict[str, str]:
        return {each: each for each in subjects}

    def more(self, audience: str) -> str:
        return "ask"

    def shown_at(self, session: Session, subject: str) -> str:
        return subject

    def place(self, session: Session, subject: str) -> tuple[str, str | None] | None:
        return "C1", None

    def post_lane(self, subject: str) -> tuple[str, str | None]:
        return f"{subject}:lines", None

    def on_trouble(self, session: Session, message: OutboxMessage) -> None:
        """Nobody looks here."""
