"""From single runs to how a check fares: what comes and goes changes nothing, what lasts does. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.workflows.checks.model import State


class Verdict(StrEnum):
    """How one run went."""

    GOOD = "good"
    EXPIRES = "expires"
    """Well; but the certificate it saw expires soon."""
    FAILS = "fails"


STATES = {Verdict.GOOD: State.WELL, Verdict.EXPIRES: State.EXPIRES, Verdict.FAILS: State.FAILS}


@dataclass(frozen=True)
class Standing:
    """How a check fares, since when, and how many of its last runs in a row said something else."""

    state: State = State.NEW
    since: datetime | None = None
    streak: int = 0


def after(
    standing: Standing, verdict: Verdict, *, fails_after: int, recovers_after: int, at: datetime, is_anew: bool = False
) -> Standing:
    """How a check fares after one more run. `is_anew`: nobody looked for long, so what was before proves nothing."""
    says = STATES[verdict]
    if says is standing.state:
        return replace(standing, streak=0)
    streak = 1 if is_anew else standing.streak + 1
    fails, failed = verdict is Verdict.FAILS, standing.state is State.FAILS
    needed = fails_after if fails else recovers_after if failed else 1
    return Standing(says, at) if streak >= needed else replace(standing, streak=streak)
