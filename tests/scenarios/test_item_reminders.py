"""People are reminded of what they promised: once a day, where they live, up to their manager, until it is done."""

from collections.abc import Iterator

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from tests.scenarios.calendar_stories import NEW_YORK, Days, bot_with, days, with_people
from tests.scenarios.stories import Sev, Stage


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    with bot_with(slack, database_url, with_people()) as bot:
        yield bot


@pytest.fixture
def calendar(stage: Stage) -> Days:
    return days(stage)


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person, calendar: Days) -> Sev:
    """It was declared on a Monday morning."""
    calendar.comes(0, "08:00")
    grace.types("/sev list")  # so that the bot knows where she lives
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def told(stage: Stage, name: str) -> list[str]:
    """What somebody was told by direct message, oldest first."""
    return [stage.words(each) for each in stage.said_in(stage.slack.direct(name).id)]


def test_the_ladder_is_climbed_from_the_owner_to_the_manager(
    stage: Stage, sev: Sev, ada: Person, calendar: Days
) -> None:
    ada.types(f"/sev action add cap the retries @grace due {calendar.date(10)}")
    stage.begins()
    calendar.comes(4, "18:00", NEW_YORK)
    assert told(stage, "grace") == []
    calendar.comes(7, "09:00", NEW_YORK)  # half of ten days is on a Saturday
    for day, hour in (
        (7, "15:00"),
        (8, "09:00"),
        (9, "09:00"),
        (10, "09:00"),
        (10, "10:00"),
        (11, "09:00"),
        (14, "09:00"),
        (18, "09:00"),
        (19, "12:00"),
        (21, "09:00"),
    ):
        calendar.comes(day, hour, NEW_YORK)
        print(
            day, hour, told(stage, "grace"), told(stage, "linus"), [stage.words(m) for m in stage.said_in("#payments")]
        )
