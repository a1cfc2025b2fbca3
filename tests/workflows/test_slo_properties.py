"""What holds of every SLO, whatever was counted: the laws that hold the worked numbers together."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.workflows.slos.budgets import Budget, budget
from bot.workflows.slos.burning import Reason, State, Verdict, verdict
from bot.workflows.slos.periods import Calendar, Rolling, Unit
from bot.workflows.slos.slo import (
    Counts,
    LowTraffic,
    Method,
    Slo,
    Urgency,
    burn_rate,
    in_slices,
    pairs_for,
    rate_that_spends,
    share_spent,
    time_to_exhaustion,
)

PERIOD = timedelta(days=30)
MINUTE = timedelta(minutes=1)

targets = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999])
periods = st.integers(1, 366).map(lambda days: timedelta(days=days))
counts = st.integers(0, 10**7).flatmap(lambda total: st.integers(0, total).map(lambda good: Counts(good, total)))
some = counts.filter(lambda each: each.total > 0)
ways = st.sampled_from(list(LowTraffic))
WINDOWS = sorted({each for pair in pairs_for(PERIOD) for each in (pair.long, pair.short)})
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def an_slo(target: float = 0.999, **settings: object) -> Slo:
    return Slo("availability", target, Rolling(PERIOD), **settings)  # type: ignore[arg-type]  # by name, as a test says it


@st.composite
def histories(draw: st.DrawFn) -> dict[timedelta, Counts]:
    """What was counted in each window: the longer one holds what the shorter does."""
    so_far, found = Counts(0, 0), {}
    for window in (*WINDOWS, PERIOD):
        so_far += draw(counts)
        found[window] = so_far
    return found


def judged(slo: Slo, history: dict[timedelta, Counts]) -> Verdict:
    return verdict(slo, history.get)


SEVERITY = {State.PAGE: 3, State.TICKET: 2, State.SPENT: 1, State.NO_DATA: 0, State.OK: 0}


@given(histories(), targets, ways, st.integers(1, 1000))
def test_more_failures_never_make_it_look_better(
    history: dict[timedelta, Counts], target: float, low_traffic: LowTraffic, more: int
) -> None:
    slo = an_slo(target, low_traffic=low_traffic)
    worse = {window: Counts(max(each.good - more, 0), each.total) for window, each in history.items()}
    before, after = judged(slo, history), judged(slo, worse)
    assert SEVERITY[after.state] >= SEVERITY[before.state]
    assert before.budget is None or (after.budget is not None and after.budget.left_ratio <= before.budget.left_ratio)


@given(histories(), targets.filter(lambda each: each >= 0.95), ways)
def test_a_lesser_pair_never_speaks_beside_a_more_urgent_one(
    history: dict[timedelta, Counts], target: float, low_traffic: LowTraffic
) -> None:
    slo = an_slo(target, low_traffic=low_traffic)
    found = judged(slo, history)
    alone = [judged(an_slo(target, low_traffic=low_traffic, pairs=(each,)), history) for each in slo.watched]
    firing = [each.pair for each in alone if each.pair is not None]
    assert found.pair == (firing[0] if firing else None)
    assert (found.state in {State.PAGE, State.TICKET}) == bool(firing)
    if found.pair is not None:
        assert found.state.value == found.pair.urgency.value


@given(st.lists(counts, min_size=1, max_size=30), st.randoms(), targets)
def test_windows_add_up_and_the_order_in_which_counts_arrive_makes_no_difference(
    arrived: list[Counts], shuffle: random.Random, target: float
) -> None:
    shuffled = list(arrived)
    shuffle.shuffle(shuffled)
    cut = len(shuffled) // 2
    whole, parts = (
        sum(arrived, Counts(0, 0)),
        sum(shuffled[:cut], Counts(0, 0)) + sum(shuffled[cut:], Counts(0, 0)),
    )
    assert whole == parts
    assert budget(an_slo(target), whole) == budget(an_slo(target), parts)
    assert in_slices(arrived, 0.95) == in_slices(shuffled, 0.95)
    halves = in_slices(shuffled[:cut], 0.95) + in_slices(shuffled[cut:], 0.95)
    assert in_slices(arrived, 0.95) == halves


@given(some, st.integers(2, 1000), targets)
def test_how_much_traffic_there_is_makes_no_difference_to_a_rate(counted: Counts, times: int, target: float) -> None:
    scaled = Counts(counted.good * times, counted.total * times)
    assert burn_rate(scaled, target) == pytest.approx(burn_rate(counted, target))
    before, after = budget(an_slo(target), counted), budget(an_slo(target), scaled)
    assert before is not None
    assert after is not None
    assert after.left_ratio == pytest.approx(before.left_ratio, abs=1e-9)
    assert after.allowed == pytest.approx(before.allowed * times)


@given(histories(), targets)
def test_with_even_traffic_both_ways_for_low_traffic_say_the_same(
    history: dict[timedelta, Counts], target: float
) -> None:
    per_minute = 100
    even = {
        window: Counts(max(window / MINUTE * per_minute - each.bad, 0), window / MINUTE * per_minute)
        for window, each in history.items()
    } | {each: Counts(each / MINUTE * per_minute, each / MINUTE * per_minute) for each in (timedelta(days=1),)}
    verdicts = [judged(an_slo(target, low_traffic=way), even) for way in LowTraffic]
    assert verdicts[0].pair == verdicts[1].pair
    assert verdicts[0].burn == pytest.approx(verdicts[1].burn)


@given(st.floats(0.01, 1000), periods, st.sampled_from(WINDOWS))
def test_a_rate_and_the_share_it_spends_are_two_sides_of_one_thing(
    rate: float, period: timedelta, window: timedelta
) -> None:
    assert rate_that_spends(share_spent(rate, window, period), window, period) == pytest.approx(rate)
    lasts = time_to_exhaustion(rate, period)
    assert lasts is not None
    assert share_spent(rate, lasts, period) == pytest.approx(1, abs=1e-3)  # a timedelta counts microseconds


@given(some, targets, periods)
def test_what_is_spent_and_what_is_left_make_the_whole(counted: Counts, target: float, period: timedelta) -> None:
    for method in Method:
        found = budget(Slo("x", target, Rolling(period), method), counted)
        assert found is not None
        assert found.left_ratio == pytest.approx(1 - found.spent_ratio)
        assert found.left_time + found.spent_time == found.whole
        assert (found.left_time < timedelta()) == (found.left_ratio < 0) or abs(found.left_ratio) < 1e-6


@given(periods)
def test_every_period_has_four_pairs_whose_short_windows_are_a_twelfth(period: timedelta) -> None:
    pairs = pairs_for(period)
    assert [each.urgency for each in pairs] == [Urgency.PAGE, Urgency.PAGE, Urgency.TICKET, Urgency.TICKET]
    assert all(each.short * 12 == each.long for each in pairs)
    rates = [each.rate for each in pairs]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] > 0


@given(targets, st.integers(0, 100))
def test_a_budget_in_slices_is_the_same_time_however_few_slices_were_counted(target: float, bad: int) -> None:
    slo = an_slo(target, method=Method.TIMESLICES)
    few, many = (budget(slo, Counts(total - bad, total)) for total in (100, 40_000))
    assert few == many


@given(some, targets, st.integers(1, 29))
def test_half_a_period_is_held_against_what_the_whole_will_bring(counted: Counts, target: float, days: int) -> None:
    slo = an_slo(target)
    early, late = (budget(slo, counted, covered=each) for each in (timedelta(days=days), PERIOD))
    assert early is not None
    assert late is not None
    assert early.allowed == pytest.approx(late.allowed * 30 / days)
    assert late == budget(slo, counted)


ZONES = [
    "UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
    "America/Havana", "Africa/Cairo", "Asia/Beirut", "America/Sao_Paulo", "America/St_Johns",
]  # fmt: skip
moments = st.integers(0, 30 * 365 * 24 * 60).map(lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + minutes * MINUTE)


@given(moments, st.sampled_from(list(Unit)), st.sampled_from(ZONES))
def test_calendar_periods_follow_each_other_without_gap_or_overlap(now: datetime, unit: Unit, zone: str) -> None:
    period = Calendar(unit, zone)
    this = period.bounds(now)
    assert this.start <= now < this.end
    assert period.bounds(this.start) == this
    assert period.bounds(this.end - timedelta(microseconds=1)) == this
    assert period.bounds(this.end).start == this.end
    assert abs(this.length - period.length) <= timedelta(days=3, hours=1)


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_weeks_and_months_is_a_year(zone: str) -> None:
    year = Calendar(Unit.YEAR, zone).bounds(NOON)
    for unit, number in ((Unit.MONTH, 12), (Unit.QUARTER, 4)):
        starts = [year.start]
        while starts[-1] < year.end:
            starts.append(Calendar(unit, zone).bounds(starts[-1]).end)
        assert starts[-1] == year.end
        assert len(starts) == number + 1
        assert all(before < after for before, after in pairwise(starts))


def test_the_month_in_which_the_clocks_change_is_an_hour_longer() -> None:
    october = Calendar(Unit.MONTH, "Europe/London").bounds(datetime(2026, 10, 10, tzinfo=UTC))
    assert october.length == timedelta(days=31, hours=1)
    assert october.start == datetime(2026, 9, 30, 23, tzinfo=UTC)


def test_nothing_of_nothing_is_no_data_and_never_100_percent() -> None:
    assert Counts(0, 0).ratio is None
    assert budget(an_slo(), Counts(0, 0)) is None
    found = verdict(an_slo(), lambda _window: None)
    assert (found.state, found.reason, found.burn) == (State.NO_DATA, Reason.NO_DATA, None)
    assert found.sentence == "No data in the last hour, so nothing can be said."


def test_no_data_lately_does_not_hide_what_still_burns() -> None:
    history = {each: Counts(0, 1000) if each >= timedelta(hours=6) else None for each in WINDOWS}
    assert verdict(an_slo(), history.get).pair == pairs_for(PERIOD)[3]
    quiet = {each: Counts(1000, 1000) if each >= timedelta(hours=6) else None for each in WINDOWS}
    assert verdict(an_slo(), quiet.get).state is State.NO_DATA


def test_one_failure_in_a_quiet_night_alarms_nobody_and_an_outage_does() -> None:
    one = dict.fromkeys(WINDOWS, Counts(9, 10))
    found = verdict(an_slo(), one.get)
    assert (found.state, found.reason) == (State.OK, Reason.TOO_FEW_BAD)
    assert found.sentence == "1 failure: too few to tell anybody of."
    outage = dict.fromkeys(WINDOWS, Counts(0, 2))
    assert verdict(an_slo(), outage.get).state is State.PAGE


def test_a_quiet_hour_is_held_against_the_period_where_that_is_wanted() -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    quiet = dict.fromkeys(WINDOWS, Counts(7, 10)) | {day: Counts(99_990, 100_000), PERIOD: Counts(2_999_000, 3_000_000)}
    assert verdict(an_slo(), quiet.get).state is State.PAGE
    assert verdict(an_slo(low_traffic=LowTraffic.BUDGET_SHARE), quiet.get).state is State.OK
    new = dict.fromkeys([*WINDOWS, PERIOD], Counts(9_000, 10_000)) | {hour: Counts(9_000, 10_000)}
    assert verdict(an_slo(low_traffic=LowTraffic.BUDGET_SHARE), new.get).state is State.PAGE


def test_an_overspent_budget_is_a_state_of_its_own_and_shown_as_it_is() -> None:
    history = {each: Counts(1_000_000, 1_000_000) for each in WINDOWS} | {PERIOD: Counts(998_500, 1_000_000)}
    found = verdict(an_slo(), history.get)
    assert (found.state, found.reason, found.exhausted_in) == (State.SPENT, Reason.BUDGET_SPENT, timedelta())
    assert found.sentence == "Out of budget: 150 % of it is spent (last 30 days)."
    assert found.budget is not None
    assert found.budget.left_ratio == pytest.approx(-0.5)


def test_maintenance_counts_as_up_so_that_the_budget_stays_what_it_is() -> None:
    down = in_slices([Counts(5, 5)] * 60, 1.0)
    rest = Counts(10_020, 10_020)
    slo = Slo("x", 0.999, Rolling(timedelta(minutes=10_080)), Method.TIMESLICES)
    found = budget(slo, rest + down)
    assert found == Budget(allowed=pytest.approx(10.08), spent=0, whole=found.whole if found else None)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [0.0, 1.0, 99.9, -1])
def test_a_target_lies_between_nothing_and_all(target: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        an_slo(target)


@given(targets, st.integers(1, 1000))
def test_pairs_that_can_never_be_exceeded_are_refused(target: float, more: int) -> None:
    (pair,) = pairs_for(PERIOD)[:1]
    assume(1 / (1 - target) < pair.rate + more)
    with pytest.raises(ValueError, match="never be exceeded: 1h/5m"):
        an_slo(target, pairs=(replace(pair, rate=pair.rate + more),))
