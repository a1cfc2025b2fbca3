"""`/sev log`: what was typed becomes a time and a text, or a sentence says what is possible."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.timeline.logbook import LOG_LIMIT, split

TOKYO, LONDON, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "zone", "at"),
    [
        ("rolled back", LONDON, NOON),
        ("9:05 rolled back", LONDON, datetime(2026, 3, 1, 9, 5, tzinfo=UTC)),
        ("12:00 rolled back", LONDON, NOON),
        ("12:01 rolled back", LONDON, datetime(2026, 2, 28, 12, 1, tzinfo=UTC)),
        ("20:59 rolled back", TOKYO, datetime(2026, 3, 1, 11, 59, tzinfo=UTC)),
        ("21:01 rolled back", TOKYO, datetime(2026, 2, 28, 12, 1, tzinfo=UTC)),
        ("06:59 rolled back", NEW_YORK, datetime(2026, 3, 1, 11, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_the_persons_own_and_yesterdays_where_it_is_still_to_come(
    words: str, zone: ZoneInfo, at: datetime
) -> None:
    assert split(words, zone=zone, now=NOON) == (at, "rolled back")


@pytest.mark.parametrize("words", ["25:00 x", "12:60 x", "9:5 x", "1:2:3 x", "99:99 x", "14.5:10 x"])
def test_what_looks_like_a_time_and_is_none_is_refused_by_its_name(words: str) -> None:
    with pytest.raises(Refused) as refused:
        split(words, zone=LONDON, now=NOON)
    assert str(refused.value).startswith(f"`{words.split(maxsplit=1)[0]}` is no time of day.")


@pytest.mark.parametrize("words", ["", "  ", "14:05", "14:05   ", "\u200b"])
def test_nothing_to_say_is_refused(words: str) -> None:
    with pytest.raises(Refused, match="Say what happened"):
        split(words, zone=LONDON, now=NOON)


def test_numbers_within_the_text_are_text() -> None:
    assert split("at 14:05 it fell", zone=LONDON, now=NOON) == (NOON, "at 14:05 it fell")
    assert split("14:05pm it fell", zone=LONDON, now=NOON) == (NOON, "14:05pm it fell")
    assert split("3 of 4 fell", zone=LONDON, now=NOON) == (NOON, "3 of 4 fell")


def test_too_much_is_refused_with_both_numbers() -> None:
    with pytest.raises(Refused, match=f"{LOG_LIMIT + 1} characters; {LOG_LIMIT} are possible"):
        split("x" * (LOG_LIMIT + 1), zone=LONDON, now=NOON)


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from([TOKYO, LONDON, NEW_YORK]),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis asks for naive ones
)
def test_no_time_lies_in_the_future_nor_longer_ago_than_a_day_of_25_hours(
    hour: int, minute: int, zone: ZoneInfo, now: datetime
) -> None:
    at, text = split(f"{hour}:{minute:02} x", zone=zone, now=now)
    assert text == "x"
    assert now - timedelta(hours=25) <= at <= now
