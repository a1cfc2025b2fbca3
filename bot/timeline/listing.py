"""A SEV's timeline, page by page: what is asked for, which entries that gives, their numbers, and where they can be seen.

An entry's number is its place in the order in which the SEV's entries were *written down*. Every transaction that writes
one locks the SEV first and no entry is ever deleted, so the number never changes, whatever becomes of the entry's time.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from bot.errors import CallFailed, Refused
from bot.incidents import surfaces
from bot.incidents.model import Incident, TimelineEntry
from bot.slack.posts import Post
from bot.slack.text import USER_MENTION, clip, length, one_line

PAGE = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WORDS_LIMIT = 80
VALUE_LIMIT = 150
"""What the value of a menu's option may hold."""
MESSAGES = ("message", "note", "file")
GROUPS: dict[str, tuple[str, ...]] = {
    "all": (),
    "messages": MESSAGES,
    "status": ("declared", "backfilled", "severity", "status", "reopened"),
    "people": ("role", "handoff", "handoff_offered", "handoff_declined", "joined", "invited", "access_let_in"),
    "updates": ("update",),
    "items": ("item_added", "item_changed", "item_closed", "item_reopened"),
    "withdrawn": (),
}
"""What the timeline can be narrowed down to, with the kinds of entries each holds."""

Direction = Literal["older", "newer"]
Permalink = Callable[[str, str], str]


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for: of a group, by a person, with some words; and from where on, in which direction."""

    group: str = "all"
    person: str = ""
    words: str = ""
    cursor: tuple[int, int] | None = None
    """The time (microseconds since 1970) and the id of the entry from which the page goes on."""
    direction: Direction = "older"

    def encoded(self, number: int) -> str:
        """As the value of a button or an option. Words that do not fit are left out."""
        content = {
            "n": number,
            "g": self.group,
            "p": self.person,
            "w": self.words,
            "c": self.cursor,
            "d": self.direction,
        }
        value = json.dumps(
            {name: each for name, each in content.items() if each}, separators=(",", ":"), ensure_ascii=False
        )
        return value if length(value) <= VALUE_LIMIT else replace(self, words="").encoded(number)


@dataclass(frozen=True)
class Page:
    """A page of entries in the order of their times, and whether there are others on either side."""

    entries: Sequence[TimelineEntry]
    numbers: dict[int, int]
    """The entries' numbers, by id."""
    has_older: bool
    has_newer: bool


def parsed(text: str) -> Wanted:
    """What a person typed: the name of a group, a mention, words, in any mixture."""
    mention = USER_MENTION.search(text)
    words = one_line(USER_MENTION.sub(" ", text)).split()
    group = words.pop(0).lower() if words and words[0].lower() in GROUPS else "all"
    return Wanted(group=group, person=mention[1] if mention else "", words=clip(" ".join(words), WORDS_LIMIT))


