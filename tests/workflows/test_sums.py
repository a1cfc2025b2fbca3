"""Counts add up to the same however they arrive and are put together: late, twice, in any order, from many senders."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.db import Database
from bot.workflows.counts import counting, rolling
from bot.workflows.counts.counting import Counted, Sender
from bot.workflows.counts.minutes import DAY, HOUR, Span, minute_of, parts, pieces, whole_minutes, within
from bot.workflows.counts.model import CountHour, TouchedHour
from bot.workflows.counts.sums import EACH, Way, sums
from bot.workflows.slos.slo import Counts, in_slices

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
"""The night in which European clocks go forward: nothing here hangs on them."""
THIS_MINUTE = minute_of(NOW)
SLICES = Way(slice_minutes=5, target=0.9)
WINDOWS = [timedelta(minutes=5), timedelta(minutes=30), *(timedelta(hours=each) for each in (1, 2, 6, 24, 72))]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def push(database: Database, *counted: Counted, source: str = "", signal: str = "counts", now: datetime = NOW) -> None:
    sender = Sender("place-order", signal, source)
    database.run(lambda session: counting.take(session, sender, counted, now=now))


def roll_all(database: Database, *, ways: rolling.Ways | None = None, now: datetime = NOW) -> int:
    """Roll everything up. Returns how many hours were put together."""
    times = 0
    while database.run(lambda session: rolling.roll_up(session, ways or {}, now=now), aside=True):
        times += 1
    return times


def total(database: Database, span: Span, way: Way = EACH, *, now: datetime = NOW) -> tuple[int, int] | None:
    """What was counted in a stretch by the only signal."""
    with database.read() as session:
        found = sums(session, rolling.signals(session), [span], way, now=now)
    return next(iter(found.values()), {}).get(span)


def windows() -> list[Span]:
    return [Span(THIS_MINUTE - whole_minutes(each), THIS_MINUTE) for each in WINDOWS]


@given(since=st.integers(0, 20 * DAY), length=st.integers(1, 20 * DAY), kept=st.integers(0, 400))
def test_pieces_hold_each_minute_once(since: int, length: int, kept: int) -> None:
    span = Span(since, since + length)
    found = pieces(span, kept_since=kept * HOUR)
    scaled = [(each.since * size, each.until * size) for size, name in ((1, "minutes"), (HOUR, "hours"), (DAY, "days"))
              for each in getattr(found, name)]  # fmt: skip
    ordered = sorted(scaled)
    assert all(before[1] == after[0] for before, after in pairwise(ordered))
    if span.since >= kept * HOUR:
        assert (ordered[0][0], ordered[-1][1]) == (span.since, span.until)
    assert all(each.since >= kept * HOUR for each in found.minutes)
    assert sum(each.until - each.since for each in found.minutes) < 2 * HOUR
    assert sum(each.until - each.since for each in found.hours) < 2 * 24


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=6))
def test_parts_add_up_to_each_stretch(drawn: list[tuple[int, int]]) -> None:
    spans = [Span(since, since + length) for since, length in drawn]
    cut = parts(spans)
    for span in spans:
        assert sum(each.until - each.since for each in cut if within(each, span)) == span.until - span.since
    assert all(before.until <= after.since for before, after in pairwise(cut))


def truth(sent: dict[tuple[int, str], Counted], span: Span, way: Way) -> tuple[int, int] | None:
    """What must come of what was sent, minute by minute."""
    inside = [each for (minute, _), each in sent.items() if span.since <= minute < span.until]
    if not inside:
        return None
    if way is EACH:
        return sum(each.good for each in inside), sum(each.total for each in inside)
    slices: dict[int, tuple[int, int]] = {}
    for each in inside:
        good, in_all = slices.get(each.minute // way.slice_minutes, (0, 0))
        slices[each.minute // way.slice_minutes] = good + each.good, in_all + each.total
    found = in_slices((Counts(*each) for each in slices.values()), way.target)
    return (int(found.good), int(found.total)) if found.total else None


@pytest.mark.parametrize("seed", range(3))
def test_windows_hold_what_their_minutes_hold_however_they_came(database: Database, seed: int) -> None:
    """Minutes of three days, shuffled, sent in pieces, some twice, some corrected, with roll-ups in between."""
    chance = random.Random(seed)
    ways = {("place-order", "counts"): [SLICES]}
    long_ago = THIS_MINUTE - 3 * DAY + 1 + chance.randrange(DAY)
    minutes = chance.sample([*range(long_ago, long_ago + 500), *range(THIS_MINUTE - 300, THIS_MINUTE)], 160)
    sent: dict[tuple[int, str], Counted] = {}
    while minutes:
        source, some = chance.choice(["pod-1", "pod-2"]), [minutes.pop() for _ in range(min(40, len(minutes)))]
        again = [minute for minute, by in sent if by == source and chance.random() < 0.1]
        batch = [Counted(each, good := chance.randrange(20), good + chance.randrange(3)) for each in {*some, *again}]
        for _ in range(chance.randint(1, 2)):
            push(database, *batch, source=source)
        sent |= {(each.minute, source): each for each in batch}
        if chance.random() < 0.5:
            roll_all(database, ways=ways)
    roll_all(database, ways=ways)
    calm = (THIS_MINUTE - 7) // DAY * DAY
    for span in [*windows(), Span(calm - DAY, calm), Span(THIS_MINUTE - 50 * HOUR, THIS_MINUTE - 3 * HOUR)]:
        assert total(database, span) == truth(sent, span, EACH)
        sliced = Span(span.since // 5 * 5, span.until // 5 * 5)
        assert total(database, sliced, SLICES) == truth(sent, sliced, SLICES)


def test_no_minute_is_missed_where_senders_and_roll_ups_meet(database: Database) -> None:
    """Two senders write the same hours again and again while two replicas roll them up: each waits for the other's mark."""
    hours = [THIS_MINUTE - THIS_MINUTE % HOUR - each * HOUR for each in (1, 2, 3)]
    over = threading.Event()

    def send(source: str) -> None:
        for round_ in range(8):
            push(database, *[Counted(hour + round_, round_, 10) for hour in hours], source=source)

    def roll() -> None:
        while not over.is_set():
            roll_all(database)

    with ThreadPoolExecutor(4) as crowd:
        rolling_up = [crowd.submit(roll) for _ in range(2)]
        sending = [crowd.submit(send, source) for source in ("pod-1", "pod-2")]
        for each in sending:
            each.result()
        over.set()
        for each in rolling_up:
            each.result()
    roll_all(database)
    with database.read() as session:
        kept = session.execute(select(CountHour.good, CountHour.total)).all()
        assert [tuple(row) for row in kept] == [(2 * sum(range(8)), 2 * 8 * 10)] * 3
        assert session.scalars(select(TouchedHour).where(TouchedHour.hour < THIS_MINUTE // HOUR)).all() == []


def test_a_day_whose_last_hours_are_quiet_counts_too(database: Database) -> None:
    """Counted from 8 to 17 h alone, and put together every hour, as it goes."""
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for hour in range(3 * 24):
        now = midnight + timedelta(hours=hour)
        if 8 < now.hour <= 17:
            push(database, Counted(minute_of(now) - HOUR, 99, 100), now=now)
        roll_all(database, now=now)
    now = midnight + timedelta(days=3, hours=1)
    roll_all(database, now=now)
    assert total(database, Span(minute_of(midnight), minute_of(now)), now=now) == (3 * 9 * 99, 3 * 9 * 100)
