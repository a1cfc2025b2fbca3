"""What belongs to a SEV of a file: its timeline, its action items, its postmortem. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.directory.people import BOT
from bot.errors import Refused
from bot.incidents.links import checked_address
from bot.incidents.model import LINK_TITLE_LIMIT, REASON_LIMIT, TimelineEntry
from bot.operations.importing.fields import Fields, Row
from bot.operations.importing.words import Words, called_by_name
from bot.postmortems.model import TEXT_LIMIT, State
from bot.remediation.model import (
    EVIDENCE_LIMIT,
    ITEM_REASON_LIMIT,
    ITEM_TITLE_LIMIT,
    OPEN_STATES,
    ItemKind,
    ItemState,
    Priority,
)
from bot.slack.text import SPOKEN_OF, clip, length
from bot.timeline.sentences import sentence

UPDATE = "update"
NOTE = "note"
KIND_LIMIT = 32
MOST_ITEMS = 200
WITH_TEXTS = ("update", "status", "reopened", "severity", "role", "handoff")
TEXTS = ("before", "after", "role")
"""What the data of these kinds of entries hold as texts, if they hold it."""
ALWAYS_TEXTS = ("permalink", "thread_ts", "edited")
ENTRY_WORDS = ("at", "kind", "actor", "text", "data")
UPDATE_WORDS = ("at", "actor", "text")
ITEM_WORDS = (
    "number", "title", "kind", "priority", "state", "reason", "owner_user", "owner_team", "due_on", "proof", "evidence",
    "tracker_url", "created_by", "created_at", "closed_at", "closed_by",
)  # fmt: skip
POSTMORTEM_WORDS = (
    "state", "sections", "causes", "links", "drafted_at", "drafted_by", "published_at", "published_by",
)  # fmt: skip
LINK_WORDS = ("title", "address")
Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Written:
    """A postmortem: how far it is, what its sections say, by key, and what belongs to it."""

    columns: Row
    sections: dict[str, str]
    causes: tuple[str, ...]
    links: Links


@dataclass
class Notes:
    """What finds no place of its own, and is told in the timeline instead, so that nothing is lost."""

    at: datetime
    texts: list[str] = field(default_factory=list)

    def entries(self) -> list[Row]:
        """The entries that tell it."""
        return [{"at": self.at, "kind": NOTE, "actor": BOT.user_id, "text": text, "data": {}} for text in self.texts]

    def shortened(self, fields: Fields, name: str, text: str, limit: int, label: str) -> str:
        """A text that fits. Of one that is too long, the whole is told in the timeline."""
        if length(text) <= limit:
            return text
        self.texts.append(f"{label}: {text}")
        fields.notice(name, f"Longer than the {limit} characters possible: shortened, and whole in the timeline.")
        return clip(text, limit)


def timeline(fields: Fields, words: Words, *, now: datetime) -> list[Row]:
    """The entries of the timeline, and of `updates`, which is a shorter way to say entries of that kind."""
    found = [_entry(each, words, now=now) for each in fields.several("timeline")]
    for each in fields.several("updates"):
        each.only(UPDATE_WORDS)
        said = {"kind": UPDATE, "data": {"next_update_at": None}}
        found.append(_spoken(each, words, now=now) | said)
    return found


def _entry(fields: Fields, words: Words, *, now: datetime) -> Row:
    fields.only(ENTRY_WORDS)
    kind = fields.line("kind") or NOTE
    if len(kind) > KIND_LIMIT:
        fields.wrong("kind", f"{KIND_LIMIT} characters are possible.")
        kind = NOTE
    row = _spoken(fields, words, now=now) | {"kind": kind, "data": fields.data("data")}
    if not _can_be_told(row, words):
        fields.wrong("data", "An entry of this kind can't be told from these data. Use the kind note, with a text.")
    return row


def _spoken(fields: Fields, words: Words, *, now: datetime) -> Row:
    at = fields.moment("at")
    if at is None and not fields.line("at"):
        fields.wrong("at", "Say when it was.")
    fields.past("at", at, now=now)
    return {"at": at or now, "actor": words.actor(fields, "actor"), "text": fields.text("text")}


def _can_be_told(row: Row, words: Words) -> bool:
    """Whether all that tells entries of this kind finds in its data what it looks for."""
    kind, data = row["kind"], row["data"]
    texts = (*ALWAYS_TEXTS, *(TEXTS if kind in WITH_TEXTS else ()))
    try:
        sentence(TimelineEntry(**row), words.config)
        if kind == UPDATE and data.get("next_update_at"):
            datetime.fromisoformat(data["next_update_at"])
        if data.get("permalink"):
            checked_address(data["permalink"])
    except (TypeError, ValueError, AttributeError, KeyError, Refused):
        return False
    return all(isinstance(data.get(name, ""), str | None) for name in texts)


def items(fields: Fields, words: Words, notes: Notes, *, now: datetime) -> list[Row]:
    """The action items, by their numbers; those without one are counted on."""
    given = fields.several("items")
    if len(given) > MOST_ITEMS:
        fields.wrong("items", f"A SEV has {MOST_ITEMS} action items at most.")
        return []
    taken: set[int] = set()
    found = []
    for each in given:
        each.only(ITEM_WORDS)
        number = each.number("number") or max(taken, default=0) + 1
        if number in taken:
            each.wrong("number", "Another item of this SEV has this number.")
        taken.add(number)
        found.append(_item(each, words, notes, number, now=now))
    return found


def _item(fields: Fields, words: Words, notes: Notes, number: int, *, now: datetime) -> Row:
    label = f"Action item {number}"
    title = notes.shortened(fields, "title", fields.line("title"), ITEM_TITLE_LIMIT, label)
    if not title:
        fields.wrong("title", "Say what is to be done.")
    state = _one_of(fields, "state", [str(each) for each in ItemState], ItemState.OPEN)
    is_open = state in OPEN_STATES
    created_at = fields.moment("created_at") or notes.at
    closed_at = None if is_open else fields.moment("closed_at") or created_at
    fields.past("created_at", created_at, now=now)
    fields.past("closed_at", closed_at, now=now)
    return {
        "number": number, "title": title, "state": state,
        "kind": _one_of(fields, "kind", [str(each) for each in ItemKind], ItemKind.PREVENT),
        "priority": _one_of(fields, "priority", [str(each) for each in Priority], Priority.P2),
        "reason": notes.shortened(fields, "reason", fields.line("reason"), ITEM_REASON_LIMIT, f"{label}, reason"),
        **_owner(fields, words, notes, label), "due_on": fields.day("due_on"),
        "proof": notes.shortened(fields, "proof", fields.text("proof"), EVIDENCE_LIMIT, f"{label}, proof"),
        "evidence": notes.shortened(fields, "evidence", fields.text("evidence"), EVIDENCE_LIMIT, f"{label}, evidence"),
        "tracker_url": _address(fields, "tracker_url"), "created_by": words.actor(fields, "created_by"),
        "created_at": created_at, "closed_at": closed_at,
        "closed_by": words.actor(fields, "closed_by") if closed_at and fields.line("closed_by") else None,
    }  # fmt: skip


def _owner(fields: Fields, words: Words, notes: Notes, label: str) -> Row:
    """A person or a team. Of somebody whom nobody knows in Slack, the timeline tells."""
    said, team = fields.line("owner_user"), words.team(fields, "owner_team")
    person = words.person(said) if said else None
    if said and person is None:
        notes.texts.append(f"{label} was given to {called_by_name(said).removeprefix(SPOKEN_OF)}.")
        fields.notice(
            "owner_user", f"Nobody knows who {said[:60]} is in Slack: told in the timeline. --people FILE says it."
        )
    if person and team:
        fields.wrong("owner_team", "An item has one owner: a person or a team.")
    return {"owner_user": person, "owner_team": team}


def postmortem(fields: Fields, words: Words, notes: Notes, *, now: datetime) -> Written | None:
    """The postmortem; None where there is none, or nobody began it."""
    found = fields.one("postmortem")
    if found is None:
        return None
    found.only(POSTMORTEM_WORDS)
    state = _one_of(found, "state", [str(each) for each in State], State.DRAFT)
    if state == State.OWED:
        return None
    if state == State.IN_REVIEW:
        found.notice("state", "Who reviews it is not known here, so it is a draft again.")
        state = str(State.DRAFT)
    is_published = state == State.PUBLISHED
    drafted_at = found.moment("drafted_at") or notes.at
    published_at = (found.moment("published_at") or drafted_at) if is_published else None
    found.past("drafted_at", drafted_at, now=now)
    found.past("published_at", published_at, now=now)
    columns = {
        "state": state, "drafted_at": drafted_at, "drafted_by": words.actor(found, "drafted_by"),
        "published_at": published_at, "published_by": words.actor(found, "published_by") if is_published else None,
    }  # fmt: skip
    return Written(columns, _sections(found, words, notes), tuple(sorted(words.causes(found))), links(found))


def _sections(fields: Fields, words: Words, notes: Notes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in fields.pairs("sections").items():
        key = words.section(fields, name)
        if key:
            label = f"Postmortem, {name}"
            found[key] = notes.shortened(fields, "sections", text, TEXT_LIMIT, label)
    return found


def links(fields: Fields) -> Links:
    """Addresses, each once, with what they are called."""
    found: dict[str, str] = {}
    for each in fields.several("links"):
        each.only(LINK_WORDS)
        address = _address(each, "address")
        if address:
            found[address] = clip(each.line("title") or address, LINK_TITLE_LIMIT)
    return tuple((title, address) for address, title in found.items())


def reason(fields: Fields, notes: Notes) -> str:
    """Why it was cancelled or reopened."""
    return notes.shortened(fields, "reason", fields.line("reason"), REASON_LIMIT, "Reason")


def _address(fields: Fields, name: str) -> str:
    said = fields.text(name)
    try:
        return checked_address(said) if said else ""
    except Refused as refusal:
        fields.wrong(name, refusal.sentence)
        return ""


def _one_of(fields: Fields, name: str, possible: Sequence[str], usual: str) -> str:
    said = fields.line(name)
    found = next((each for each in possible if each.lower() == said.lower().replace(" ", "_")), None)
    if said and found is None:
        fields.wrong(name, f"{said[:60]!r} is not possible. Possible are {', '.join(possible)}.")
    return found or str(usual)
