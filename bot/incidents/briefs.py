"""How a SEV stands, for somebody who comes late: read in one go, then shown. The showing is pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.config import COMMANDER, Config
from bot.incidents import lifecycle, role_views, views
from bot.incidents.bookmarks import Bookmark, wanted_bookmarks
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.role_names import short_name
from bot.incidents.roles import holders
from bot.incidents.surfaces import key
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.blocks import Block
from bot.slack.text import author, clip, link, mrkdwn, one_line, user, when

HIGH_POINTS = 8
"""How many of the latest high points a brief tells."""
LINKS = 10
CHANGES = ("severity", "status", "reopened")
"""Changes that are high points. So is every message that somebody put into the timeline."""
UPDATE = "update"

Permalink = Callable[[str, str], str]
"""The address of a message, by channel and ts."""


@dataclass(frozen=True)
class HighPoint:
    """An entry worth knowing, and where to read more."""

    entry: TimelineEntry
    address: str | None


@dataclass(frozen=True)
class Standing:
    """How a SEV stands."""

    incident: Incident
    roles: Mapping[str, str]
    update: HighPoint | None
    points: tuple[HighPoint, ...]
    links: tuple[Bookmark, ...]


def standing(session: Session, incident: Incident, config: Config, *, permalink: Permalink) -> Standing:
    """All that a brief tells."""
    entries = select(TimelineEntry).where(
        TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None)
    ).order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())  # fmt: skip
    update = session.scalars(entries.where(TimelineEntry.kind == UPDATE).limit(1)).first()
    high = or_(TimelineEntry.source_ts.is_not(None), TimelineEntry.kind.in_(CHANGES))
    points = session.scalars(entries.where(high).limit(HIGH_POINTS)).all()
    return Standing(
        incident=incident,
        roles=holders(session, incident),
        update=HighPoint(update, _address(session, incident, update, permalink)) if update else None,
        points=tuple(HighPoint(each, _address(session, incident, each, permalink)) for each in reversed(points)),
        links=tuple(wanted_bookmarks(session, incident, config)[:LINKS]),
    )


def brief(config: Config, stands: Standing, *, now: datetime) -> list[Block]:
    """How things stand, shortly: state, people, latest update, high points, links."""
    incident = stands.incident
    since = incident.started_at or incident.detected_at or incident.declared_at
    running = f"for {duration(now - since)}, " if lifecycle.is_open(config, incident) else ""
    state = f"*{views.status_text(config, incident)}*, {running}since {when(since)}"
    shown = [
        kit.section(f"{views.heading(config, incident, 600)}\n{state}"),
        kit.section(_people(config, stands.roles)),
    ]
    if incident.summary:
        shown.append(kit.context(mrkdwn(clip(one_line(incident.summary), 500), 1500)))
    if stands.update:
        entry = stands.update.entry
        text = f"*Latest update*, {when(entry.at)}: {mrkdwn(clip(one_line(entry.text), 800), 1800)}"
        shown.append(kit.section(f"{text}{_more(stands.update)}"))
    if stands.points:
        lines = [f"• {when(each.entry.at)} {_told(config, each.entry)}{_more(each)}" for each in stands.points]
        shown += [kit.section("*What happened*"), *(kit.context(each) for each in lines)]
    if stands.links:
        shown.append(kit.context("\n".join(_linked(each) for each in stands.links)))
    return shown


def late_brief(config: Config, stands: Standing, *, now: datetime) -> list[Block]:
    """A brief for somebody who has just come in, with what they can do."""
    can = [f"`/sev take {short_name(each)}`" for each in config.roles if each.key not in stands.roles][:3]
    free = f"Nobody does these yet: {', '.join(can)}. " if can else ""
    help_line = (
        f"{free}Mark what matters for the timeline, ask {_leader(stands)} what is needed, and type `/sev` for more."
    )
    return [kit.section(f"Welcome to {stands.incident.name}. Only you see this."), *brief(config, stands, now=now),
            kit.context(help_line)]  # fmt: skip


def duration(length: timedelta) -> str:
    """A length of time in its two largest units: `3 h 5 min`."""
    minutes = max(int(length.total_seconds() // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _people(config: Config, roles: Mapping[str, str]) -> str:
    commander = config.role(COMMANDER)
    holder = user(roles[COMMANDER]) if COMMANDER in roles else "nobody yet"
    others = role_views.held_roles(config, roles)
    return f"{role_views.role_label(commander)}: {holder}" + (f"\n{others}" if others else "")


def _leader(stands: Standing) -> str:
    return user(stands.roles[COMMANDER]) if COMMANDER in stands.roles else "the channel"


def _told(config: Config, entry: TimelineEntry) -> str:
    said = mrkdwn(clip(one_line(entry.text), 200), 600)
    who = author(entry.actor)
    if entry.kind == "severity":
        return f"{who} changed the severity from {entry.data.get('before')} to {entry.data.get('after')}"
    if entry.kind in CHANGES:
        label = mrkdwn(config.status(str(entry.data.get("after"))).label, 60)
        how = "reopened it" if entry.kind == "reopened" else f"set the status to {label}"
        return f"{who} {how}: {said}" if said else f"{who} {how}"
    return f"{who}: {said}" if said else f"{who} posted something"


def _more(point: HighPoint) -> str:
    return f" {link(point.address, 'more')}" if point.address else ""


def _linked(bookmark: Bookmark) -> str:
    return f"{bookmark.emoji} {link(bookmark.link, bookmark.title)}"


def _address(session: Session, incident: Incident, entry: TimelineEntry, permalink: Permalink) -> str | None:
    """Where an entry can be read in Slack: the message it came from, else the line that told it."""
    if entry.source_channel and entry.source_ts:
        return str(entry.data.get("permalink") or permalink(entry.source_channel, entry.source_ts))
    post = session.get(posts.Post, key(incident, f"line:{entry.id}"))
    return permalink(post.channel_id, post.ts) if post else None
