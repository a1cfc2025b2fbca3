"""Tags: who wants which message on a SEV's timeline, and what follows from it.

An entry comes, and comes back, when somebody tags its message anew; it goes when nobody's tag is left, or when somebody
undoes it, whatever tags remain. Each function works on a SEV whose row is locked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Actor, Standing, known
from bot.directory.permissions import may, require
from bot.errors import Refused
from bot.incidents.model import Incident, TimelineEntry
from bot.timeline import capture, surfaces
from bot.timeline.capture import DELETED, TAGGED, Permalink
from bot.timeline.memory import Memory
from bot.timeline.model import SHORTCUT, Tag
from bot.timeline.said import Said, order

REACTION = "reaction"
"""The door through which a tag by emoji comes, as the audit keeps it."""


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """An emoji put under a message, or taken away, as an event tells it."""

    channel_id: str
    ts: str
    user_id: str
    name: str
    event_ts: str
    is_added: bool


@dataclass(frozen=True)
class Ground:
    """What tagging works with, whoever tags: the configuration, the messages seen lately, and their addresses."""

    config: Config
    memory: Memory
    permalink: Permalink


def is_tag(config: Config, name: str) -> bool:
    """Whether an emoji, of whatever skin tone, puts messages on the timeline."""
    return name.partition("::")[0] in config.reactions.timeline


def heard(session: Session, incident: Incident, reaction: Reaction, *, ground: Ground, now: datetime) -> bool:
    """A reaction came or went. Older news than what is known, and guests, are ignored. Whether anything changed."""
    key = (incident.id, reaction.channel_id, reaction.ts, reaction.user_id, reaction.name)
    tag = session.get(Tag, key)
    if tag is not None and order(reaction.event_ts) <= order(tag.event_ts):
        return False
    actor = known(session, reaction.user_id, door=REACTION)
    counts = may(ground.config, actor, "change")
    if not counts and actor.standing is not Standing.UNKNOWN:
        return False
    was_live = tag is not None and tag.is_present and tag.counts
    tag = tag or _new_tag(session, key)
    tag.event_ts, tag.is_present, tag.counts, tag.learned_at = reaction.event_ts, reaction.is_added, counts, now
    if reaction.is_added and not counts:
        surfaces.meet(session, incident, reaction.user_id)
    is_new = reaction.is_added and counts and not was_live
    said = ground.memory.recall(reaction.channel_id, reaction.ts)
    message = said or Said(channel_id=reaction.channel_id, ts=reaction.ts)
    _settle(session, incident, message, is_known=said is not None, is_new=is_new, ground=ground, actor=actor, now=now)
    return True


def met(session: Session, incident: Incident, user_id: str, *, ground: Ground, now: datetime) -> None:
    """Somebody who reacted is known now: if they may, what they tagged meanwhile counts."""
    actor = known(session, user_id, door=REACTION)
    if not may(ground.config, actor, "change"):
        return
    waiting = select(Tag).where(
        Tag.incident_id == incident.id, Tag.user_id == user_id, Tag.is_present.is_(True), Tag.counts.is_(False)
    )
    for tag in session.scalars(waiting).all():
        tag.counts = True
        said = ground.memory.recall(tag.channel_id, tag.ts)
        message = said or Said(channel_id=tag.channel_id, ts=tag.ts)
        _settle(session, incident, message, is_known=said is not None, is_new=True, ground=ground, actor=actor, now=now)


def believe(
    session: Session,
    incident: Incident,
    said: Said,
    reactions: Iterable[dict[str, Any]],
    *,
    since: datetime,
    ground: Ground,
    now: datetime,
) -> None:
    """Bring tags and entry in line with a message as it was read from Slack.

    `reactions` are those the message bore. What was heard after the reading began, at `since`, is newer than it.
    """
    shown, unsure = _shown(ground.config, reactions)
    tags = {(tag.user_id, tag.name): tag for tag in _tags(session, incident, said)}
    is_new = False
    actor = known(session, next((user for user, _name in shown), said.author), door=REACTION)
    for user_id, name in shown:
        tag = tags.get((user_id, name))
        if tag is not None and (tag.is_present or tag.learned_at >= since):
            continue
        person = known(session, user_id, door=REACTION)
        counts = may(ground.config, person, "change")
        if not counts and person.standing is not Standing.UNKNOWN:
            continue
        tag = tag or _new_tag(session, (incident.id, said.channel_id, said.ts, user_id, name))
        tag.event_ts = tag.event_ts or said.ts
        tag.is_present, tag.counts, tag.learned_at = True, counts, now
        if counts:
            is_new, actor = True, person
        else:
            surfaces.meet(session, incident, user_id)
    for (user_id, name), tag in tags.items():
        is_gone = tag.is_present and name not in (SHORTCUT, *unsure) and (user_id, name) not in shown
        if is_gone and tag.learned_at < since:
            tag.is_present, tag.learned_at = False, now
            actor = actor if is_new else known(session, user_id, door=REACTION)
    if shown or tags:
        _settle(session, incident, said, is_known=True, is_new=is_new, ground=ground, actor=actor, now=now)


def add_message(
    session: Session, incident: Incident, said: Said, *, ground: Ground, actor: Actor, now: datetime
) -> None:
    """Put a message on the timeline, by the shortcut. Raises `Refused` where it may not be, or is there already."""
    require(ground.config, actor, "change")
    entry = capture.entry_of(session, incident, said.channel_id, said.ts)
    if entry is not None and entry.withdrawn_at is None:
        raise Refused(f"This message is on the timeline of {incident.name} already.")
    if entry is not None and DELETED in entry.data:
        raise Refused("This message was deleted, so it can't be put on the timeline. Use `/sev log TEXT` instead.")
    key = (incident.id, said.channel_id, said.ts, actor.user_id, SHORTCUT)
    tag = session.get(Tag, key) or _new_tag(session, key)
    tag.event_ts, tag.is_present, tag.counts, tag.learned_at = f"{now.timestamp():.6f}", True, True, now
    _settle(session, incident, said, is_known=True, is_new=True, ground=ground, actor=actor, now=now)


def undo(
    session: Session, incident: Incident, entry_id: int, *, config: Config, actor: Actor, now: datetime
) -> TimelineEntry:
    """Take a tagged message off the timeline, whatever tags remain: only a new one brings it back. Raises `Refused`."""
    require(config, actor, "change")
    entry = session.get(TimelineEntry, entry_id)
    if entry is None or entry.incident_id != incident.id or entry.source_ts is None:
        raise Refused(f"There is no such message on the timeline of {incident.name}. Look at it: `/sev timeline`.")
    if entry.withdrawn_at is not None:
        raise Refused("It is off the timeline already. A new reaction puts it back.")
    capture.withdraw(session, incident, entry, actor=actor, now=now)
    return entry


def message_deleted(session: Session, incident: Incident, channel_id: str, ts: str, *, now: datetime) -> bool:
    """The message is gone from Slack, with all its tags, and its entry leaves the timeline. Whether anything changed."""
    gone = [tag for tag in _tags(session, incident, Said(channel_id=channel_id, ts=ts)) if tag.is_present]
    for tag in gone:
        tag.is_present, tag.learned_at = False, now
    return capture.follow_deletion(session, incident, channel_id, ts, now=now) or bool(gone)


def _settle(
    session: Session,
    incident: Incident,
    said: Said,
    *,
    is_known: bool,
    is_new: bool,
    ground: Ground,
    actor: Actor,
    now: datetime,
) -> None:
    """Draw the consequence of changed tags. `is_new`: somebody tagged it anew; `is_known`: `said` holds the words too."""
    entry = capture.entry_of(session, incident, said.channel_id, said.ts)
    if entry is None:
        if ground.memory.is_deleted(said.channel_id, said.ts) or not (is_new or _is_live(session, incident, said)):
            return
        if is_known:
            capture.add(session, incident, said, permalink=ground.permalink, actor=actor, now=now)
        else:
            surfaces.fetch(session, incident, said.channel_id, said.ts)
    elif DELETED in entry.data:
        return
    elif is_new and entry.withdrawn_at is not None:
        capture.restore(session, incident, entry, actor=actor, now=now)
    elif is_new and TAGGED not in entry.data:
        capture.hold_by_tags(session, incident, entry)
    elif entry.withdrawn_at is None and TAGGED in entry.data and not _is_live(session, incident, said):
        capture.withdraw(session, incident, entry, actor=actor, now=now)


def _shown(config: Config, reactions: Iterable[dict[str, Any]]) -> tuple[dict[tuple[str, str], None], Sequence[str]]:
    """Who tagged it with what; and the emoji of which Slack did not list everybody, so that none can be missed there."""
    relevant = [each for each in reactions if is_tag(config, str(each.get("name", "")))]
    shown = {(user_id, each["name"]): None for each in relevant for user_id in each.get("users") or ()}
    return shown, [each["name"] for each in relevant if int(each.get("count") or 0) > len(each.get("users") or ())]


_TAGS = select(Tag).where(
    Tag.incident_id == bindparam("incident"), Tag.channel_id == bindparam("channel"), Tag.ts == bindparam("ts")
)
_LIVE = (
    select(Tag.user_id)
    .where(
        Tag.incident_id == bindparam("incident"), Tag.channel_id == bindparam("channel"), Tag.ts == bindparam("ts"),
        Tag.is_present.is_(True), Tag.counts.is_(True),
    )
    .limit(1)
)  # fmt: skip


def _tags(session: Session, incident: Incident, said: Said) -> Sequence[Tag]:
    return session.scalars(_TAGS, {"incident": incident.id, "channel": said.channel_id, "ts": said.ts}).all()


def _is_live(session: Session, incident: Incident, said: Said) -> bool:
    address = {"incident": incident.id, "channel": said.channel_id, "ts": said.ts}
    return session.scalars(_LIVE, address).first() is not None


def _new_tag(session: Session, key: tuple[int, str, str, str, str]) -> Tag:
    incident_id, channel_id, ts, user_id, name = key
    tag = Tag(incident_id=incident_id, channel_id=channel_id, ts=ts, user_id=user_id, name=name, event_ts="")
    session.add(tag)
    return tag
