"""What is done when the bot starts."""

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from bot.nudges import service as nudges
from bot.nudges.model import NudgeWatch
from bot.postmortems.model import UNPUBLISHED, Postmortem


def watch_unpublished(session: Session) -> None:
    """Let people be reminded of every postmortem that is not published, whatever way it came into the database."""
    subject = literal("postmortem:") + cast(Postmortem.incident_id, String)
    is_watched = select(NudgeWatch.subject).where(NudgeWatch.subject == subject).exists()
    for postmortem in session.scalars(select(Postmortem).where(Postmortem.state.in_(UNPUBLISHED), ~is_watched)):
        nudges.watch(session, postmortem.subject)
