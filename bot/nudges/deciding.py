"""Whether to remind somebody now. Pure: the same case, ledger and time always give the same decision, and its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.nudges.hours import Hours

CHANNEL = "channel"
PAGE = "page"
"""What stands for an audience that is no person."""


PEACES = 3
"""How many times the peace a touch gives can put a reminder off: who acts all the time may still have missed something."""


class Reason(StrEnum):
    """Why somebody is reminded, or is not."""

    FIRST = "first"
    ESCALATED = "escalated"
    """Telling others did not help."""
    REPEAT_DUE = "repeat_due"

    NOT_YET = "not_yet"
    ON_ITS_WAY = "on_its_way"
    """The one before has not arrived yet."""
    NOTHING_NEW = "nothing_new"
    """It was said as often as it may be."""
    MUTED = "muted"
    SNOOZED = "snoozed"
    RECENTLY_TOUCHED = "recently_touched"
    QUIET_HOURS = "quiet_hours"
    NOBODY = "nobody"
    """There is nobody to tell, or no place to tell it in."""
    ENDED = "ended"
    """Nothing is wrong any more."""


NUDGES = frozenset({Reason.FIRST, Reason.ESCALATED, Reason.REPEAT_DUE})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rung of the ladder: whom to tell, how long after the case began, how often again."""

    to: str | None
    """A person's id, `CHANNEL` or `PAGE`; None where there is nobody."""
    after: timedelta = timedelta()
    every: timedelta = timedelta(hours=1)
    times: int = 1
    hours: Hours | None = None
    """The working hours it keeps to; None: it is said at any time."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something a rule finds wrong with a subject, since when, and its ladder."""

    rule: str
    key: str
    """Which occurrence of it: another key is another case, of which nobody was told yet."""
    began_at: datetime
    steps: tuple[Step, ...]
    touched_at: datetime | None = None
    """When somebody last did something about the subject."""


@dataclass(frozen=True)
class Pause:
    """People asked for silence: until a time, or (None) until the subject is over."""

    until: datetime | None


@dataclass(frozen=True)
class Said:
    """That a step was said: when it was decided, and when it arrived. What never will arrive counts as it was decided."""

    decided_at: datetime
    delivered_at: datetime | None = None
    has_failed: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do about a step now, and when to ask again, where that is known."""

    reason: Reason
    ask_again_at: datetime | None = None

    @property
    def is_nudge(self) -> bool:
        return self.reason in NUDGES


def decide(
    case: Case, step: Step, *, said: Sequence[Said], pause: Pause | None, peace: timedelta, now: datetime
) -> Decision:
    """Decide on one step of a case. `said` is what its audience was told by it; `peace` is how long a touch gives.

    A repeat is counted from the time the last one arrived. So a clock that jumps ahead gives one reminder and not a heap of
    them, and one that jumps back gives none.
    """
    if step.to is None:
        return Decision(Reason.NOBODY)
    if said and said[-1].delivered_at is None and not said[-1].has_failed:
        return Decision(Reason.ON_ITS_WAY)
    if len(said) >= step.times:
        return Decision(Reason.NOTHING_NEW)
    due = _due_at(case, step, said)
    if now < due:
        return Decision(Reason.NOT_YET, due)
    held = held_back(case, step, due=due, pause=pause, peace=peace, now=now)
    if held:
        return held
    if pause and pause.until and not said:
        # After a snooze the ladder is climbed anew: not everybody is told at once because of the time that passed.
        again = pause.until + (step.after - _first_after(case))
        if now < again:
            return Decision(Reason.NOT_YET, again)
    if said:
        return Decision(Reason.REPEAT_DUE)
    return Decision(Reason.FIRST if step.after == _first_after(case) else Reason.ESCALATED)


def held_back(
    case: Case, step: Step, *, due: datetime, pause: Pause | None, peace: timedelta, now: datetime
) -> Decision | None:
    """Why nothing is said now of what was `due`, if there is a reason. It is asked again when it is about to be said."""
    if pause and pause.until is None:
        return Decision(Reason.MUTED)
    if pause and pause.until and now < pause.until:
        return Decision(Reason.SNOOZED, pause.until)
    touched = case.touched_at
    if touched is not None and touched <= now < touched + peace and now < due + peace * PEACES:
        return Decision(Reason.RECENTLY_TOUCHED, touched + peace)
    if step.hours is not None and step.hours.are_quiet(now):
        return Decision(Reason.QUIET_HOURS, step.hours.open_after(now))
    return None


def _due_at(case: Case, step: Step, said: Sequence[Said]) -> datetime:
    if not said:
        return case.began_at + step.after
    last = said[-1]
    return (last.delivered_at or last.decided_at) + step.every


def _first_after(case: Case) -> timedelta:
    return min(step.after for step in case.steps)
