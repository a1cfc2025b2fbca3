"""Finding SEVs by words: in titles, summaries and timelines. The database keeps an index of words by itself.

SQLite has tables of words (FTS5) that triggers keep right, PostgreSQL columns of words that it computes: see the migration.
So whoever writes an entry, by whatever door, it can be found, and what is rolled back can't.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload

from bot.db import dialect_of
from bot.errors import Refused
from bot.incidents.membership import may_see
from bot.incidents.model import Incident
from bot.slack.text import plain

MOST_WORDS = 8
LONGEST_WORD = 40
MOST = 15
"""How many SEVs a search shows."""
WORD = re.compile(r"[^\W_]+")

SEEN = """
    (SELECT NOT incidents.is_private OR EXISTS (
        SELECT 1 FROM incident_members AS own WHERE own.incident_id = incidents.id AND own.user_id = :user
    ) FROM incidents WHERE incidents.id = {incident})
"""
"""Whether the person may see it, asked row by row: so a search reads from the newest on and stops when it has enough."""
IN_TITLES = {
    "sqlite": f"""
        SELECT rowid FROM incident_words WHERE incident_words MATCH :words AND {SEEN.format(incident="incident_words.rowid")}
        ORDER BY rowid DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
    "postgresql": f"""
        SELECT id FROM incidents AS named WHERE words @@ to_tsquery('simple', :words)
        AND {SEEN.format(incident="named.id")} ORDER BY id DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
}
IN_ENTRIES = {
    "sqlite": f"""
        SELECT entries.incident_id, entries.text FROM entry_words
        CROSS JOIN timeline_entries AS entries ON entries.id = entry_words.rowid
        WHERE entry_words MATCH :words AND entries.withdrawn_at IS NULL AND {SEEN.format(incident="entries.incident_id")}
        ORDER BY entry_words.rowid DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
    "postgresql": f"""
        SELECT entries.incident_id, entries.text FROM timeline_entries AS entries
        WHERE words @@ to_tsquery('simple', :words) AND entries.withdrawn_at IS NULL
        AND {SEEN.format(incident="entries.incident_id")} ORDER BY entries.id DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
}
MOST_ENTRIES = 200
"""How many entries are looked at, the newest first: many of them may be of one SEV."""


@dataclass(frozen=True)
class Hit:
    """A SEV that was found, and the passage of its timeline; empty where its title or summary has the words."""

    incident: Incident
    passage: str


def words_of(query: str, *, example: str = "") -> list[str]:
    """The words of what a person typed. Raises `Refused`, with what they could have typed, where there are none."""
    found = [word[:LONGEST_WORD].lower() for word in WORD.findall(plain(query))]
    words = list(dict.fromkeys(found))[:MOST_WORDS]
    if not words:
        raise Refused(
            f"Give a word or two that it has: `{example}`."
            if example
            else "Give a word or two that the SEV's title, summary or timeline has: `/sev search checkout`."
        )
    return words


def search(session: Session, query: str, *, user_id: str) -> list[Hit]:
    """The SEVs in which all words are found, among those the person may see.

    First those with the words in title or summary, then those with an entry that has them, the newest first in each; one
    more than is shown at most. Where whole words give less than that, beginnings of words count too: to gather what a
    common beginning begins takes long, and whoever typed a common word has enough. Raises `Refused` where nothing is
    asked for.
    """
    words = words_of(query)
    passages: dict[int, str] = {}
    for as_beginnings in (False, True):
        if len(passages) <= MOST:
            _gather(session, words, passages, user_id=user_id, as_beginnings=as_beginnings)
    wanted = list(passages)[: MOST + 1]
    seen = select(Incident).where(Incident.id.in_(wanted), may_see(user_id)).options(selectinload(Incident.workflows))
    incidents = {each.id: each for each in session.scalars(seen)}
    return [Hit(incidents[each], passages[each]) for each in wanted if each in incidents]


def _gather(session: Session, words: list[str], passages: dict[int, str], *, user_id: str, as_beginnings: bool) -> None:
    """Add the SEVs that are not among `passages` yet, each with its passage."""
    dialect = dialect_of(session)
    asked = {"words": in_engines_words(dialect, words, as_beginnings=as_beginnings), "user": user_id}
    for incident_id in _ids(session, IN_TITLES[dialect], asked):
        passages.setdefault(incident_id, "")
    if len(passages) <= MOST:
        for incident_id, said in session.execute(text(IN_ENTRIES[dialect]), asked | {"most": MOST_ENTRIES}):
            passages.setdefault(incident_id, said)


def _ids(session: Session, statement: str, asked: dict[str, str]) -> Sequence[int]:
    return session.scalars(text(statement), asked | {"most": MOST + 1}).all()


def in_engines_words(dialect: str, words: list[str], *, as_beginnings: bool) -> str:
    """All words in the engine's own language. They hold letters and digits only."""
    if dialect == "sqlite":
        return " ".join(f'"{word}"{" *" if as_beginnings else ""}' for word in words)
    return " & ".join(f"'{word}'{':*' if as_beginnings else ''}" for word in words)
