"""A file's rows become SEVs, as this Sevbot keeps them; what is wrong is gathered. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incidents.field_values import Given
from bot.incidents.lifecycle import check_times
from bot.incidents.model import SUMMARY_LIMIT, TIMES, TITLE_LIMIT
from bot.operations.importing import custom, parts
from bot.operations.importing.fields import Fields, Row
from bot.operations.importing.findings import Findings, Place
from bot.operations.importing.words import Words
from bot.slack.text import SPOKEN_OF, clip, length, visible

SOURCE_LIMIT, EXTERNAL_ID_LIMIT, CHANNEL_ID_LIMIT = 40, 200, 32
UNNAMED = "import"
"""The source where a file has ids of its own, and nobody said whose."""
SEV_WORDS = (
    "number", "source", "external_id", "title", "summary", "severity", "status", "is_private", "is_drill", "declared_by",
    "reason", *TIMES, "workflows", "roles", "members", "fields", "channel_id", "links", "timeline", "updates", "items", "postmortem",
)  # fmt: skip
"""Every word that a SEV can have in a file."""
Rows = Sequence[tuple[Place, Row]]


@dataclass(frozen=True)
class Origin:
    """Where a SEV comes from. Without a source, its id is a digest of what the file says, so that it is known again."""

    source: str
    external_id: str


@dataclass(frozen=True, kw_only=True)
class Sev:
    """A SEV of a file, as it would be kept."""

    place: Place
    origin: Origin
    number: int | None
    """The number it wants; it gets it where that is free."""
    columns: Row
    workflows: tuple[str, ...]
    roles: dict[str, str]
    members: tuple[str, ...]
    """Who may see it, where it is private."""
    channel_id: str | None
    fields: Sequence[Given]
    """What its custom fields hold."""
    links: parts.Links
    timeline: Sequence[Row]
    items: Sequence[Row]
    postmortem: parts.Written | None
    given: frozenset[str]
    """What the file speaks of: all else is left alone when it is imported again."""


def read(rows: Rows, words: Words, *, now: datetime) -> tuple[list[Sev], Findings]:
    """The SEVs of the rows, and what is wrong with them."""
    found = Findings()
    sevs = [_sev(Fields(row, place, found, words.translation), words, now=now) for place, row in rows]
    _require_once(sevs, found)
    return sevs, found


def _sev(fields: Fields, words: Words, *, now: datetime) -> Sev:
    fields.only(SEV_WORDS)
    times = _times(fields, now=now)
    declared_at = times["declared_at"] or now
    notes = parts.Notes(declared_at)
    number, timeline = fields.number("number"), parts.timeline(fields, words, now=now)
    is_private, declared_by = fields.flag("is_private"), words.actor(fields, "declared_by")
    roles = _roles(fields, words, notes)
    columns: Row = {
        **_told(fields, notes), "severity": words.severity(fields), "status": words.status(fields),
        "is_private": is_private, "is_drill": fields.flag("is_drill"), "declared_by": declared_by,
        "reason": parts.reason(fields, notes), **times, "declared_at": declared_at,
    }  # fmt: skip
    held = custom.read(fields, words, notes)
    items = parts.items(fields, words, notes, now=now)
    postmortem = parts.postmortem(fields, words, notes, now=now)
    return Sev(
        place=fields.place, number=number, columns=columns, workflows=words.workflows(fields), roles=roles,
        origin=_origin(fields, words.translation.source, number, declared_at, columns["title"]),
        members=_members(fields, words, {declared_by, *roles.values()}) if is_private else (),
        fields=held, channel_id=_short(fields, "channel_id", CHANNEL_ID_LIMIT) or None, links=parts.links(fields),
        timeline=[*timeline, *notes.entries()], items=items, postmortem=postmortem,
        given=frozenset(name for name in SEV_WORDS if fields.has(name)),
    )  # fmt: skip


def _told(fields: Fields, notes: parts.Notes) -> Row:
    """Title and summary. Of a title that is too long, the whole begins the summary."""
    title, summary = fields.line("title"), fields.text("summary")
    if not visible(title):
        fields.wrong("title", "Give a title: a few words on what was wrong.")
    if length(title) > TITLE_LIMIT:
        fields.notice(
            "title", f"Longer than the {TITLE_LIMIT} characters possible: shortened, and whole in the summary."
        )
        summary = f"{title}\n\n{summary}".strip()
        title = clip(title, TITLE_LIMIT)
    return {
        "title": title,
        "summary": notes.shortened(fields, "summary", summary, SUMMARY_LIMIT, "Summary"),
    }


def _times(fields: Fields, *, now: datetime) -> dict[str, datetime | None]:
    """Its times. It was declared when it was detected, or else began, where the file does not say."""
    times = {name: fields.moment(name) for name in TIMES}
    if not fields.line("declared_at"):
        times["declared_at"] = times["detected_at"] or times["started_at"]
    unreadable = {name for name in TIMES if fields.line(name) and times[name] is None}
    for name, sentence in check_times(times, now=now).items():
        if name not in unreadable:
            fields.wrong(name, sentence)
    return times


def _roles(fields: Fields, words: Words, notes: parts.Notes) -> dict[str, str]:
    """Who held which role. Of somebody whom nobody knows in Slack, the timeline tells."""
    found = {}
    for role, said in words.roles(fields).items():
        person = words.person(said)
        if person:
            found[role] = person
            continue
        notes.texts.append(f"{words.config.role(role).label}: {said.removeprefix(SPOKEN_OF)}")
        fields.notice(
            "roles", f"Nobody knows who {said[:60]} is in Slack: told in the timeline. --people FILE says it."
        )
    return found


def _members(fields: Fields, words: Words, also: set[str]) -> tuple[str, ...]:
    """Who may see a private SEV: whom the file names, who declared it and who held a role."""
    found = {person for each in also if (person := words.person(each))}
    for each in fields.words("members"):
        person = words.person(each)
        if person:
            found.add(person)
        else:
            fields.notice(
                "members", f"Nobody knows who {each[:60]} is in Slack, so they can't see it. --people FILE says it."
            )
    if not found:
        fields.wrong(
            "members",
            "Nobody could see this private SEV. Name somebody by Slack's id, or say with --people who is who.",
        )
    return tuple(sorted(found))


def _origin(fields: Fields, source: str, number: int | None, declared_at: datetime, title: str) -> Origin:
    """Where it comes from. A tool that was named, and gives no ids, knows its SEVs by their numbers."""
    named = _short(fields, "source", SOURCE_LIMIT) or source
    external_id = _short(fields, "external_id", EXTERNAL_ID_LIMIT)
    if external_id or (named and number):
        return Origin(named or UNNAMED, external_id or str(number))
    said = (declared_at.isoformat(), str(number) if number else title)
    return Origin("", hashlib.sha256("\0".join(said).encode()).hexdigest()[:40])


def _short(fields: Fields, name: str, limit: int) -> str:
    said = fields.line(name)
    if length(said) > limit:
        fields.wrong(name, f"{limit} characters are possible.")
        return ""
    return said


def _require_once(sevs: Sequence[Sev], found: Findings) -> None:
    """Note SEVs that are in the file twice, and what can belong to one SEV only."""
    seen: dict[tuple[str, object], Place] = {}
    for sev in sevs:
        origin = sev.origin
        only_one_has = {
            "external_id" if origin.source else "title": origin,
            "number": (origin.source, sev.number) if sev.number else None,
            "channel_id": sev.channel_id,
        }
        for name, value in only_one_has.items():
            first = seen.setdefault((name, value), sev.place)
            if value is not None and first is not sev.place:
                found.wrong(sev.place, name, _TWICE[name].format(first.name))


_TWICE = {
    "external_id": "{} has the same. Take one of them out, or change it.",
    "number": "{} has the same. Take one of them out, or change it.",
    "channel_id": "{} has the same. Leave it out of one of them.",
    "title": "{} has the same title and time: it seems to be the same SEV. Give both an external_id, if it is not.",
}
