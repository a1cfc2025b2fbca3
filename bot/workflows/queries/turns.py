"""Whose turn it is to ask, and what is kept of the answers.

Replicas share the queries: who is first takes a turn at one, by compare-and-swap, and nobody else asks meanwhile. A replica
that was frozen in its turn finds that another took one since, and drops what it brings. Were a minute asked for twice, no harm
would be done: by minute and source, the last word holds.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from bot.config import Config, Query, Workflow
from bot.db import dialect_of, insert_for
from bot.slack.text import clip, one_line
from bot.workflows.counts import counting
from bot.workflows.counts.api import counted_as_up
from bot.workflows.counts.counting import Sender
from bot.workflows.counts.minutes import DAY, HOUR, Span, minute_of
from bot.workflows.queries.model import REMARK_LIMIT, QueryState, Trouble
from bot.workflows.queries.reading import Reading

SOURCE = "prometheus"
CATCH_UP = DAY
"""How many minutes back is asked for: when a query is new, or when nobody could ask or answer."""
AT_ONCE = 4 * HOUR
"""How many minutes one call asks for."""
ASKED_AGAIN = 5
"""Minutes that are asked for again each time: what was scraped late is in by then."""
AGAIN_AFTER = timedelta(minutes=1)
"""After how long is asked again what was not answered."""
FORGOTTEN_AFTER = 2 * DAY
"""Minutes."""

Name = tuple[str, str]
"""The keys of a workflow, and of its query."""


@dataclass(frozen=True)
class Turn:
    """Somebody's turn at a query, and the minutes to be asked for."""

    name: Name
    number: int
    span: Span


def all_of(config: Config) -> Iterator[tuple[Workflow, Query]]:
    """Every query of the settings, with its workflow."""
    for workflow in config.workflows:
        for each in workflow.queries:
            yield workflow, each


def known(config: Config) -> Mapping[Name, tuple[Workflow, Query]]:
    """The same, by name."""
    return {(workflow.key, each.key): (workflow, each) for workflow, each in all_of(config)}


def was_any(session: Session) -> bool:
    """Whether there ever was a query."""
    return session.scalar(select(QueryState.key).limit(1)) is not None


def follow(session: Session, names: Collection[Name], *, now: datetime, machine_now: datetime) -> Sequence[str]:
    """Let every query of new settings be asked at once, and what is not among them fail no longer.

    Returns the days of whose messages something changed.
    """
    rows = [
        {
            "workflow": workflow, "key": key, "asked_until": minute_of(now) - CATCH_UP, "next_ask_at": machine_now,
            "turns": 0, "good": 0, "total": 0, "trouble": "", "remark": "", "told_on": "",
        }
        for workflow, key in sorted(names)
    ]  # fmt: skip
    if rows:
        insert = insert_for(dialect_of(session), QueryState)
        at_once = {"next_ask_at": machine_now}
        session.execute(insert.on_conflict_do_update(index_elements=["workflow", "key"], set_=at_once), rows)
    told = session.scalars(select(QueryState).where(QueryState.told_on != "").with_for_update())
    gone = [each for each in told if (each.workflow, each.key) not in names]
    days = {each.told_on for each in gone}
    for each in gone:
        each.trouble, each.since, each.remark, each.told_on = Trouble.NONE, None, "", ""
    old = [
        each for each in _names(session, QueryState.asked_until < minute_of(now) - FORGOTTEN_AFTER) if each not in names
    ]
    for name in old:
        session.execute(delete(QueryState).where(_is(name)))
    return sorted(days)


def due(session: Session, *, until: int, machine_now: datetime) -> list[Name]:
    """The queries that may be asked for minutes before `until`."""
    return _names(session, _is_due(until, machine_now))


def take_turns(
    session: Session, names: Sequence[Name], *, until: int, patience: timedelta, machine_now: datetime
) -> list[Turn]:
    """Take a turn at each of these that nobody else took one at. They must be brought back within `patience`."""
    found = []
    for name in sorted(names):
        taking = (
            update(QueryState)
            .where(_is(name), _is_due(until, machine_now))
            .values(next_ask_at=machine_now + patience, turns=QueryState.turns + 1)
            .returning(QueryState)
        )
        row = session.scalars(taking).one_or_none()
        if row is not None:
            found.append(Turn(name, row.turns, _span(row, until)))
    return found


def _span(row: QueryState, until: int) -> Span:
    """The minutes to be asked for. After some in which nothing was known, all of those again: they may have come late."""
    since = row.asked_until - ASKED_AGAIN
    if row.trouble == Trouble.ALL and row.newest_minute is not None:
        since = min(since, max(row.newest_minute + 1, until - AT_ONCE))
    since = max(since, until - CATCH_UP)
    return Span(since, min(since + AT_ONCE, until))


def bring_back(
    session: Session, turn: Turn, reading: Reading, config: Config, *, now: datetime, machine_now: datetime
) -> QueryState | None:
    """Keep what was counted, and what is wrong. Returns the query's row; None: another took a turn since, or it is gone."""
    its = known(config).get(turn.name)
    row = session.scalars(select(QueryState).where(_is(turn.name)).with_for_update()).one_or_none()
    if row is None or its is None or row.turns != turn.number:
        return None
    _note(row, reading, now)
    if reading.is_answer:
        row.asked_until, row.next_ask_at = max(row.asked_until, turn.span.until), machine_now
    else:
        row.next_ask_at = machine_now + AGAIN_AFTER
    if reading.counted:
        workflow, query = its
        counted = counted_as_up(reading.counted, workflow, zone=config.nudges.time_zone)
        counting.take(session, Sender(workflow.key, query.key, SOURCE), counted, now=now)
        newest = max(reading.counted, key=lambda each: each.minute)
        row.newest_minute, row.good, row.total = newest.minute, newest.good, newest.total
    return row


def _note(row: QueryState, reading: Reading, now: datetime) -> None:
    if not reading.remark:
        row.trouble, row.since, row.remark = Trouble.NONE, None, ""
        return
    row.trouble = Trouble.PART if reading.counted else Trouble.ALL
    row.since = row.since or now
    row.remark = clip(one_line(reading.remark), REMARK_LIMIT)


def _is_due(until: int, machine_now: datetime) -> ColumnElement[bool]:
    return and_(QueryState.asked_until < until, QueryState.next_ask_at <= machine_now)


def _is(name: Name) -> ColumnElement[bool]:
    return and_(QueryState.workflow == name[0], QueryState.key == name[1])


def _names(session: Session, condition: ColumnElement[bool]) -> list[Name]:
    rows = session.execute(select(QueryState.workflow, QueryState.key).where(condition))
    return [(row.workflow, row.key) for row in rows]
