"""Of what a team is reminded on the day of a digest, and in its channel: it stands there with buttons, and need not twice."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.digest.backlog import OwedItem
from bot.digest.model import DigestSubscription
from bot.directory.channels import KnownChannel
from bot.nudges.deciding import TEAM
from bot.nudges.ledger import daily_key, is_told
from bot.nudges.model import Nudge
from bot.nudges.places import team_hours
from bot.nudges.reading import outlook
from bot.nudges.subjects import AllSubjects


def reminded_there(
    session: Session,
    config: Config,
    subscription: DigestSubscription,
    items: Sequence[OwedItem],
    *,
    subjects: AllSubjects,
    now: datetime,
) -> set[str]:
    """The items, by their subjects, that today's reminder of a team named in the digest's channel, or will name there."""
    teams = [each for each in config.teams if each.channel and _is_there(session, each.channel, subscription.place)]
    found: set[str] = set()
    for each in teams:
        found |= _reminded(session, config, each.key, items, subjects=subjects, now=now)
    return found


def _is_there(session: Session, place: str, other: str) -> bool:
    """Whether two places, as they are written, are one channel."""
    known = [session.get(KnownChannel, each) for each in (place, other)]
    ids = {each.channel_id if each else written for each, written in zip(known, (place, other), strict=True)}
    return len(ids) == 1


def _reminded(
    session: Session, config: Config, team: str, items: Sequence[OwedItem], *, subjects: AllSubjects, now: datetime
) -> set[str]:
    audience, hours = f"{TEAM}{team}", team_hours(config, team, config.nudges.daily_hours)
    today = hours.day(now)
    if is_told(session, audience, today):
        named = (Nudge.outbox_key == daily_key(audience, today), Nudge.place.is_not(None))
        told = set(session.scalars(select(Nudge.subject).where(*named)))
        return told & {item.subject for item in items}
    moment = hours.open_after(now) if hours.are_quiet(now) else now
    if hours.day(moment) != today:
        return set()
    return {
        item.subject
        for item in items
        for each in outlook(session, item.subject, subjects=subjects, config=config.nudges, now=moment)
        if each.to == audience and each.decision.is_nudge
    }
