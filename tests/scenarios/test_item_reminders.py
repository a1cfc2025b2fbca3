"""People are reminded of what they promised: once a day, where they live, up to their manager, until it is done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app import Bot
from bot.config import CalendarRules
from bot.playground import Person, Playground
from tests.scenarios.calendar_stories import NEW_YORK, Days, bot_with, days, first_monday, told, with_people
from tests.scenarios.reminding import ledger
from tests.scenarios.stories import Sev, Stage

PACIFIC = "America/Los_Angeles"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    """Everybody has the first Friday off."""
    calendar = CalendarRules(days_off=(first_monday(slack) + timedelta(days=4),))
    with bot_with(slack, database_url, with_people(calendar=calendar)) as bot:
        yield bot


@pytest.fixture
def calendar(stage: Stage) -> Days:
    return days(stage)


@pytest.fixture
def sev(stage: Stage, ada: Person, calendar: Days) -> Sev:
    """It was declared on a Monday morning."""
    calendar.comes(0, "08:00")
    declared = stage.declared(ada, "SEV2 checkout is down")
    ada.goes_to(declared.channel)
    return declared


def promised(stage: Stage, grace: Person, calendar: Days, *, due: int) -> None:
    grace.goes_to("#general").types(f"/sev action SEV-1 add cap the retries @grace due {calendar.date(due)}")
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_the_ladder_is_climbed_from_the_owner_to_the_manager(stage: Stage, grace: Person, calendar: Days) -> None:
    promised(stage, grace, calendar, due=10)
    due = calendar.written(10)
    said: list[tuple[int, str, str]] = []
    for day in range(22):
        for name, zone in (("grace", NEW_YORK), ("linus", PACIFIC)):
            before = len(told(stage, name))
            calendar.comes(day, "09:01", zone)
            said += [(day, name, words) for words in told(stage, name)[before:]]
    buttons = "[Done]\n[Snooze…]\n[Reassign…]\n[Won't do…]"
    head = ":bell: One thing needs you today\nSEV-1/1 cap the retries\n"
    assert said == [
        (7, "grace", f"{head}Due {due}.\n{buttons}"),  # half of the time is over on a Saturday
        (8, "grace", f"{head}Due {due}.\n{buttons}"),
        (10, "grace", f"{head}Due today, {due}.\n{buttons}"),
        (11, "grace", f"{head}Due {due}, 1 day late.\n{buttons}"),
        (18, "grace", f"{head}Due {due}, 8 days late.\n{buttons}"),
        (
            18,
            "linus",
            f"{head}Due {due}, 8 days late, owned by @Grace Hopper.\nYou are told as the manager of Payments.\n{buttons}",
        ),
    ]
    posts = [stage.words(each) for each in stage.said_in("#payments", containing="cap the retries")]
    team = ":bell: One thing needs Payments today\nSEV-1/1 cap the retries\n"
    assert posts == [
        f"{team}Due {due}, 4 days late, owned by @Grace Hopper.\n{buttons}",
        f"{team}Due {due}, 11 days late, owned by @Grace Hopper.\n{buttons}",
    ]
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_it_ends_as_it_is_done_and_comes_back_as_it_is_opened_again(
    stage: Stage, grace: Person, calendar: Days
) -> None:
    promised(stage, grace, calendar, due=10)
    calendar.comes(7, "09:01", NEW_YORK)
    grace.goes_to("@sevbot")
    grace.clicks("Done")
    stage.settles()
    stage.bot.house.remind()
    stage.settles()
    assert len(told(stage, "grace")) == 1
    assert "SEV-1/1 cap the retries is done. (@Grace Hopper, " in told(stage, "grace")[0]
    for day in (8, 10, 11, 14):
        calendar.comes(day, "09:01", NEW_YORK)
    assert len(told(stage, "grace")) == 1
    grace.types("/sev action reopen SEV-1/1 it came again")
    calendar.comes(14, "17:01", NEW_YORK)
    assert len(told(stage, "grace")) == 1
    calendar.comes(15, "09:01", NEW_YORK)
    assert f"SEV-1/1 cap the retries\nDue {calendar.written(10)}, 5 days late." in told(stage, "grace")[1]
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_one_message_a_day_tells_all_and_counts_what_it_has_no_room_for(
    stage: Stage, grace: Person, calendar: Days
) -> None:
    grace.goes_to("#general")
    for number in range(12):
        grace.types(f"/sev action SEV-1 add step {number} @grace due {calendar.date(1 if number else 2)}")
    calendar.comes(3, "10:00", NEW_YORK)
    calendar.comes(3, "11:00", NEW_YORK)
    (said,) = told(stage, "grace")
    assert said.startswith(":bell: 12 things need you today\nSEV-1/2 step 1\nDue")
    assert said.count("[Done]") == 10
    assert said.endswith("And 2 more: /sev mine shows all of yours.")
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_nobody_is_told_on_a_day_off(stage: Stage, grace: Person, calendar: Days) -> None:
    promised(stage, grace, calendar, due=3)
    for day in (4, 5, 6):
        calendar.comes(day, "09:01", NEW_YORK)
        assert told(stage, "grace") == []
    calendar.comes(7, "09:01", NEW_YORK)
    assert f"Due {calendar.written(3)}, 4 days late." in told(stage, "grace")[0]
    assert [line for line in ledger(stage) if "overdue to U" in line] == [
        "item_overdue to U02GRACE: holiday",
        "item_overdue to U02GRACE: first",
    ]
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_nobody_is_told_while_their_status_says_that_they_are_away(stage: Stage, grace: Person, calendar: Days) -> None:
    promised(stage, grace, calendar, due=2)
    calendar.comes(1, "09:01", NEW_YORK)
    assert len(told(stage, "grace")) == 1
    back = datetime(*calendar.date(8).timetuple()[:3], 12, tzinfo=ZoneInfo(NEW_YORK))
    stage.slack.change_person("grace", status_emoji=":palm_tree:", status_expiration=int(back.timestamp()))
    stage.hears()
    for day in (2, 3, 7, 8):
        calendar.comes(day, "09:01", NEW_YORK)
    assert len(told(stage, "grace")) == 1
    calendar.comes(8, "12:01", NEW_YORK)
    assert f"Due {calendar.written(2)}, 6 days late." in told(stage, "grace")[1]
    overdue = [line for line in ledger(stage) if "overdue to U02" in line]
    assert overdue == [f"item_overdue to U02GRACE: {reason}" for reason in ("away", "first")]
    stage.begins()


@pytest.mark.usefixtures("sev")
def test_who_comes_back_early_is_told_then(stage: Stage, grace: Person, calendar: Days) -> None:
    promised(stage, grace, calendar, due=2)
    calendar.comes(1, "09:01", NEW_YORK)
    stage.slack.change_person("grace", status_emoji=":palm_tree:", status_expiration=0)
    stage.hears()
    calendar.comes(2, "09:01", NEW_YORK)
    assert len(told(stage, "grace")) == 1
    stage.slack.change_person("grace", status_emoji="", status_expiration=0)
    stage.hears()
    calendar.comes(2, "10:00", NEW_YORK)
    assert f"Due today, {calendar.written(2)}." in told(stage, "grace")[1]
    stage.begins()


def test_why_tells_what_was_said_of_an_item_and_what_comes(
    stage: Stage, sev: Sev, ada: Person, grace: Person, calendar: Days
) -> None:
    promised(stage, grace, calendar, due=3)
    calendar.comes(2, "09:01", NEW_YORK)
    grace.types("/sev why SEV-1/1")
    grace.sees("What was said about SEV-1/1, the newest first")
    grace.sees("item due soon: @Grace Hopper reminded, since it was due; it arrived")
    grace.sees("item due soon, @Grace Hopper: it is not due yet, until")
    grace.types("/sev why me")
    grace.sees("SEV-1/1 item due soon: @Grace Hopper reminded")
    ada.types("/sev why")
    ada.sees("SEV-1/1 item due soon: @Grace Hopper reminded")
    assert sev.number == 1
    stage.begins()


def test_of_a_private_sev_only_its_members_hear(stage: Stage, ada: Person, calendar: Days) -> None:
    calendar.comes(0, "08:00")
    private = stage.declared(ada, "SEV2 payroll leak --private")
    ada.goes_to(private.channel)
    ada.types(f"/sev action add rotate the keys @ada due {calendar.date(1)}")
    ada.types(f"/sev action add tell the regulator @payments due {calendar.date(1)}")
    stage.begins()
    for day in range(1, 22):
        calendar.comes(day, "17:30")
    assert told(stage, "linus") == []
    assert stage.said_in("#payments", containing="regulator") == []
    assert any("rotate the keys\nDue" in each for each in told(stage, "ada"))
    assert any("You are told since you led this SEV." in each for each in told(stage, "ada"))
    stage.begins()
