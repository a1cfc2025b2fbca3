"""Files to be imported, as tests write them, and what became of them."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.config import Config, load
from bot.db import Database
from bot.operations.exporting import export
from bot.operations.importing import running
from bot.operations.importing.mapping import Translation
from bot.operations.importing.planning import Verdict
from bot.operations.importing.writing import Keeping
from bot.postmortems.model import State
from tests.databases import new_sqlite
from tests.processes import CONFIG

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Json = dict[str, Any]


def a_sev(**said: Any) -> Json:
    """A SEV as a file has it."""
    return {
        "title": "checkout is down", "severity": "SEV1", "status": "closed", "declared_at": "2025-03-01T10:00:00Z",
        "resolved_at": "2025-03-01T11:00:00Z", **said,
    }  # fmt: skip


def document(folder: Path, *sevs: Json, name: str = "sevs.json") -> Path:
    """A file with these SEVs."""
    file = folder / name
    file.write_text(json.dumps({"version": 1, "sevs": sevs}))
    return file


def planned(
    database: Database,
    file: Path,
    translation: Translation | None = None,
    *,
    now: datetime = NOW,
    update: bool = False,
) -> running.Planned:
    """What would become of a file."""
    return running.planned(database, file, load(CONFIG), translation or Translation(), update=update, now=now)


def brought(
    database: Database,
    file: Path,
    translation: Translation | None = None,
    *,
    config: Config | None = None,
    now: datetime = NOW,
    update: bool = False,
    remind: bool = False,
    wait: Callable[[float], None] = lambda _seconds: None,
) -> list[Verdict]:
    """Import a file without faults."""
    config = config or load(CONFIG)
    found = running.planned(database, file, config, translation or Translation(), update=update, now=now)
    assert found.faults == []
    keeping = Keeping(update=update, remind=remind)
    return list(running.carry_out(database, found.steps, keeping, now=now, wait=wait))


def kept(database: Database, folder: Path) -> list[Json]:
    """What an export of the database has."""
    export(database, folder, with_private=True)
    found: list[Json] = json.loads((folder / "sevs.json").read_text())
    return found


def out_and_in_again(
    database: Database, config: Config, folder: Path, *, now: datetime
) -> tuple[list[Json], list[Json]]:
    """What a database exports, and what a second one does that has imported that. A postmortem in review is a draft there."""
    first = kept(database, folder / "first")
    with closing(Database(new_sqlite(folder))) as second:
        assert brought(second, folder / "first" / "sevs.json", config=config, now=now) == [Verdict.NEW] * len(first)
        again = kept(second, folder / "again")
    for sev in first:
        if sev["postmortem"] and sev["postmortem"]["state"] == State.IN_REVIEW:
            sev["postmortem"]["state"] = State.DRAFT
    return first, again
