"""Whether what was decided still holds when its turn comes: asked of many reminders at once, in few queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Nudges
from bot.nudges.deciding import Case, Reason, Step, held_back
from bot.nudges.ledger import as_pause, pause_for
from bot.nudges.model import Nudge, NudgePause
from bot.nudges.subjects import AllSubjects

AT_ONCE = 500
"""How many subjects one query asks about."""


@dataclass(frozen=True)
class Standing:
    """How a reminder stands: why it must not be said now (None: it holds), and the step that says it."""

    reason: Reason | None
    case: Case | None = None
    step: Step | None = None


def standing_of(
    session: Session, nudges: Sequence[Nudge], *, subjects: AllSubjects, config: Nudges, now: datetime
) -> dict[int, Standing]:
    """How each of these reminders stands, by its id."""
    found: dict[int, Standing] = {}
    for some in _portions(dict.fromkeys(each.subject for each in nudges)):
        situations = subjects.situations(session, some, now=now)
        pauses: dict[str, dict[str, NudgePause]] = {}
        for pause in session.scalars(select(NudgePause).where(NudgePause.subject.in_(some))):
            pauses.setdefault(pause.subject, {})[pause.rule] = pause
        for nudge in (each for each in nudges if each.subject in situations):
            cases = situations[nudge.subject].cases
            found[nudge.id] = _standing(nudge, cases, pauses.get(nudge.subject, {}), config=config, now=now)
    return found


def _standing(
    nudge: Nudge, cases: Iterable[Case], pauses: dict[str, NudgePause], *, config: Nudges, now: datetime
) -> Standing:
    case = next((each for each in cases if (each.rule, each.key) == (nudge.rule, nudge.case_key)), None)
    if case is None:
        return Standing(Reason.ENDED)
    step = case.steps[nudge.step] if nudge.step < len(case.steps) else None
    if step is None or step.to != nudge.audience:
        return Standing(Reason.NOBODY, case)
    if step.before is not None and now >= case.began_at + step.before:
        return Standing(Reason.OVERTAKEN, case, step)
    pause = as_pause(pause_for(pauses, case.rule, now=now))
    held = held_back(case, step, due=nudge.decided_at, pause=pause, peace=config.leave_in_peace, now=now)
    return Standing(held.reason if held else None, case, step)


def _portions(subjects: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(subjects)
    while some := list(islice(rest, AT_ONCE)):
        yield some
