from collections.abc import Callable

import pytest
from hypothesis import given

from bot.errors import Refused
from bot.incidents.model import REASON_LIMIT, SUMMARY_LIMIT, TITLE_LIMIT
from bot.incidents.words import checked_reason, checked_severity, checked_summary, checked_title, severities
from bot.slack.text import escape, length, visible
from tests.anytext.hostile import hostile
from tests.incidents.pictures import PLAIN
from tests.slack.samples import SAMPLE


def outcome(check: Callable[[str], str], typed: str) -> tuple[str | None, str | None]:
    """What became of it, and the field at which it was refused."""
    try:
        return check(typed), None
    except Refused as refusal:
        return None, refusal.field


@SAMPLE
@given(hostile)
def test_a_title_is_one_visible_line_that_fits_or_is_refused_at_its_field(typed: str) -> None:
    title, field = outcome(checked_title, typed)
    assert field == ("title" if title is None else None)
    if title is not None:
        assert visible(title)
        assert "\n" not in title
        assert length(title) <= TITLE_LIMIT
        assert checked_title(escape(title)) == title


@SAMPLE
@given(hostile)
def test_a_summary_fits_or_is_refused_at_its_field(typed: str) -> None:
    summary, field = outcome(checked_summary, typed)
    assert field == ("summary" if summary is None else None)
    if summary is not None:
        assert summary == "" or visible(summary)
        assert length(summary) <= SUMMARY_LIMIT


@SAMPLE
@given(hostile)
def test_a_reason_is_never_refused_but_cut(typed: str) -> None:
    reason = checked_reason(typed)
    assert reason == "" or visible(reason)
    assert "\n" not in reason
    assert length(reason) <= REASON_LIMIT


def test_a_title_may_be_as_long_as_its_limit_and_no_longer() -> None:
    assert checked_title("🔥" * 75) == "🔥" * 75
    with pytest.raises(Refused, match="has 152 characters; 150 are possible"):
        checked_title("🔥" * 76)


def test_a_summary_may_be_as_long_as_its_limit_and_no_longer() -> None:
    assert checked_summary("x" * 3000)
    with pytest.raises(Refused, match="has 3001 characters; 3000 are possible"):
        checked_summary("x" * 3001)


@pytest.mark.parametrize("typed", ["SEV1", "sev1", "Sev1"])
def test_a_severity_is_known_in_any_case(typed: str) -> None:
    assert checked_severity(PLAIN, typed) == "SEV1"


@pytest.mark.parametrize("typed", ["", "SEV9", "1", "critical"])
def test_an_unknown_severity_is_answered_with_those_there_are(typed: str) -> None:
    with pytest.raises(Refused, match="SEV1, SEV2, SEV3, SEV4") as refusal:
        checked_severity(PLAIN, typed)
    assert refusal.value.field == "severity"
    assert severities(PLAIN) == "SEV1, SEV2, SEV3, SEV4"
