"""Whether a team is reminded, on the day of a digest and in its channel, of what is overdue: then one list there is enough."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Config
from bot.digest.backlog import OwedItem
from bot.digest.model import DigestSubscription
from bot.directory.channels import KnownChannel
from bot.nudges.deciding import TEAM
from bot.nudges.ledger import is_told
from bot.nudges.places import team_hours
from bot.nudges.reading import outlook
from bot.nudges.subjects import AllSubjects


def is_reminded_there(
    session: Session,
    config: Config,
    subscription: DigestSubscription,
    items: Sequence[OwedItem],
    *,
    subjects: AllSubjects,
    now: datetime,
) -> bool:
    """Whether today's reminder of a team was posted in the digest's channel, or will be because of one of these items."""
    teams = [each for each in config.teams if each.channel and _is_there(session, each.channel, subscription.place)]
    return any(_is_reminded(session, config, each.key, items, subjects=subjects, now=now) for each in teams)


def _is_there(session: Session, place: str, other: str) -> bool:
    """Whether two places, as they are written, are one channel."""
    known = [session.get(KnownChannel, each) for each in (place, other)]
    ids = {each.channel_id if each else written for each, written in zip(known, (place, other), strict=True)}
    return len(ids) == 1


def _is_reminded(
    session: Session, config: Config, team: str, items: Sequence[OwedItem], *, subjects: AllSubjects, now: datetime
) -> bool:
    audience, hours = f"{TEAM}{team}", team_hours(config, team, config.nudges.daily_hours)
    today = hours.day(now)
    if is_told(session, audience, today):
        return True
    moment = hours.open_after(now) if hours.are_quiet(now) else now
    return hours.day(moment) == today and any(
        each.to == audience and each.decision.is_nudge
        for item in items
        for each in outlook(session, item.subject, subjects=subjects, config=config.nudges, now=moment)
    )
