"""SEVs come in from files: all faults at once, nothing twice, and what `sevbot export` wrote comes out again as it was."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.config import load
from bot.db import Database
from bot.operations.exporting import export
from bot.operations.importing import running
from bot.operations.importing.mapping import Translation
from bot.operations.importing.planning import Verdict
from bot.operations.importing.writing import Keeping
from tests.databases import new_sqlite, quick_folder
from tests.processes import CONFIG

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Json = dict[str, Any]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def second(engine: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty second instance."""
    if engine == "sqlite":
        with quick_folder() as folder, closing(Database(new_sqlite(folder))) as database:
            yield database
    else:
        server = request.getfixturevalue("postgres")
        with closing(Database(server.new_database())) as database:
            yield database


def a_sev(**said: Any) -> Json:
    """A SEV as a file has it."""
    return {
        "title": "checkout is down", "severity": "SEV1", "status": "closed", "declared_at": "2025-03-01T10:00:00Z",
        "resolved_at": "2025-03-01T11:00:00Z", **said,
    }  # fmt: skip


def brought(database: Database, file: Path, *, update: bool = False) -> list[Verdict]:
    """Import a file without faults."""
    config = load(CONFIG)
    planned = running.planned(database, file, config, Translation(), update=update, now=NOW)
    assert planned.faults == []
    return list(running.carry_out(database, planned.steps, Keeping(config, update=update), now=NOW))


def kept(database: Database, folder: Path) -> list[Json]:
    """What an export of it has."""
    export(database, folder, with_private=True)
    found: list[Json] = json.loads((folder / "sevs.json").read_text())
    return found


def document(folder: Path, *sevs: Json, name: str = "sevs.json") -> Path:
    file = folder / name
    file.write_text(json.dumps({"version": 1, "sevs": sevs}))
    return file


FULL = a_sev(
    number=7, source="pagerduty", external_id="Q1", summary="An index was missing.", is_private=True, is_drill=False,
    declared_by="U01ADA", members=["U02GRACE"], roles={"commander": "U02GRACE"}, workflows=["sign-in"],
    started_at="2025-03-01T09:00:00Z", channel_id="C0OLD", reason="it came back",
    links=[{"title": "Dashboard", "address": "https://example.com/d"}],
    timeline=[{"at": "2025-03-01T10:05:00Z", "kind": "note", "actor": "U01ADA", "text": "rolled back"}],
    updates=[{"at": "2025-03-01T10:10:00Z", "actor": "by:Linus", "text": "we know the cause"}],
    items=[{"number": 2, "title": "Add an alarm", "owner_user": "U01ADA", "due_on": "2025-04-01", "state": "done", "closed_by": "U01ADA",
            "closed_at": "2025-03-20T10:00:00Z"}],
    postmortem={"state": "published", "sections": {"summary": "What happened"}, "causes": ["change"],
                "links": [{"title": "Document", "address": "https://example.com/p"}]},
)  # fmt: skip


def test_what_was_exported_comes_out_again_as_it_was(database: Database, second: Database, tmp_path: Path) -> None:
    file = document(
        tmp_path, FULL, a_sev(number=3, status="investigating", resolved_at=None), a_sev(title="search is slow")
    )
    assert brought(database, file) == [Verdict.NEW] * 3
    first = kept(database, tmp_path / "first")
    assert [each["number"] for each in first] == [3, 7, 8]
    assert brought(second, tmp_path / "first" / "sevs.json") == [Verdict.NEW] * 3
    assert kept(second, tmp_path / "second") == first
    assert brought(second, tmp_path / "first" / "sevs.json") == [Verdict.HERE] * 3
    assert brought(database, tmp_path / "first" / "sevs.json") == [Verdict.HERE] * 3
