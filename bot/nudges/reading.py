"""Looking into the ledger: what people were told, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Nudges
from bot.nudges.climbing import climb
from bot.nudges.deciding import Decision
from bot.nudges.ledger import Ledger, as_pause, is_told_today, pause_for, pauses_of
from bot.nudges.model import Nudge
from bot.nudges.subjects import AllSubjects


@dataclass(frozen=True)
class Outlook:
    """What a step of a rule would do now."""

    rule: str
    to: str | None
    decision: Decision


def outlook(session: Session, subject: str, *, subjects: AllSubjects, config: Nudges, now: datetime) -> list[Outlook]:
    """What every rule has in mind for a subject."""
    cases = subjects.of(subject).situation(session, subject, now=now).cases
    pauses = pauses_of(session, subject)
    ledger = Ledger(session, subject, cases, to_write=False)
    found = []
    for case in cases:
        pause = as_pause(pause_for(pauses, case.rule, now=now))
        steps = climb(
            case, said=partial(ledger.said, case), is_told_today=is_told_today(session, now), pause=pause,
            peace=config.leave_in_peace, now=now,
        )  # fmt: skip
        found += [Outlook(case.rule, step.to, decision) for _, step, decision in steps]
    return found


def decisions_about(session: Session, subjects: Sequence[str], *, limit: int) -> Sequence[Nudge]:
    """The newest decisions about some subjects, the newest first."""
    query = select(Nudge).where(Nudge.subject.in_(subjects))
    return session.scalars(query.order_by(Nudge.decided_at.desc(), Nudge.id.desc()).limit(limit)).all()


def decisions_for(session: Session, user_id: str, *, limit: int) -> Sequence[Nudge]:
    """The newest decisions about reminding a person, the newest first."""
    query = select(Nudge).where(Nudge.audience == user_id)
    return session.scalars(query.order_by(Nudge.decided_at.desc(), Nudge.id.desc()).limit(limit)).all()
