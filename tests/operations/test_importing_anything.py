"""Whatever a file holds, importing it ends in SEVs or in sentences; and whatever SEVs hold goes out and in again as it was."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import load
from bot.db import Database
from bot.errors import Refused
from bot.operations.importing.fields import stored
from bot.operations.importing.files import IN_TABLES, from_text
from bot.operations.importing.mapping import Translation
from bot.operations.importing.planning import Verdict
from bot.operations.importing.reading import SEV_WORDS, read
from bot.operations.importing.words import Words
from bot.slack.text import visible
from tests.anytext.hostile import hostile
from tests.databases import new_sqlite, quick_folder
from tests.operations.imports import NOW, Json, a_sev, brought, document, kept
from tests.processes import CONFIG

ENGLISH = Words(load(CONFIG), Translation(people={"ada": "U01ADA"}, words={"severity": {"p1": "SEV1"}}))
SAID = st.one_of(
    hostile,
    st.text(max_size=20),
    st.sampled_from(["", "SEV1", "P1", "closed", "2025-03-01T10:00:00Z", "2025-03-01", "42", "true", "U01ADA", "'=x"]),
)
"""What may stand in a cell."""
JSONS = st.recursive(
    SAID | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["at", "title", "kind", "data", "text"]) | SAID, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
PEOPLE = st.sampled_from(["U01ADA", "U02GRACE", "sevbot", "jira", "api:deployer", "B0APP"]) | st.text(
    min_size=1, max_size=20
)
TIMES = st.integers(0, 300).map(
    lambda day: f"2025-{1 + day // 28:02}-{1 + day % 28:02}T10:{day % 60:02}:00.000123+00:00"
)
WORDS = st.one_of(hostile.map(lambda text: text[:100]), st.text(max_size=60))


def outcome(content: str, *, is_json: bool) -> None:
    """Read it; a refusal is an outcome, as faults are."""
    try:
        rows, _ = from_text(content, ENGLISH.translation, is_json=is_json)
    except Refused:
        return
    sevs, found = read(rows, ENGLISH, now=NOW)
    assert len(sevs) == len(rows)
    assert all(isinstance(line, str) for line in (*found.faults, *found.notices))


TABLES = st.one_of(
    st.text(max_size=80),
    st.lists(st.lists(SAID, min_size=2, max_size=4), max_size=3)
    .map(lambda rows: "\n".join(",".join(row) for row in rows))
    .map("title,severity,roles,declared_at\n".__add__),
    st.lists(st.sampled_from(IN_TABLES), min_size=1, max_size=4).flatmap(
        lambda names: st.lists(SAID, min_size=len(names), max_size=len(names)).map(
            lambda row: f"{';'.join(names)}\n{';'.join(row)}"
        )
    ),
)
DOCUMENTS = st.lists(st.dictionaries(st.sampled_from(SEV_WORDS), JSONS, max_size=6), max_size=2)


@st.composite
def whole_sevs(draw: st.DrawFn) -> Json:
    """A SEV with all that belongs to one."""
    times = sorted(draw(st.lists(TIMES, min_size=4, max_size=4)))
    entry = st.fixed_dictionaries({"at": TIMES, "kind": st.sampled_from(["note", "message", "update", "newer_kind"]),
                                   "actor": PEOPLE, "text": WORDS, "data": st.dictionaries(st.text(max_size=5), WORDS, max_size=2)})  # fmt: skip
    item = st.fixed_dictionaries({"title": WORDS.filter(lambda text: bool(stored(text))), "owner_user": st.sampled_from(["U01ADA", None]), "proof": WORDS,
                                  "created_by": PEOPLE, "state": st.sampled_from(["open", "done", "withdrawn"]), "due_on": st.sampled_from([None, "2025-05-01"])})  # fmt: skip
    postmortem = st.fixed_dictionaries({"state": st.sampled_from(["draft", "published"]), "drafted_by": PEOPLE,
                                        "sections": st.dictionaries(st.sampled_from(["summary", "impact"]), WORDS)})  # fmt: skip
    return a_sev(
        title=draw(WORDS.filter(lambda text: visible(" ".join(stored(text).split())))), summary=draw(WORDS), number=draw(st.none() | st.integers(1, 10_000)),
        is_private=draw(st.booleans()), is_drill=draw(st.booleans()), members=["U03LINUS"], declared_by=draw(PEOPLE), reason=draw(WORDS),
        started_at=times[0], declared_at=times[1], mitigated_at=times[2], resolved_at=times[3],
        status=draw(st.sampled_from(["investigating", "resolved", "cancelled"])), roles=draw(st.sampled_from([{}, {"commander": "U01ADA"}])),
        timeline=draw(st.lists(entry, max_size=3)), items=draw(st.lists(item, max_size=2)), postmortem=draw(st.none() | postmortem),
    )  # fmt: skip


SEVS = st.lists(
    whole_sevs(), min_size=1, max_size=4, unique_by=lambda sev: sev["number"] or sev["declared_at"] + sev["title"]
)


def a_table(content: str) -> None:
    outcome(content, is_json=False)


def a_document(sevs: list[Any]) -> None:
    outcome(json.dumps(sevs), is_json=True)
    outcome(json.dumps({"version": 1, "sevs": sevs})[:-1], is_json=True)


def out_and_in_again(sevs: list[Json]) -> None:
    """Bring them in, out, in elsewhere, and out again."""
    with (
        quick_folder() as folder,
        closing(Database(new_sqlite(folder))) as database,
        closing(Database(new_sqlite(folder))) as second,
    ):
        assert brought(database, document(folder, *sevs)) == [Verdict.NEW] * len(sevs)
        first = kept(database, folder / "first")
        assert len(first) == len(sevs)
        assert brought(second, folder / "first" / "sevs.json") == [Verdict.NEW] * len(sevs)
        assert kept(second, folder / "second") == first


SAMPLES = [(TABLES, a_table, 25), (DOCUMENTS, a_document, 25), (SEVS, out_and_in_again, 3)]
MUCH = [(TABLES, a_table, 300), (DOCUMENTS, a_document, 300), (SEVS, out_and_in_again, 25)]


@pytest.mark.parametrize(
    ("strategy", "tried", "examples"),
    [*SAMPLES, *(pytest.param(*each, marks=pytest.mark.torture) for each in MUCH)],
    ids=[f"{number} {what}" for number in ("some", "many") for what in ("tables", "documents", "SEVs")],
)
def test_anything_ends_in_sevs_or_in_sentences_and_comes_out_as_it_was(
    strategy: st.SearchStrategy[Any], tried: Callable[[Any], None], examples: int
) -> None:
    settings(max_examples=examples)(given(strategy)(tried))()
