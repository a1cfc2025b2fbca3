"""Whether to remind somebody now. Pure: the same case, ledger and time always give the same decision, and its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.nudges.hours import Hours

CHANNEL = "channel"
PAGE = "page"
"""What stands for an audience that is no person."""
TEAM = "team:"
"""What the audience begins with that is a team, by its key: its channel."""

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
    HOLIDAY = "holiday"
    AWAY = "away"
    """They say by their status that they are away."""
    TOLD_TODAY = "told_today"
    """They had today's message already."""
    OVERTAKEN = "overtaken"
    """A later step says it."""
    NOBODY = "nobody"
    """There is nobody to tell, or no place to tell it in."""
    ENDED = "ended"
    """Nothing is wrong any more."""


NUDGES = frozenset({Reason.FIRST, Reason.ESCALATED, Reason.REPEAT_DUE})
SKIPPED_BY = frozenset({Reason.NOBODY, Reason.AWAY, Reason.OVERTAKEN, Reason.MUTED})
"""Where the first step of a ladder waits for one of these, the others do not wait for the first."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rung of the ladder: whom to tell, how long after the case began, how often again."""

    to: str | None
    """A person's id, `CHANNEL`, `PAGE` or `TEAM` and a key; None where there is nobody."""
    after: timedelta = timedelta()
    before: timedelta | None = None
    """How long after the case began a later step says it instead."""
    every: timedelta = timedelta(hours=1)
    times: int = 1
    hours: Hours | None = None
    """The working hours it keeps to; None: it is said at any time."""
    is_daily: bool = False
    """Whether it is said with all else its audience is told that day, as its `hours` begin."""


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
    peace: timedelta | None = None
    """How long that gives peace; None: as long as the settings say."""
    climbs: bool = False
    """Whether the steps after the first count from when that one arrived: nobody is skipped who may still act."""

    @property
    def first_after(self) -> timedelta:
        """After how long the first step comes."""
        return min((step.after for step in self.steps), default=timedelta())


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
    case: Case,
    step: Step,
    *,
    said: Sequence[Said],
    pause: Pause | None,
    peace: timedelta,
    now: datetime,
    climbed_at: datetime | None = None,
) -> Decision:
    """Decide on one step of a case.

    `said` is what its audience was told by it; `peace` is how long a touch gives; `climbed_at` is when the ladder's first
    step arrived, or will.

    A repeat is counted from the time the last one arrived. So a clock that jumps ahead gives one reminder and not a heap of
    them, and one that jumps back gives none.
    """
    if step.to is None:
        return Decision(Reason.NOBODY)
    if said and said[-1].delivered_at is None and not said[-1].has_failed:
        return Decision(Reason.ON_ITS_WAY)
    woken_at = _woken_at(case, step, said, pause)
    if len(said) >= step.times and woken_at is None:
        return Decision(Reason.NOTHING_NEW)
    if step.before is not None and now >= case.began_at + step.before:
        return Decision(Reason.OVERTAKEN)
    due = woken_at or _due_at(case, step, said, climbed_at)
    if now < due:
        return Decision(Reason.NOT_YET, due)
    held = held_back(case, step, due=due, pause=pause, peace=peace, now=now)
    if held:
        return held
    if pause and pause.until and not said:
        # After a snooze the ladder is climbed anew: not everybody is told at once because of the time that passed.
        again = _slot(step, pause.until + (step.after - case.first_after))
        if now < again:
            return Decision(Reason.NOT_YET, again)
    if said:
        return Decision(Reason.REPEAT_DUE)
    return Decision(_reason_to_begin(case, step))


def _woken_at(case: Case, step: Step, said: Sequence[Said], pause: Pause | None) -> datetime | None:
    """When a snooze ends that began after the step was said: whoever put off what is said once a day wants it then."""
    if not said or pause is None or pause.until is None or not step.is_daily:
        return None
    last = said[-1].delivered_at or said[-1].decided_at
    is_first = not case.climbs or step.after == case.first_after
    return _slot(step, pause.until) if is_first and last < pause.until else None


def _reason_to_begin(case: Case, step: Step) -> Reason:
    """Whether others are told as well now, or the same again who were told first."""
    if step.after == case.first_after:
        return Reason.FIRST
    first = min(case.steps, key=lambda each: each.after)
    return Reason.REPEAT_DUE if first.to == step.to else Reason.ESCALATED


def held_back(
    case: Case, step: Step, *, due: datetime, pause: Pause | None, peace: timedelta, now: datetime
) -> Decision | None:
    """Why nothing is said now of what was `due`, if there is a reason. It is asked again when it is about to be said."""
    if pause and pause.until is None:
        return Decision(Reason.MUTED)
    if pause and pause.until and now < pause.until:
        return Decision(Reason.SNOOZED, _slot(step, pause.until))
    touched, peace = case.touched_at, peace if case.peace is None else case.peace
    if touched is not None and touched <= now < touched + peace and now < due + peace * PEACES:
        return Decision(Reason.RECENTLY_TOUCHED, _slot(step, touched + peace))
    quiet = step.hours.quiet_because(now) if step.hours else None
    if step.hours and quiet:
        return Decision(Reason(quiet), step.hours.open_after(now))
    return None


def climbed(said: Sequence[Said], decision: Decision, *, now: datetime) -> datetime | None:
    """When the first step of a ladder arrived, or will; None where the others do not wait for it."""
    if said:
        return said[0].delivered_at or said[0].decided_at
    if decision.reason in SKIPPED_BY:
        return None
    return decision.ask_again_at or now


def _due_at(case: Case, step: Step, said: Sequence[Said], climbed_at: datetime | None) -> datetime:
    if said:
        last = said[-1].delivered_at or said[-1].decided_at
        if step.is_daily and step.hours:
            return step.hours.slot_on(step.hours.day(last) + step.every)
        return last + step.every
    due = _slot(step, case.began_at + step.after)
    if not case.climbs or climbed_at is None or step.after <= case.first_after:
        return due
    later = step.after - case.first_after
    if step.is_daily and step.hours:
        return max(due, step.hours.slot_on(step.hours.day(climbed_at) + later))
    return max(due, climbed_at + later)


def _slot(step: Step, moment: datetime) -> datetime:
    """When a step is said that is due at `moment`: at once, or as the day begins for what is said once a day."""
    return step.hours.slot_from(moment) if step.is_daily and step.hours else moment
