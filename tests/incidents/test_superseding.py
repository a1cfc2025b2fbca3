from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.db import Database
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.superseding import LATE_AFTER, superseded
from bot.outbox.model import Mode, OutboxMessage, State
from tests.incidents.pictures import incident

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATE = NOON + LATE_AFTER + timedelta(seconds=1)


def entry(kind: str, *, text: str = "", **data: Any) -> TimelineEntry:
    return TimelineEntry(incident_id=1, kind=kind, at=NOON, actor="U01ADA", text=text, data=data)


def key(each: TimelineEntry) -> str:
    return f"incident:1:line:{each.id}"


def keep(session: Session, entries: list[TimelineEntry], states: list[State]) -> list[OutboxMessage]:
    """The entries of one SEV, and their lines in these states."""
    if session.get(Incident, 1) is None:
        session.add(incident())
        session.flush()
    session.add_all(entries)
    session.flush()
    lines = [
        OutboxMessage(
            kind="incident.line", subject="incident:1", key=key(each), lane="lines", mode=Mode.ONCE, state=state,
            arguments={}, due_at=NOON, decided_at=NOON, queued_at=NOON, token="x",
        )
        for each, state in zip(entries, states, strict=True)
    ]  # fmt: skip
    session.add_all(lines)
    session.flush()
    return lines


UPDATE = {"kind": "update", "text": "half done"}
MOVE = {"kind": "status", "before": "investigating", "after": "mitigated"}
CASES = [
    (UPDATE, UPDATE, State.PENDING, True),
    (UPDATE, UPDATE, State.SENT, True),
    (UPDATE, UPDATE, State.DEAD, False),
    (UPDATE, MOVE, State.PENDING, False),
    (MOVE, MOVE, State.PENDING, True),
    (MOVE, UPDATE, State.PENDING, False),
    (MOVE, UPDATE | {"after": "resolved"}, State.PENDING, True),
    (UPDATE | {"after": "mitigated"}, UPDATE, State.PENDING, False),
    (UPDATE | {"after": "mitigated"}, UPDATE | {"after": "resolved"}, State.PENDING, True),
    (MOVE | {"text": "it came back"}, MOVE, State.PENDING, False),
    ({"kind": "severity"}, {"kind": "severity"}, State.PENDING, True),
    ({"kind": "severity"}, MOVE, State.PENDING, False),
    ({"kind": "declared"}, {"kind": "declared"}, State.PENDING, False),
]


@pytest.mark.parametrize(("old", "new", "state", "expected"), CASES)
def test_a_late_line_is_left_out_where_a_newer_one_tells_all_of_it(
    database: Database, old: dict[str, Any], new: dict[str, Any], state: State, expected: bool
) -> None:
    def check(session: Session) -> None:
        entries = [entry(**old), entry(**new)]
        line, _ = keep(session, entries, [State.SENDING, state])
        assert bool(superseded(session, line, entries[0], key, now=LATE)) is expected
        assert superseded(session, line, entries[0], key, now=NOON + LATE_AFTER) is None, "it is not late yet"

    database.run(check)


def test_two_later_lines_together_may_tell_all(database: Database) -> None:
    def check(session: Session) -> None:
        entries = [entry("update", text="half done", after="mitigated"), entry(**MOVE), entry(**UPDATE)]
        line, *_ = keep(session, entries, [State.SENDING, State.PENDING, State.PENDING])
        assert superseded(session, line, entries[0], key, now=LATE)
        entries[2].withdrawn_at = LATE
        session.flush()
        assert superseded(session, line, entries[0], key, now=LATE) is None

    database.run(check)
