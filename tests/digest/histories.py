"""The small history whose figures were computed by hand, as rows of a database."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.incidents.model import AffectedWorkflow, Incident, TimelineEntry
from bot.remediation.model import ActionItem

HERE = Path(__file__).parent
TIMES = ("started_at", "detected_at", "declared_at", "acknowledged_at", "mitigated_at", "resolved_at")


def lines_of(name: str) -> Iterator[dict[str, str]]:
    """The lines of a table beside this file, without what explains it."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    yield from csv.DictReader(line for line in lines if not line.startswith("#"))


def moment(text: str) -> datetime | None:
    """A time of the tables, or None for an empty one."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def write_history(session: Session) -> None:
    """Put the history, and its action items, into the database."""
    for line in lines_of("history.csv"):
        mark = line["mark"]
        times = {name: moment(line[name]) for name in TIMES}
        incident = Incident(
            number=int(line["number"]), title=f"SEV {line['number']} of the history", severity=line["severity"],
            status=line["status"], declared_by="U01ADA", is_drill=mark == "drill", is_private=mark == "private",
            is_quiet=mark == "quiet", detected_by=line["detected_by"] or None, workflows=[AffectedWorkflow(workflow=key) for key in line["workflows"].split("+") if key],
            **times,
        )  # fmt: skip
        session.add(incident)
        session.flush()
        for _ in range(int(mark.removeprefix("reopened")) if mark.startswith("reopened") else 0):
            at = times["declared_at"]
            session.add(TimelineEntry(incident_id=incident.id, kind="reopened", at=at, actor="U01ADA"))
    ids = {incident.number: incident.id for incident in session.query(Incident)}
    for line in lines_of("items.csv"):
        owner = line["owner"]
        is_person = owner.startswith("U0")
        created_at = moment(line["created_at"])
        session.add(
            ActionItem(
                incident_id=ids[int(line["sev"])], number=int(line["number"]), title=f"Item {line['sev']}/{line['number']}",
                state=line["state"], owner_user=owner if is_person else None,
                owner_team=owner if owner and not is_person else None,
                due_on=date.fromisoformat(line["due_on"]) if line["due_on"] else None, created_by="U01ADA",
                created_at=created_at, changed_at=created_at, closed_at=moment(line["closed_at"]),
            )
        )  # fmt: skip
    session.flush()
