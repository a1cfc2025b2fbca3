"""Problems that come at once share a message: in a storm of different ones, a message of each would bury the channel.

The first few are told by themselves. The last of these is the head of those that follow: its message lists them, and
what is clicked there is about all of them. Nobody is told of it by an edit, so after a while the next one is told anew.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.config import Config
from bot.workflows.problems import showing
from bot.workflows.problems.model import Problem

CRITICAL = "critical"
MOST_TOGETHER = 40
"""How many a message lists besides its head: all of them are to be read there."""


def fold(session: Session, problem: Problem, *, config: Config, now: datetime) -> None:
    """A problem, locked, is about to be told, or to be told as critical: by itself, or in the message of another one.

    Only where many are critical is a critical one listed among others.
    """
    if not problem.place:
        return
    before, problem.head_id, problem.told_at = showing.head_of(session, problem), None, now
    many = config.alerts.many
    recent = (Problem.place == problem.place, Problem.id != problem.id, Problem.told_at > now - many.within)
    is_alike = Problem.urgency == CRITICAL if problem.urgency == CRITICAL else Problem.urgency != CRITICAL
    counted = (*recent, is_alike) if problem.urgency == CRITICAL else recent
    if session.scalars(select(func.count(Problem.id)).where(*counted)).one() >= many.after:
        member = aliased(Problem)
        size = select(func.count(member.id)).where(member.head_id == Problem.id).scalar_subquery()
        is_loud = or_(Problem.ignored_until.is_(None), Problem.ignored_until <= now)
        heads = select(Problem.id).where(*recent, is_alike, is_loud, Problem.head_id.is_(None), size < MOST_TOGETHER)
        problem.head_id = session.scalars(heads.order_by(Problem.told_at.desc(), Problem.id.desc()).limit(1)).first()
    if before is not None:
        session.flush()
        showing.show_message(session, before, before.showing)


def folded(session: Session, problem: Problem) -> Sequence[Problem]:
    """The problems that a problem's message lists besides it, in the order in which they came."""
    return session.scalars(select(Problem).where(Problem.head_id == problem.id).order_by(Problem.id)).all()


def going_on(session: Session, problem: Problem) -> list[Problem]:
    """All that its message is about and that is not over, locked in order; the problem itself, locked, if all of it is."""
    is_meant = (Problem.head_id == problem.id, Problem.recovered_at.is_(None))
    others = session.scalars(
        select(Problem).where(*is_meant).order_by(Problem.id).with_for_update(key_share=True)
    ).all()
    return [problem, *others] if problem.recovered_at is None or not others else [*others]
