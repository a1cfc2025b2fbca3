"""`/sev log`: what somebody says happened, at the time they say."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor, Person
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents.lifecycle import EARLIEST
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.noting import note
from bot.incidents.service import SAME_WORDS_WITHIN
from bot.slack.text import length, plain, visible

LOG_LIMIT = 3000
TIME = re.compile(r"(\d{1,2}):(\d{2})(?=\s|$)")
LIKE_A_TIME = re.compile(r"[\d:.]*\d:\d[\d:.]*(?=\s|$)")


def log(
    session: Session, incident: Incident, words: str, *, config: Config, actor: Actor, now: datetime
) -> TimelineEntry:
    """Write down what happened: `[HH:MM] TEXT`, the time being the person's own. Raises `Refused`, also where it was just now."""
    require(config, actor, "change")
    person = session.get(Person, actor.user_id)
    at, text = split(words, zone=_zone(person.time_zone if person else "UTC"), now=now)
    _require_new(session, incident, text, actor=actor, at=at, within=SAME_WORDS_WITHIN if at == now else timedelta())
    return note(session, incident, "note", now=now, actor=actor, text=text, at=at)


def write_down(
    session: Session,
    incident: Incident,
    words: str,
    *,
    at: datetime | None,
    config: Config,
    actor: Actor,
    now: datetime,
) -> TimelineEntry:
    """Write down what happened, and when; None: now. Raises `Refused` at the field that is wrong."""
    require(config, actor, "change")
    text = _checked(plain(words))
    if at is not None and at > now:
        raise Refused("This lies in the future. Give a time that has passed.", field="at")
    if at is not None and at < EARLIEST:
        raise Refused("This is too long ago. Is the year right?", field="at")
    return note(session, incident, "note", now=now, actor=actor, text=text, at=at)


def split(words: str, *, zone: ZoneInfo, now: datetime) -> tuple[datetime, str]:
    """When it happened and what. A time of today that is still to come was yesterday's. Raises `Refused`. Pure."""
    text = plain(words)
    found = TIME.match(text)
    if found is None and (wrong := LIKE_A_TIME.match(text)):
        raise Refused(f"`{wrong[0]}` is no time of day. Write it like `14:05`, or leave it out for now.")
    if found is not None:
        text = text[found.end() :].strip()
    return (_last(int(found[1]), int(found[2]), zone, now) if found else now), _checked(text)


def _require_new(
    session: Session, incident: Incident, text: str, *, actor: Actor, at: datetime, within: timedelta
) -> None:
    """Raise `Refused` where the same person said the same of that time, in impatience.

    Or of a little later: a replica that froze comes to it when it was typed again, and noted by another.
    """
    twin = select(TimelineEntry.id).where(
        TimelineEntry.incident_id == incident.id, TimelineEntry.at.between(at - within, at + within), TimelineEntry.kind == "note",
        TimelineEntry.actor == actor.user_id, TimelineEntry.text == text, TimelineEntry.withdrawn_at.is_(None),
    )  # fmt: skip
    if session.scalars(twin).first() is not None:
        raise Refused(f"This is on the timeline of {incident.name} already.")


def _checked(text: str) -> str:
    if not visible(text):
        raise Refused(
            "Say what happened: `/sev log rolled back the release`, or `/sev log 14:05 rolled it back`.", field="text",
            to_services="Say what happened, such as: rolled back the release.",
        )  # fmt: skip
    if length(text) > LOG_LIMIT:
        raise Refused(
            f"This has {length(text)} characters; {LOG_LIMIT} are possible. Post the rest and tag it, or shorten it.",
            field="text",
        )
    return text


def _last(hour: int, minute: int, zone: ZoneInfo, now: datetime) -> datetime:
    """When the clocks of the zone last showed that time. Raises `Refused`."""
    if hour > 23 or minute > 59:
        raise Refused(f"`{hour}:{minute:02}` is no time of day. Write it like `14:05`, or leave it out for now.")
    local = now.astimezone(zone)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0).astimezone(UTC)
    if at <= now:
        return at
    before = (local - timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    return before.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
