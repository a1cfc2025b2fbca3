"""Rolls minutes up into hours and days, as far as they were touched, and lets go of what is kept no longer.

Doing it twice changes nothing: an hour is always put together anew, from all its minutes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.db import affected, dialect_of, insert_for
from bot.workflows.counts.minutes import DAY, HOUR, HOURS_OF_DAY, Span, minute_of
from bot.workflows.counts.model import CountDay, CountHour, CountMinute, TouchedHour, WorkflowRound, WorkflowSignal
from bot.workflows.counts.sums import EACH, Rows, Way, minutes_kept_since, of_hours, of_minutes

Ways = Mapping[tuple[str, str], Collection[Way]]
"""In which ways something is counted besides each occurrence, by workflow and signal."""

HOURS_AT_ONCE = 500
"""How many hours, each of one signal, are put together in one transaction."""
FORGOTTEN_AT_ONCE = 20
"""Signals whose minutes are forgotten in one transaction."""
MINUTES_AT_ONCE = 6 * HOUR
ROLLING = "roll_up"


def is_needed(session: Session, *, now: datetime) -> bool:
    """Whether minutes came of hours that are over."""
    touched = select(TouchedHour.hour).where(TouchedHour.hour < minute_of(now) // HOUR).limit(1)
    return session.scalar(touched) is not None


def roll_up(session: Session, ways: Ways, *, now: datetime) -> bool:
    """Put some hours together that are over and of which minutes came, the oldest first. False: there is none left.

    Replicas take turns, since two that put hours of one day together would each miss what the other writes.
    """
    _take_turn(session)
    touched = session.execute(
        select(TouchedHour.hour, TouchedHour.signal_id)
        .where(TouchedHour.hour < minute_of(now) // HOUR)
        .order_by(TouchedHour.hour, TouchedHour.signal_id)
        .limit(HOURS_AT_ONCE)
        .with_for_update()
    ).all()
    for hour, rows in groupby(touched, key=lambda row: row.hour):
        signal_ids = [row.signal_id for row in rows]
        _put_together(session, hour, _by_way(session, signal_ids, ways), now=now)
        session.execute(delete(TouchedHour).where(TouchedHour.hour == hour, TouchedHour.signal_id.in_(signal_ids)))
    return bool(touched)


def _put_together(session: Session, hour: int, by_way: Mapping[Way, Sequence[int]], *, now: datetime) -> None:
    """An hour from its minutes; and its day from its hours, once that is over."""
    day = hour // HOURS_OF_DAY
    for way, ids in by_way.items():
        whole = Span(hour * HOUR, (hour + 1) * HOUR)
        _keep(session, CountHour, {"way": way.key, "hour": hour}, of_minutes(ids, whole, way))
        if (day + 1) * DAY <= minute_of(now):
            hours = Span(day * HOURS_OF_DAY, (day + 1) * HOURS_OF_DAY)
            _keep(session, CountDay, {"way": way.key, "day": day}, of_hours(ids, hours, way))
    if (day + 1) * DAY > minute_of(now):  # its last hour may stay empty, and still the day must be summed up then
        last = (day + 1) * HOURS_OF_DAY - 1
        rows = [{"signal_id": each, "hour": last, "times": 1} for each in by_way[EACH]]
        session.execute(insert_for(dialect_of(session), TouchedHour).on_conflict_do_nothing(), rows)


def _take_turn(session: Session) -> None:
    insert = insert_for(dialect_of(session), WorkflowRound).values(name=ROLLING, minute=0)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"minute": WorkflowRound.minute}))


def _by_way(session: Session, signal_ids: Sequence[int], ways: Ways) -> dict[Way, list[int]]:
    """Which signals are counted in which ways: all by each occurrence, some by slices besides."""
    found: dict[Way, list[int]] = {EACH: [*signal_ids]}
    for each in session.scalars(select(WorkflowSignal).where(WorkflowSignal.id.in_(signal_ids))):
        for way in ways.get((each.workflow, each.signal), ()):
            found.setdefault(way, []).append(each.id)
    return found


def _keep(session: Session, table: type[CountHour] | type[CountDay], at: Mapping[str, int | str], query: Rows) -> None:
    """Put what is asked for by signal where it belongs in a roll-up."""
    rows = [
        {"signal_id": signal_id, "good": int(good), "total": int(total), **at}
        for signal_id, good, total in session.execute(query)
    ]
    if rows:
        insert = insert_for(dialect_of(session), table)
        values = {"good": insert.excluded.good, "total": insert.excluded.total}
        session.execute(insert.on_conflict_do_update(index_elements=["signal_id", *at], set_=values), rows)


def begin_ways(session: Session, ways: Ways) -> None:
    """Let the hours whose minutes are still kept be put together in ways that are new, since an SLO is."""
    for (workflow, signal), wanted in ways.items():
        signal_id = session.scalar(
            select(WorkflowSignal.id).where(WorkflowSignal.workflow == workflow, WorkflowSignal.signal == signal)
        )
        if signal_id is None:
            continue
        known = session.scalars(select(CountHour.way).where(CountHour.signal_id == signal_id).distinct()).all()
        if any(way.key not in known for way in wanted):
            _touch_all(session, signal_id)


def _touch_all(session: Session, signal_id: int) -> None:
    hours = session.scalars(select(CountMinute.minute // HOUR).where(CountMinute.signal_id == signal_id).distinct())
    rows = [{"signal_id": signal_id, "hour": hour, "times": 1} for hour in sorted(hours)]
    if rows:
        session.execute(insert_for(dialect_of(session), TouchedHour).on_conflict_do_nothing(), rows)


def signals(session: Session) -> list[int]:
    """The ids of all signals."""
    return [*session.scalars(select(WorkflowSignal.id).order_by(WorkflowSignal.id))]


def forget_minutes(session: Session, signal_ids: Sequence[int], *, now: datetime) -> bool:
    """Let go of some hours of minutes that are kept no longer. False: there are none left of these signals.

    What was not rolled up yet stays: the bot may have been away for long.
    """
    of_these = CountMinute.signal_id.in_(signal_ids)
    oldest = session.scalar(select(func.min(CountMinute.minute)).where(of_these))
    touched = session.scalar(select(func.min(TouchedHour.hour)).where(TouchedHour.signal_id.in_(signal_ids)))
    until = min(minutes_kept_since(now), touched * HOUR if touched is not None else minute_of(now))
    if oldest is None or oldest >= until:
        return False
    session.execute(delete(CountMinute).where(of_these, CountMinute.minute < min(until, oldest + MINUTES_AT_ONCE)))
    return True


def forget_rolled(
    session: Session, signal_ids: Sequence[int], *, hours_kept: timedelta, days_kept: timedelta, now: datetime
) -> int:
    """Let go of hours and days that are kept no longer. Returns how many."""
    hour, day = minute_of(now - hours_kept) // HOUR, minute_of(now - days_kept) // DAY
    return sum(
        affected(session, delete(table).where(table.signal_id.in_(signal_ids), number < oldest))
        for table, number, oldest in ((CountHour, CountHour.hour, hour), (CountDay, CountDay.day, day))
    )


def forget_signals(session: Session, *, days_kept: timedelta, now: datetime) -> int:
    """Let go of signals nobody counted by for longer than anything is kept. Returns how many."""
    return affected(session, delete(WorkflowSignal).where(WorkflowSignal.newest_minute < minute_of(now - days_kept)))


def claim_minute(session: Session, name: str, minute: int) -> bool:
    """Whether it is this caller's to do what is done once a minute: the first one's who asks."""
    insert = insert_for(dialect_of(session), WorkflowRound).values(name=name, minute=minute)
    claim = insert.on_conflict_do_update(
        index_elements=["name"], set_={"minute": minute}, where=WorkflowRound.minute < minute
    )
    return session.scalar(claim.returning(WorkflowRound.name)) is not None
