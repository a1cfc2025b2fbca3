"""What a ladder says if nobody does anything: the engine's own decisions, taken one after the other in no time. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.nudges.climbing import climb
from bot.nudges.deciding import Case, Said, Step

AT_MOST = 500
"""How many looks at a case are enough: every one says something, or moves on."""


@dataclass(frozen=True)
class Expected:
    """That somebody is told: when, by which step of a case, for the how-manieth time."""

    at: datetime
    case: Case
    step: Step
    number: int


def foreseen(cases: Sequence[Case], *, start: datetime, until: datetime) -> list[Expected]:
    """All that is said by these cases up to a time, in order. Everything arrives as it is decided."""
    found = [each for case in cases for each in _of_case(case, start, until)]
    return sorted(found, key=lambda each: (each.at, each.step.after))


def _of_case(case: Case, start: datetime, until: datetime) -> Iterator[Expected]:
    said: dict[int, list[Said]] = {}
    now = max(start, case.began_at)
    for _ in range(AT_MOST):
        times = []
        decisions = climb(
            case,
            said=lambda index, _step: said.get(index, []),
            is_told_today=lambda _step: False,
            pause=None,
            peace=timedelta(),
            now=now,
        )
        for index, step, decision in decisions:
            if decision.is_nudge:
                said.setdefault(index, []).append(Said(now, now))
                times.append(now)
                yield Expected(now, case, step, len(said[index]))
            elif decision.ask_again_at is not None:
                times.append(decision.ask_again_at)
        if not times or min(times) > until:
            return
        now = min(times)
