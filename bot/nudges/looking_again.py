"""Looking at every subject again once other settings are in force: some at a time, so that nothing else waits for it."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.config import Config
from bot.db import dialect_of, insert_for
from bot.nudges.model import NudgeLook, NudgeWatch

BEGINNING = ""


def fingerprint(config: Config) -> str:
    """The same for the same settings, in any process."""
    return sha256(config.model_dump_json().encode()).hexdigest()


def look_again(session: Session, settings: str, *, limit: int, now: datetime) -> bool:
    """Let the next `limit` subjects be looked at now that were not since `settings` (a fingerprint) are in force.

    Returns whether those were the last ones. Several processes may do so at once: they share the work.
    """
    new = insert_for(dialect_of(session), NudgeLook).values(settings=settings, looked_to=BEGINNING)
    session.execute(new.on_conflict_do_nothing(index_elements=["settings"]))
    look = session.scalars(select(NudgeLook).where(NudgeLook.settings == settings).with_for_update()).one()
    session.execute(delete(NudgeLook).where(NudgeLook.settings != settings))
    if look.looked_to is None:
        return True
    query = select(NudgeWatch.subject).where(NudgeWatch.subject > look.looked_to).order_by(NudgeWatch.subject)
    subjects = list(session.scalars(query.limit(limit)))
    due_now = update(NudgeWatch).where(NudgeWatch.subject.in_(subjects), NudgeWatch.look_at > now)
    session.execute(due_now.values(look_at=now))
    look.looked_to = subjects[-1] if len(subjects) == limit else None
    return look.looked_to is None
