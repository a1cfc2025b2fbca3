"""How patient reminders are can be set by severity, in part, or switched off; what makes no sense is refused with its place."""

from datetime import time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.config import Nudges, load
from bot.config.nudges import WorkingHours
from tests.processes import ROOT


def test_what_is_written_in_the_shipped_file_is_the_default() -> None:
    assert load(ROOT / "config").nudges == Nudges()


def test_a_rule_is_changed_in_part_or_switched_off() -> None:
    found = Nudges.model_validate(
        {"no_commander": {"after": {"sev1": "1m", "other": "never"}}, "status_stuck": "never"}
    )
    assert found.no_commander.patience("SEV1") == timedelta(minutes=1)
    assert found.no_commander.patience("SEV2") is None
    assert found.no_commander.steps == Nudges().no_commander.steps
    assert found.status_stuck.patience("SEV1") is None
    assert found.open_too_long.patience("SEV9") == timedelta(days=14)


def test_a_rule_about_items_gets_steps_of_its_own_or_is_switched_off() -> None:
    found = Nudges.model_validate(
        {"items": {"due": "never", "overdue": {"steps": [{"tell": "team", "after": "3d", "every": "1d", "times": 2}]}}}
    ).items
    assert found.due.steps == ()
    assert [(step.tell, step.after, step.times) for step in found.overdue.steps] == [("team", timedelta(days=3), 2)]
    assert found.unowned == Nudges().items.unowned
    assert [step.at for step in Nudges().items.due.steps] == [50, 80, 100]


def test_a_time_of_day_may_stand_without_quotes() -> None:
    """YAML reads 18:00 as a number of minutes, and 09:00 as text."""
    found = WorkingHours.model_validate({"start": "09:00", "end": 18 * 60})
    assert (found.start, found.end) == (time(9), time(18))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"time_zone": "Mars/Olympus"}, "there is no time zone 'Mars/Olympus'"),
        ({"time_zone": "../x"}, "is no time zone"),
        ({"working_hours": {"start": "18:00", "end": "09:00"}}, "a start that is before the end"),
        ({"working_hours": {"days": []}}, "give a day at least"),
        ({"working_hours": {"start": "nine"}}, "'nine' is no time of day: write 09:00"),
        ({"working_hours": {"start": 99999}}, "is no time of day"),
        ({"no_commander": {"after": {"urgent": "1m"}}}, "'urgent' is no severity: write SEV1, or other"),
        ({"no_commander": {"after": "soon"}}, "'soon' is no duration"),
        ({"no_commander": {"steps": [{"tell": "everybody"}]}}, "Input should be 'owner', 'channel' or 'page'"),
        ({"no_commander": 5}, "valid dictionary"),
        ({"daily_at": "08:00"}, "daily_at must be within working_hours"),
        ({"daily_at": "18:00"}, "daily_at must be within working_hours"),
        ({"away": [":palm_tree:"]}, "is no emoji's name: write it without colons, such as pushpin"),
        ({"items": {"due": {"steps": [{"tell": "owner", "at": "half"}]}}}, "'half' is no part of the time: write 50%"),
        ({"items": {"due": {"steps": [{"tell": "owner", "at": "101%"}]}}}, "'101%' is no part of the time"),
        (
            {"items": {"due": {"steps": [{"tell": "channel", "at": "50%"}]}}},
            "'owner', 'team', 'manager' or 'commander'",
        ),
        ({"items": {"overdue": {"steps": [{"tell": "owner", "after": "12h"}]}}}, "give whole days, such as 2d"),
        ({"items": {"overdue": {"steps": [{"tell": "owner", "every": "0d"}]}}}, "give a day at least"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Nudges.model_validate(given)
    assert fault in str(refused.value)
