"""Finding postmortems by words: in their sections, and in the titles and summaries of their SEVs.

The indexes of words are the databases' own, as those of the timeline: see `bot/timeline/searching.py` and the migrations.
"""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload

from bot.db import dialect_of
from bot.incidents.membership import may_see
from bot.incidents.model import Incident
from bot.postmortems.model import Postmortem, State
from bot.timeline.searching import MOST, SEEN, in_engines_words, words_of

BEGUN = f"""
    EXISTS (SELECT 1 FROM postmortems WHERE postmortems.incident_id = {{incident}} AND postmortems.state != '{State.OWED}')
"""  # noqa: S608 - the parts are written here
IN_SECTIONS = {
    "sqlite": f"""
        SELECT sections.incident_id, sections.text FROM postmortem_words
        CROSS JOIN postmortem_sections AS sections ON sections.id = postmortem_words.rowid
        WHERE postmortem_words MATCH :words AND {SEEN.format(incident="sections.incident_id")}
        ORDER BY postmortem_words.rowid DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
    "postgresql": f"""
        SELECT sections.incident_id, sections.text FROM postmortem_sections AS sections
        WHERE words @@ to_tsquery('simple', :words) AND {SEEN.format(incident="sections.incident_id")}
        ORDER BY sections.id DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
}
IN_TITLES = {
    "sqlite": f"""
        SELECT rowid, '' FROM incident_words WHERE incident_words MATCH :words
        AND {BEGUN.format(incident="incident_words.rowid")} AND {SEEN.format(incident="incident_words.rowid")}
        ORDER BY rowid DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
    "postgresql": f"""
        SELECT id, '' FROM incidents AS named WHERE words @@ to_tsquery('simple', :words)
        AND {BEGUN.format(incident="named.id")} AND {SEEN.format(incident="named.id")} ORDER BY id DESC LIMIT :most
    """,  # noqa: S608 - the parts are written here
}
MOST_SECTIONS = 100
"""How many sections are looked at, the newest first: many of them may be of one postmortem."""


@dataclass(frozen=True)
class Hit:
    """A postmortem that was found, and the section that has the words; empty where the SEV's title or summary has them."""

    incident: Incident
    postmortem: Postmortem
    passage: str


def search(session: Session, query: str, *, user_id: str) -> list[Hit]:
    """The postmortems in which all words are found, of SEVs the person may see; one more than is shown at most.

    First those with the words in a section, then those whose SEV is called so. Where whole words give less than is shown,
    beginnings of words count too. Raises `Refused` where nothing is asked for.
    """
    words = words_of(query, example="/sev postmortem search certificate")
    dialect, passages = dialect_of(session), dict[int, str]()
    for as_beginnings in (False, True):
        for table in (IN_SECTIONS, IN_TITLES):
            if len(passages) <= MOST:
                asked = {"words": in_engines_words(dialect, words, as_beginnings=as_beginnings), "user": user_id}
                for incident_id, said in session.execute(text(table[dialect]), asked | {"most": MOST_SECTIONS}):
                    passages.setdefault(incident_id, said)
    wanted = list(passages)[: MOST + 1]
    seen = (
        select(Incident, Postmortem)
        .join(Postmortem, Postmortem.incident_id == Incident.id)
        .where(Incident.id.in_(wanted), may_see(user_id))
        .options(selectinload(Incident.workflows))
    )
    found = {incident.id: Hit(incident, each, passages[incident.id]) for incident, each in session.execute(seen)}
    return [found[each] for each in wanted if each in found]
