"""A team that is reminded in its channel of what is overdue does not read the same list in a digest there."""

from collections.abc import Iterator

import pytest

from bot.app import Bot
from bot.config import Digest
from bot.playground import Person, Playground
from tests.scenarios.calendar_stories import NEW_YORK, PAYMENTS, PLATFORM, Days, bot_with, days, with_people
from tests.scenarios.stories import Stage

TITLE = "Daily digest"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    """Payments, who work in New York, are sent a digest half an hour before the reminders of the day."""
    digest = {"key": "payments", "channel": "#payments", "at": "08:30", "time_zone": NEW_YORK, "picture": "none"}
    teams = (PAYMENTS.model_copy(update={"time_zone": NEW_YORK}), PLATFORM)
    config = with_people(*teams).model_copy(update={"digests": (Digest.model_validate(digest),)})
    with bot_with(slack, database_url, config) as bot:
        yield bot


def digest_of(stage: Stage, calendar: Days, day: int) -> str:
    """What the digest of that day said, before the day's reminders went out."""
    calendar.comes(day, "08:31", NEW_YORK)
    stage.bot.house.digests.send_due()
    stage.settles()
    return stage.words(stage.said_in("#payments", containing=TITLE)[-1])


def test_on_the_day_of_the_reminder_the_digest_only_counts(stage: Stage, ada: Person) -> None:
    calendar = days(stage)
    calendar.comes(0, "07:00", NEW_YORK)
    stage.bot.house.digests.send_due()
    ada.goes_to(stage.declared(ada, "SEV2 checkout is down").channel)
    ada.types(f"/sev action add cap the retries @payments due {calendar.date(1)}")
    calendar.comes(1, "09:01", NEW_YORK)
    told = digest_of(stage, calendar, 2)
    assert "Overdue items: 1" in told
    assert "By owner: Payments 1" in told
    assert "1 of them stands in today's reminder in this channel, with buttons." in told
    assert "cap the retries" not in told
    calendar.comes(2, "09:01", NEW_YORK)
    assert "cap the retries" in stage.words(stage.said_in("#payments")[-1])
    told = digest_of(stage, calendar, 3)
    assert "today's reminder" not in told
    assert "cap the retries: Payments, 2 days late" in told
    stage.begins()
