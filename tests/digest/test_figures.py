"""The figures come to what was computed by hand, and what is noise is called so."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import true
from sqlalchemy.orm import Session

from bot.config import Config, load
from bot.db import Database
from bot.digest import backlog, figures, history
from bot.digest.figures import Change, Measure, Sev, Span
from bot.digest.history import Scope, scope_of
from tests.digest.histories import lines_of, write_history
from tests.processes import CONFIG

MINUTE = timedelta(minutes=1)
TABLE = [*lines_of("figures.csv")]


@pytest.fixture(scope="session")
def config() -> Config:
    return load(CONFIG)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = Database(database_url)
    with Session(database.engine) as session:
        write_history(session)
        yield session
    database.close()


def test_every_figure_comes_to_what_was_computed_by_hand(session: Session, config: Config) -> None:
    come_to = [(line, shown(line, session, config)) for line in TABLE]
    assert len(come_to) > 60
    assert [(line, came) for line, came in come_to if came != wanted(line)] == []


def wanted(line: dict[str, str]) -> tuple[str, ...]:
    return tuple(line[name] for name in ("of", "n", "median", "p90", "mean"))


def shown(line: dict[str, str], session: Session, config: Config) -> tuple[str, ...]:
    """A line's figure, as the code has it, in the form of the table; a mean only where the table has one."""
    scope = scope_for(line, config)
    if line["figure"] == "overdue":
        (count,) = backlog.overdue_at(session, scope, [date.fromisoformat(line["until"])], "UTC")
        return str(count), "", "", "", ""
    span = Span(day(line["since"]), day(line["until"]))
    found = history.sevs(session, config, scope, span)
    of = str(len(found))
    if line["figure"] == "count":
        return of, "", "", "", ""
    if line["figure"] == "reopened":
        return of, str(sum(each.was_reopened for each in found)), "", "", ""
    if line["figure"].startswith("by_"):
        seen, by = figures.detection(found), line["figure"].removeprefix("by_")
        return (
            of,
            str({"monitoring": seen.by_monitoring, "people": seen.by_people}.get(by, seen.signs.get(by))),
            "",
            "",
            "",
        )
    if line["figure"] == "between_starts":
        n, gap = figures.between_starts(found)
        return of, str(n), "", "", in_minutes(gap)
    if line["figure"] == "weekly_count":
        spans = figures.weeks(span.until.date(), 8, "UTC")
        counts = [len(each.of(found)) for each in spans]
        ranks = figures.nearest_rank(sorted(timedelta(count) for count in counts), 90)
        return of, str(len(spans)), f"{median(counts):g}", str(ranks.days), ""
    spread = figures.spread(found, Measure(line["figure"]))
    mean = in_minutes(spread.mean) if line["mean"] else ""
    return str(spread.of), str(spread.n), in_minutes(spread.median), in_minutes(spread.p90), mean


def scope_for(line: dict[str, str], config: Config) -> Scope:
    owners = {"place-order": "payments", "deposit": "payments", "sign-in": "platform"}
    workflows = tuple(key for key in (line["workflow"],) if key)
    workflows += tuple(key for key, owner in owners.items() if owner == line["team"])
    seen = true() if line["private"] == "yes" else history.PUBLIC
    return scope_of(config, workflows=workflows, severity=line["severity"] or None, seen=seen)


def day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)


def in_minutes(length: timedelta | None) -> str:
    return "" if length is None else f"{round(length / MINUTE, 2):.7g}"


@pytest.mark.parametrize("line", [*lines_of("changes.csv")], ids=lambda line: line["arithmetic"][:30])
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_change_is_called_what_it_can_only_be(line: dict[str, str], session: Session, config: Config) -> None:
    before, after = (
        figures.durations(
            history.sevs(
                session, config, scope_of(config, severity=line[f"severity_{side}"] or None),
                Span(day(line[f"since_{side}"]), day(line[f"until_{side}"])),
            ),
            Measure.TIME_TO_MITIGATE,
        )
        for side in ("before", "after")
    )  # fmt: skip
    assert figures.change(before, after) == line["verdict"]


spans = st.lists(st.integers(1, 10_000).map(lambda minutes: minutes * MINUTE), min_size=1, max_size=60)


@given(spans)
def test_a_p90_is_the_least_value_that_nine_in_ten_do_not_exceed(values: list[timedelta]) -> None:
    values.sort()
    p90 = figures.nearest_rank(values, 90)
    assert p90 in values
    assert 10 * sum(each <= p90 for each in values) >= 9 * len(values)
    assert 10 * sum(each < p90 for each in values) < 9 * len(values)


@settings(max_examples=25)
@given(spans, spans)
def test_a_change_is_the_same_each_time_and_the_other_way_round_backwards(
    before: list[timedelta], after: list[timedelta]
) -> None:
    said = figures.change(before, after)
    assert said == figures.change(before, after)
    backwards = {Change.SHORTER: Change.LONGER, Change.LONGER: Change.SHORTER}
    both_ways = {said, backwards.get(figures.change(after, before), said)}
    assert len(both_ways - {Change.NO_CLEAR_CHANGE}) <= 1  # at the very edge chance may see it in one direction alone


@settings(max_examples=25)
@given(spans.filter(lambda values: len(values) >= figures.TOO_FEW))
def test_the_same_values_are_no_change(values: list[timedelta]) -> None:
    assert figures.change(values, values) is Change.NO_CLEAR_CHANGE


def test_medians_are_drawn_as_if_every_value_was_drawn_anew() -> None:
    """The short cut and the long way give the same picture: nine tenths, half and a tenth of the medians lie below the same."""
    chance = Random(7)
    for count in (5, 6, 21, 40):
        values = sorted(chance.lognormvariate(4, 1) for _ in range(count))
        short = sorted(figures._drawn_median(values, chance) for _ in range(20_000))
        long = sorted(median(chance.choices(values, k=count)) for _ in range(20_000))
        span = values[-1] - values[0]
        assert all(abs(short[place] - long[place]) < 0.02 * span for place in (2_000, 10_000, 18_000)), count


def test_noise_is_seldom_called_a_change() -> None:
    """Two samples of the same kind of SEV differ clearly in about a fifth of the cases, as 80 % promises."""
    chance = Random(3)
    drawn = [[chance.lognormvariate(4, 1) * MINUTE for _ in range(30)] for _ in range(200)]
    said = [figures.change(first, second) for first, second in zip(drawn[::2], drawn[1::2], strict=True)]
    assert sum(each is not Change.NO_CLEAR_CHANGE for each in said) <= 30


def test_times_that_contradict_each_other_are_no_duration() -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    sev = Sev(number=1, severity="SEV1", declared_at=at, acknowledged_at=at - MINUTE)
    assert Measure.TIME_TO_ACKNOWLEDGE.of(sev) is None


def test_a_label_names_the_two_times() -> None:
    assert Measure.TIME_TO_MITIGATE.label == "time to mitigate (detected → mitigated)"
    assert len({each.label for each in Measure}) == len(Measure)


def test_weeks_begin_when_days_do_also_where_the_clocks_are_changed() -> None:
    first, second = figures.weeks(date(2026, 11, 2), 2, "Europe/London")
    assert (first.since, first.until) == (datetime(2026, 10, 18, 23, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    assert second == Span(datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
