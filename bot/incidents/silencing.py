"""Asking the bot to be silent about a SEV: for a while, or until it is over."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config, parse_duration
from bot.directory.people import Actor, Person
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import lifecycle, surfaces
from bot.incidents.model import Incident
from bot.nudges import service as nudges
from bot.nudges.hours import known_zone
from bot.nudges.ledger import pauses_of
from bot.nudges.model import REASON_LIMIT
from bot.nudges.views import Silence, silence_text
from bot.slack.commands import NAME
from bot.slack.text import clip, one_line, visible

ALL_RULES = ""
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=14)
USUAL = "1h"
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)$")


def snooze(
    session: Session,
    incident: Incident,
    text: str,
    *,
    rule: str = ALL_RULES,
    config: Config,
    actor: Actor,
    now: datetime,
) -> datetime:
    """Remind nobody of it for a time (`15m`), or until one (`14:30`, where the actor lives). Returns until when.

    Raises `Refused`.
    """
    _require(config, incident, actor)
    until = _moment(session, one_line(text) or USUAL, config=config, actor=actor, now=now)
    if not SHORTEST <= until - now <= LONGEST:
        raise Refused(f"Reminders can be put off for a minute to 14 days. `{NAME} mute REASON` stops them.")
    nudges.pause(session, incident.subject, rule, until=until, by=actor.user_id, now=now)
    _record(session, incident, "nudges_snoozed", actor=actor, now=now, rule=rule, until=until.isoformat())
    return until


def mute(
    session: Session,
    incident: Incident,
    reason: str,
    *,
    rule: str = ALL_RULES,
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    """Remind nobody of it until it is over. Raises `Refused` where no reason is given."""
    _require(config, incident, actor)
    reason = one_line(reason)
    if not visible(reason):
        raise Refused(f"Say why nobody shall be reminded: `{NAME} mute we wait for the vendor`.", field="reason")
    reason = clip(reason, REASON_LIMIT)
    nudges.pause(session, incident.subject, rule, until=None, reason=reason, by=actor.user_id, now=now)
    _record(session, incident, "nudges_muted", actor=actor, now=now, rule=rule, reason=reason)


def resume(session: Session, incident: Incident, *, config: Config, actor: Actor, now: datetime) -> None:
    """Remind people of it again. Raises `Refused` where nobody asked for silence."""
    _require(config, incident, actor)
    if not nudges.resume(session, incident.subject):
        raise Refused(f"Nobody put off the reminders of {incident.name}, so there is nothing to undo.")
    _record(session, incident, "nudges_resumed", actor=actor, now=now)


def card_lines(session: Session, incident: Incident) -> list[str]:
    """What a SEV's card says about silence."""
    kept = pauses_of(session, incident.subject).values()
    return [f"Reminders: {silence_text(Silence(each.by, each.until, each.reason))}" for each in kept][:3]


def _require(config: Config, incident: Incident, actor: Actor) -> None:
    require(config, actor, "change")
    if not lifecycle.is_open(config, incident):
        raise Refused(f"{incident.name} is over, so nobody is reminded of it.")


def _record(session: Session, incident: Incident, what: str, *, actor: Actor, now: datetime, **data: str) -> None:
    audit.record(
        session, actor=actor.user_id, action=f"incident.{what}", subject=incident.subject, source=actor.door, now=now,
        **data,
    )  # fmt: skip
    surfaces.show_card(session, incident)


def _moment(session: Session, text: str, *, config: Config, actor: Actor, now: datetime) -> datetime:
    """`1h 30m` from now, or the next time the clock where the actor lives shows `14:30`. Raises `Refused`."""
    clock = CLOCK.match(text)
    if clock:
        person = session.get(Person, actor.user_id)
        zone = ZoneInfo(known_zone(person.time_zone if person else "", otherwise=config.nudges.time_zone))
        local = now.astimezone(zone)
        wanted = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0, fold=0)
        later = wanted if wanted.astimezone(UTC) > now else wanted + timedelta(days=1)
        return later.astimezone(UTC)
    try:
        span = parse_duration(text.lower())
        assert isinstance(span, timedelta)  # noqa: S101 - a text that is no duration raises
        return now + span
    except (ValueError, OverflowError):
        raise Refused(
            f"Say for how long, or until when: `{NAME} snooze 1h`, `{NAME} snooze 14:30`, `{NAME} snooze off`."
        ) from None
