"""Everything people wrote down of SEVs, in files for other tools: one of JSON, and three tables that no spreadsheet runs."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot.db import Database
from bot.incidents.bookmarks import links_of
from bot.incidents.field_values import Given, for_machines, held, shown
from bot.incidents.model import FieldValue, ImportedSev, Incident, IncidentMember, RoleHolder, TimelineEntry
from bot.operations.copying import one_moment
from bot.postmortems.reading import whole
from bot.remediation.model import ActionItem
from bot.timeline.export import cell

AT_ONCE = 100
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
TIMES = ("started_at", "detected_at", "declared_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")
OF_SEV = (
    "number",
    "title",
    "summary",
    "severity",
    "status",
    "is_private",
    "is_drill",
    "declared_by",
    "reason",
    *TIMES,
    "channel_id",
)
OF_POSTMORTEM = ("state", "drafted_at", "drafted_by", "published_at", "published_by")
OF_ENTRY = ("at", "kind", "actor", "text", "data")
OF_ITEM = (
    "number", "title", "kind", "priority", "state", "reason", "owner_user", "owner_team", "due_on", "proof", "evidence",
    "tracker_url", "created_by", "created_at", "closed_at", "closed_by",
)  # fmt: skip
Row = dict[str, Any]


def export(database: Database, folder: Path, *, with_private: bool) -> int:
    """Write `sevs.json`, `sevs.csv`, `timeline.csv` and `items.csv` into a new folder, which only its owner may read.

    All is of one moment. Private SEVs are left out unless they are asked for. Returns how many SEVs were written. Raises
    `FileExistsError` where the folder is there already.
    """
    folder.mkdir(mode=PRIVATE_FOLDER)
    with ExitStack() as files, _looking(database) as session:
        keys = session.scalars(select(FieldValue.field).distinct().order_by(FieldValue.field)).all()
        sevs, timeline, items = (
            _table(files, folder / f"{name}.csv", columns)
            for name, columns in (
                ("sevs", (*OF_SEV, "workflows", "roles", "members", "source", "external_id", *map(_column, keys))),
                ("timeline", ("sev", *OF_ENTRY)),
                ("items", ("sev", *OF_ITEM)),
            )
        )
        told = files.enter_context(_new(folder / "sevs.json"))
        count = 0
        for sev in _sevs(session, with_private=with_private):
            told.write(f"{',' if count else '['}\n{json.dumps(sev, ensure_ascii=False)}")
            count += 1
            entries, promised = sev.pop("timeline"), sev.pop("items")
            del sev["links"], sev["postmortem"]  # no tables
            _write(sevs, [sev | {_column(key): each["text"] for key, each in sev.pop("fields").items()}])
            _write(timeline, [{"sev": sev["number"], **each} for each in entries])
            _write(items, [{"sev": sev["number"], **each} for each in promised])
        told.write("\n]\n" if count else "[]\n")
    return count


@contextmanager
def _looking(database: Database) -> Iterator[Session]:
    """A session that sees the database as it is now, and is in nobody's way."""
    if database.is_sqlite:
        with database.read() as session:
            yield session
    else:
        with one_moment(database) as connection, Session(connection) as session:
            yield session


def _sevs(session: Session, *, with_private: bool) -> Iterator[Row]:
    """Each SEV with all that belongs to it, in the order of their numbers."""
    last = 0
    while True:
        query = select(Incident).where(Incident.number > last).order_by(Incident.number).limit(AT_ONCE)
        if not with_private:
            query = query.where(~Incident.is_private)
        found = session.scalars(query.options(selectinload(Incident.workflows), selectinload(Incident.fields))).all()
        if not found:
            return
        for incident in found:
            yield _sev(session, incident)
        last = found[-1].number
        session.expunge_all()


def _sev(session: Session, incident: Incident) -> Row:
    holders = session.scalars(select(RoleHolder).where(RoleHolder.incident_id == incident.id).order_by(RoleHolder.role))
    entries = session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None))
        .order_by(TimelineEntry.at, TimelineEntry.id)
    )
    items = session.scalars(select(ActionItem).where(ActionItem.incident_id == incident.id).order_by(ActionItem.number))
    return {
        **_row(incident, OF_SEV),
        "workflows": list(incident.workflow_keys),
        "fields": {key: _field(holds) for key, holds in held(incident.fields).items()},
        "roles": {each.role: each.user_id for each in holders},
        "members": _members(session, incident),
        **_origin(session, incident),
        "links": [_row(each, ("title", "address")) for each in links_of(session, incident)],
        "timeline": [_row(each, OF_ENTRY) for each in entries],
        "items": [_row(each, OF_ITEM) for each in items],
        "postmortem": _postmortem(session, incident),
    }


def _members(session: Session, incident: Incident) -> list[str]:
    """Who may see a private SEV; of a public one, everybody may."""
    query = select(IncidentMember.user_id).where(IncidentMember.incident_id == incident.id)
    return sorted(session.scalars(query)) if incident.is_private else []


def _origin(session: Session, incident: Incident) -> Row:
    """What it is called where it was imported from; empty where that is not known."""
    found = session.get(ImportedSev, incident.id)
    if found is None or not found.source:
        return {"source": "", "external_id": ""}
    return {"source": found.source, "external_id": found.external_id}


def _postmortem(session: Session, incident: Incident) -> Row | None:
    """Its postmortem, where somebody began one."""
    found = whole(session, incident)
    if found is None:
        return None
    return {
        **_row(found.postmortem, OF_POSTMORTEM),
        "sections": {key: each.text for key, each in sorted(found.sections.items())},
        "causes": list(found.causes),
        "links": [_row(each, ("title", "address")) for each in found.links],
    }


def _field(holds: Given) -> Row:
    """What a custom field holds: for machines, and as people read it. By its name one knows a field that is configured no more."""
    return {
        "name": holds.name, "kind": holds.kind.value, "value": for_machines(holds), "text": shown(None, holds),
    }  # fmt: skip


def _column(key: str) -> str:
    """What the column of a custom field is called in `sevs.csv`."""
    return f"field:{key}"


def _row(thing: object, names: Sequence[str]) -> Row:
    return {name: _plain(getattr(thing, name)) for name in names}


def _plain(value: Any) -> Any:
    """A value as JSON has it; times are UTC in ISO 8601."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def _new(file: Path) -> TextIO:
    file.touch(mode=PRIVATE_FILE, exist_ok=False)
    return file.open("w", encoding="utf-8", newline="")


def _table(files: ExitStack, file: Path, columns: Sequence[str]) -> "csv.DictWriter[str]":
    writer = csv.DictWriter(files.enter_context(_new(file)), columns, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    return writer


def _write(table: "csv.DictWriter[str]", rows: Sequence[Row]) -> None:
    table.writerows({name: cell(_text(value)) for name, value in row.items()} for row in rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
