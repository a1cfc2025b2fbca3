"""Asking the bot to remind nobody of an action item for a while."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor, Person
from bot.directory.permissions import require
from bot.errors import Refused
from bot.nudges import service as nudges
from bot.nudges.hours import known_zone
from bot.nudges.model import REASON_LIMIT
from bot.remediation import recording
from bot.remediation.days import today_for
from bot.remediation.drafts import checked_item_reason
from bot.remediation.model import ActionItem
from bot.remediation.service import require_open
from bot.remediation.surfaces import owner_of
from bot.slack.text import clip

LONGEST = timedelta(days=90)


def snooze(
    session: Session, item: ActionItem, day: date, reason: str, *, config: Config, actor: Actor, now: datetime
) -> datetime:
    """Remind nobody of an open item before that day's working hours, where its owner lives; its due date stays.

    Returns until when. Raises `Refused` at the field that is wrong.
    """
    require(config, actor, "remediate")
    require_open(item)
    reason = checked_item_reason(reason)
    if not reason:
        raise Refused("Say why it has to wait: then whoever asks for it knows.", field="reason")
    today = today_for(session, config, item.owner_user, now=now)
    if not timedelta() < day - today <= LONGEST:
        raise Refused(f"Reminders can be put off until tomorrow, or for {LONGEST.days} days at most.", field="until")
    person = session.get(Person, item.owner_user) if item.owner_user else None
    zone = ZoneInfo(known_zone(person.time_zone if person else "", otherwise=config.nudges.time_zone))
    until = datetime.combine(day, config.nudges.working_hours.start, tzinfo=zone).astimezone(UTC)
    nudges.pause(session, item.subject, "", until=until, reason=clip(reason, REASON_LIMIT), by=actor.user_id, now=now)
    item.changed_at, item.is_tagged = now, False
    told = {"snoozed_until": (None, day)}
    recording.changed(session, item, told, owner_of(item), reason=reason, config=config, actor=actor, now=now)
    return until