def decoded(value: str) -> tuple[int, Wanted]:
    """The SEV's number and what is asked for, from the value of a button. Raises `Refused` for one that is not ours."""
    try:
        content = json.loads(value)
        if isinstance(content, int):
            return content, Wanted()
        cursor = content.get("c")
        return int(content["n"]), Wanted(
            group=content.get("g", "all"), person=content.get("p", ""), words=content.get("w", ""),
            cursor=(int(cursor[0]), int(cursor[1])) if cursor else None, direction=content.get("d", "older"),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise Refused("This button belongs to an older message. Type `/sev timeline` for a new one.") from None


def cursor_of(entry: TimelineEntry) -> tuple[int, int]:
    """Where an entry stands in the order of times."""
    return (entry.at - EPOCH) // MICROSECOND, entry.id


def page_of(session: Session, incident: Incident, wanted: Wanted, *, size: int = PAGE) -> Page:
    """One page of the timeline: without a cursor the newest entries, else those next to it."""
    place = tuple_(TimelineEntry.at, TimelineEntry.id)
    query = select(TimelineEntry).where(TimelineEntry.incident_id == incident.id, *_conditions(wanted))
    is_newer = wanted.direction == "newer"
    if wanted.cursor:
        at, entry_id = EPOCH + wanted.cursor[0] * MICROSECOND, wanted.cursor[1]
        query = query.where(place > (at, entry_id) if is_newer else place < (at, entry_id))
    order = (TimelineEntry.at, TimelineEntry.id) if is_newer else (TimelineEntry.at.desc(), TimelineEntry.id.desc())
    found = session.scalars(query.order_by(*order).limit(size + 1)).all()
    shown = list(found[:size]) if is_newer else list(reversed(found[:size]))
    more, turned = len(found) > size, wanted.cursor is not None
    return Page(
        shown, numbers_of(session, incident, shown),
        has_older=turned if is_newer else more, has_newer=more if is_newer else turned,
    )  # fmt: skip


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    is_withdrawn = TimelineEntry.withdrawn_at.is_not(None)
    conditions: list[ColumnElement[bool]] = [is_withdrawn if wanted.group == "withdrawn" else ~is_withdrawn]
    kinds = GROUPS.get(wanted.group, ())
    if kinds:
        conditions.append(TimelineEntry.kind.in_(kinds))
    if wanted.person:
        conditions.append(TimelineEntry.actor == wanted.person)
    if wanted.words:
        conditions.append(TimelineEntry.text.icontains(wanted.words, autoescape=True))
    return conditions


def numbers_of(session: Session, incident: Incident, entries: Iterable[TimelineEntry]) -> dict[int, int]:
    """The numbers of some of the SEV's entries, by id."""
    wanted = {entry.id for entry in entries}
    ids = select(TimelineEntry.id).where(TimelineEntry.incident_id == incident.id).order_by(TimelineEntry.id)
    return {each: number for number, each in enumerate(session.scalars(ids), 1) if each in wanted}


def entry_of(session: Session, incident: Incident, number: int | None) -> tuple[int, TimelineEntry]:
    """The entry of that number, and the number; without one, the entry written down last. Raises `Refused`."""
    own = select(TimelineEntry).where(TimelineEntry.incident_id == incident.id)
    last = session.scalar(select(func.count()).select_from(own.subquery())) or 0
    wanted = last if number is None else number
    if not 1 <= wanted <= last:
        raise Refused(f"{incident.name} has no entry {wanted}; there are {last}. `/sev timeline` shows them.")
    return wanted, session.scalars(own.order_by(TimelineEntry.id).offset(wanted - 1).limit(1)).one()


def everything(session: Session, incident: Incident, *, most: int) -> list[TimelineEntry]:
    """All entries that were not withdrawn, in the order of their times; at most so many."""
    return [
        *session.scalars(
            select(TimelineEntry)
            .where(TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None))
            .order_by(TimelineEntry.at, TimelineEntry.id)
            .limit(most)
        )
    ]


def links_of(
    session: Session, incident: Incident, entries: Sequence[TimelineEntry], permalink: Permalink
) -> dict[int, str]:
    """Where the entries can be seen in Slack, by id: the message they came from, or the line that told of them."""
    keys = {surfaces.key(incident, f"line:{entry.id}"): entry.id for entry in entries}
    lines = session.scalars(select(Post).where(Post.subject == incident.subject, Post.key.startswith(
        surfaces.key(incident, "line:"), autoescape=True
    )))  # fmt: skip
    places = {keys[post.key]: (post.channel_id, post.ts) for post in lines if post.key in keys}
    found = {}
    for entry in entries:
        link = _own_link(entry.data) or _made(permalink, places.get(entry.id) or _source(entry))
        if link:
            found[entry.id] = link
    return found


def card_link(session: Session, incident: Incident, permalink: Permalink, *, surface: str = "card") -> str:
    """Where the SEV's card, or another message kept true, can be seen; empty where it has none."""
    post = session.get(Post, surfaces.key(incident, surface))
    return _made(permalink, (post.channel_id, post.ts) if post else None)


def _own_link(data: dict[str, Any]) -> str:
    link = data.get("permalink")
    return link if isinstance(link, str) and link.startswith(("https://", "http://")) else ""


def _source(entry: TimelineEntry) -> tuple[str, str] | None:
    return (entry.source_channel, entry.source_ts) if entry.source_channel and entry.source_ts else None


def _made(permalink: Permalink, place: tuple[str, str] | None) -> str:
    """The address of a message; empty while Slack does not say what the workspace's own is."""
    try:
        return permalink(*place) if place else ""
    except CallFailed:
        return ""
