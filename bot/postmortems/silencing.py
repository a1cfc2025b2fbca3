"""Asking the bot to be silent about a postmortem: for some days, or for good."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents.model import Incident
from bot.nudges import service as nudges
from bot.nudges.model import REASON_LIMIT
from bot.postmortems.nudging import subject_of
from bot.slack.text import clip, one_line, visible

MOST_DAYS = 14


def snooze(
    session: Session, incident: Incident, rule: str, days: int, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Remind nobody of it by that rule for some days. Raises `Refused`."""
    require(config, actor, "change")
    until = now + timedelta(days=min(max(days, 1), MOST_DAYS))
    nudges.pause(session, subject_of(incident), rule, until=until, by=actor.user_id, now=now)
    _record(session, incident, "snoozed", actor=actor, now=now, rule=rule, until=until.isoformat())


def mute(
    session: Session, incident: Incident, rule: str, reason: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Remind nobody of it by that rule any more. Raises `Refused` where no reason is given."""
    require(config, actor, "change")
    reason = one_line(reason)
    if not visible(reason):
        raise Refused("Say why nobody shall be reminded.", field="reason")
    reason = clip(reason, REASON_LIMIT)
    nudges.pause(session, subject_of(incident), rule, until=None, reason=reason, by=actor.user_id, now=now)
    _record(session, incident, "muted", actor=actor, now=now, rule=rule, reason=reason)


def _record(session: Session, incident: Incident, what: str, *, actor: Actor, now: datetime, **data: str) -> None:
    audit.record(
        session, actor=actor.user_id, action=f"postmortem.nudges_{what}", subject=incident.subject, source=actor.door,
        now=now, **data,
    )  # fmt: skip
