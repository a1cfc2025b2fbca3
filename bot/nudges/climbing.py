"""What every step of a case's ladder does now. Pure: what was said comes in, decisions come out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.nudges.deciding import Case, Decision, Pause, Reason, Said, Step, climbed, decide


def climb(
    case: Case,
    *,
    said: Callable[[int, Step], Sequence[Said]],
    is_told_today: Callable[[Step], bool],
    pause: Pause | None,
    peace: timedelta,
    now: datetime,
) -> Iterator[tuple[int, Step, Decision]]:
    """Each step with its place in the ladder and what to do about it, the earliest first.

    `said` tells what a step's audience was told by it, `is_told_today` whether today's message to it has gone out.
    """
    climbed_at: datetime | None = None
    for index, step in sorted(enumerate(case.steps), key=lambda each: each[1].after):
        told = said(index, step)
        decision = decide(case, step, said=told, pause=pause, peace=peace, now=now, climbed_at=climbed_at)
        if decision.is_nudge and step.is_daily and step.hours and is_told_today(step):
            decision = Decision(Reason.TOLD_TODAY, step.hours.open_after(now))
        if climbed_at is None and step.after == case.first_after:
            climbed_at = climbed(told, decision, now=now)
        yield index, step, decision
