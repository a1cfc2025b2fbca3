"""What people are reminded of: each rule as it is meant, by severity, in working hours, and never outside a private SEV."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.config.nudges import DAYS
from bot.incidents.model import Incident
from bot.nudges.service import PAGE_EVENT
from bot.outbox.announcements import ANNOUNCED
from bot.playground import Person, Playground
from tests.scenarios.reminding import ALWAYS, HOUR, MINUTE, ledger, passes, reminding_bot
from tests.scenarios.stories import Stage

NEVER: dict[str, Any] = dict.fromkeys(("no_commander", "update_overdue", "open_too_long", "status_stuck"), "never")


@pytest.fixture
def rules(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The rules of the story, given by its parameter; all others are switched off."""
    return {"working_hours": ALWAYS, **NEVER, **request.param}


@pytest.fixture
def sevbot(slack: Playground, database_url: str, rules: dict[str, Any]) -> Iterator[Bot]:
    with reminding_bot(slack, database_url, **rules) as bot:
        yield bot


def promises(stage: Stage, minutes: float) -> None:
    """The next update is promised for so many minutes from now."""
    moment = stage.bot.clock.now() + timedelta(minutes=minutes)
    stage.bot.database.run(lambda session: session.execute(update(Incident).values(next_update_at=moment)))


@pytest.mark.parametrize("rules", [{"update_overdue": {}}], indirect=True)
def test_a_promised_update_is_asked_of_the_owner_and_then_of_the_channel(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 checkout is down")
    promises(stage, 20)
    passes(stage, 19 * MINUTE)
    assert ledger(stage) == []
    passes(stage, 2 * MINUTE)
    ada.sees("The next update of SEV-1 (SEV2: checkout is down) was promised for", in_="@sevbot")
    assert stage.said_in(sev.place, containing="promised for") == []
    passes(stage, 16 * MINUTE)
    stage.expects("was promised for")
    assert ledger(stage) == [
        "update_overdue to U01ADA: first",
        "update_overdue to U01ADA: repeat_due",
        "update_overdue to channel: escalated",
    ]
    promises(stage, 30)
    passes(stage, 6 * MINUTE)
    ada.sees("There is news of SEV-1.", in_=sev.channel)
    stage.expects("There is news of SEV-1.")


@pytest.mark.parametrize("rules", [{"fields_missing": {}}], indirect=True)
def test_who_is_in_charge_is_asked_for_fields_that_are_needed(stage: Stage, ada: Person) -> None:
    settings = stage.bot.settings
    first, *others = settings.current.fields
    needed = first.model_copy(update={"required_at": "declare"})
    settings.current = settings.current.model_copy(update={"fields": (needed, *others)})
    sev = stage.declared(ada, "SEV2 checkout is down")
    passes(stage, 59 * MINUTE)
    assert ledger(stage) == []
    passes(stage, 2 * MINUTE)
    ada.sees("Still to be said of SEV-1 (SEV2: checkout is down): Region.", in_="@sevbot")
    ada.clicks("Fill in…", in_="@sevbot")
    ada.fills(Region="Europe")
    ada.submits()
    passes(stage, MINUTE)
    ada.sees("All that has to be said of SEV-1 so far is said.", in_="@sevbot")
    assert "Region\nEurope" in sev.card
    assert ledger(stage) == ["fields_missing to U01ADA: first", "fields_missing to nobody: ended"]
    stage.begins()


@pytest.mark.parametrize("rules", [{"open_too_long": {}, "status_stuck": {}}], indirect=True)
def test_a_sev_that_nobody_cares_for_is_brought_up(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV1 checkout is down --drill")
    passes(stage, 31 * MINUTE)
    ada.sees("Nothing was heard of SEV-1 (SEV1: checkout is down) since", in_="@sevbot")
    ada.goes_to(sev.channel).types("/sev severity SEV3")
    stage.expects("changed the severity")
    passes(stage, 6 * MINUTE)
    ada.sees("There is news of SEV-1. (@Ada Lovelace", in_="@sevbot")
    passes(stage, 73 * HOUR)
    stage.expects("is open since", "Nothing was heard")
    assert len(stage.said_in(stage.slack.direct("ada").id, containing="is open since")) == 1


@pytest.mark.parametrize("rules", [{"no_commander": {"after": {"SEV2": "never", "other": "5m"}}}], indirect=True)
def test_a_page_follows_where_the_severity_pages_somebody(stage: Stage, ada: Person) -> None:
    paged: list[str] = []

    def listen(session: Session) -> None:
        """As the room of paging would be told."""
        paged.extend(subject for event, subject in session.info.get(ANNOUNCED, {}) if event == PAGE_EVENT)

    stage.bot.database.before_commit.insert(0, listen)
    sev = stage.declared(ada, "SEV1 checkout is down")
    stage.declared(ada, "SEV2 search is slow")
    stage.declared(ada, "SEV3 mail is slow")
    passes(stage, 16 * MINUTE)
    passes(stage, 16 * MINUTE)
    assert paged == [sev.kept.subject]
    stage.expects("Nobody is in command of SEV-1", "Nobody is in command of SEV-3")
    assert [each for each in ledger(stage) if "page" in each] == [
        "no_commander to page: escalated",
        "no_commander to page: nothing_new",
    ]


@pytest.mark.parametrize("rules", [{"no_commander": {}}], indirect=True)
def test_a_private_sev_is_brought_up_among_its_members_only(stage: Stage, ada: Person) -> None:
    sev = stage.declared(ada, "SEV2 somebody reads our mail --private")
    passes(stage, 11 * MINUTE)
    told = [message for message in stage.everything_said() if "Nobody is in command" in stage.words(message)]
    assert {message.channel_id for message in told} == {sev.channel.id, stage.slack.direct("ada").id}
    stage.expects("Nobody is in command")
    ada.leaves(sev.channel)
    stage.slack.wait_quiet()
    passes(stage, 11 * MINUTE)
    assert "no_commander to nobody: nobody" in ledger(stage)
    stage.slack.expect_all()
    shown = stage.words(stage.said_in(stage.slack.direct("ada").id)[-1])
    assert "not yours to see" not in shown, "what she read before she left stays"


def _in_three_days() -> dict[str, Any]:
    """Working days that begin in three days, wherever one lives."""
    today = datetime.now(UTC).weekday()
    return {**ALWAYS, "days": [DAYS[(today + ahead) % 7] for ahead in (3, 4)]}


@pytest.mark.parametrize(
    "rules", [{"no_commander": {"wake": ["SEV1"]}, "working_hours": _in_three_days()}], indirect=True
)
def test_nobody_is_woken_unless_the_rule_says_so(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV1 checkout is down")
    stage.declared(ada, "SEV3 search is slow")
    passes(stage, 31 * MINUTE)
    stage.expects("Nobody is in command of SEV-1")
    assert [each for each in stage.everything_said() if "in command of SEV-2" in stage.words(each)] == []
    assert ledger(stage)[-2:] == ["no_commander to channel: quiet_hours", "no_commander to U01ADA: quiet_hours"]
    passes(stage, 72 * HOUR)
    stage.expects("Nobody is in command of SEV-1", "Nobody is in command of SEV-2")
