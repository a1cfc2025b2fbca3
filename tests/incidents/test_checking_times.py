from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incidents.lifecycle import EARLIEST, check_times
from bot.incidents.model import TIMES
from tests.incidents.pictures import MOMENTS, NOON
from tests.slack.samples import SAMPLE

NOW = EARLIEST + timedelta(days=20 * 365 + 1)
IN_ORDER = ("started_at", "detected_at", "mitigated_at", "resolved_at", "closed_at")
Times = dict[str, datetime | None]


@st.composite
def good_times(draw: st.DrawFn) -> Times:
    """Times as they may be: in order, some unknown; when it was declared and acknowledged is free."""
    moments = iter(sorted(draw(st.lists(MOMENTS, min_size=5, max_size=5, unique=True))))
    times: Times = {name: next(moments) if draw(st.booleans()) else None for name in IN_ORDER}
    return {**times, "declared_at": draw(MOMENTS), "acknowledged_at": draw(st.none() | MOMENTS)}


@SAMPLE
@given(good_times())
def test_times_in_their_order_have_no_fault(times: Times) -> None:
    times["acknowledged_at"] = None
    assert check_times(times, now=NOW) == {}


@SAMPLE
@given(good_times(), st.sampled_from(TIMES), st.integers(1, 10**6))
def test_no_time_lies_in_the_future(times: Times, name: str, seconds: int) -> None:
    times[name] = NOW + timedelta(seconds=seconds)
    assert "future" in check_times(times, now=NOW)[name]


@SAMPLE
@given(good_times(), st.sampled_from(TIMES), st.integers(1, 10**8))
def test_no_time_is_older_than_slack_can_show(times: Times, name: str, seconds: int) -> None:
    times[name] = EARLIEST - timedelta(seconds=seconds)
    assert "Is the year right?" in check_times(times, now=NOW)[name]


@SAMPLE
@given(good_times(), st.permutations(IN_ORDER))
def test_two_times_the_wrong_way_round_are_told(times: Times, names: list[str]) -> None:
    earlier, later = sorted(names[:2], key=IN_ORDER.index)
    times = {**dict.fromkeys(TIMES), "declared_at": times["declared_at"], earlier: NOW, later: NOW - timedelta(hours=1)}
    assert check_times(times, now=NOW) == {
        later: f"This is before it was {earlier.removesuffix('_at')}. Correct one of the two."
    }


@SAMPLE
@given(st.fixed_dictionaries({name: st.none() | MOMENTS for name in TIMES}))
def test_faults_are_told_at_fields_that_are_filled_in(times: Times) -> None:
    faults = check_times(times, now=NOW)
    assert all(times[name] is not None or name == "declared_at" for name in faults)


@pytest.mark.parametrize("moment", [EARLIEST, NOON])
def test_the_first_and_the_last_possible_moment_are_possible(moment: datetime) -> None:
    assert check_times(dict.fromkeys(TIMES, moment), now=NOON) == {}


def test_a_sev_was_declared_at_some_time() -> None:
    assert check_times(dict.fromkeys(TIMES), now=NOON) == {"declared_at": "A SEV was declared at some time: give it."}
