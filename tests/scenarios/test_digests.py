"""A channel is sent its digest: on time, once, with what matters; late if the bot was late; and not at all where that is better."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.app import Bot
from bot.playground import Person, Playground
from tests.scenarios.digesting import DAILY, PATIENT, comes, digesting_bot, issues, looks, owes
from tests.scenarios.stories import Stage

HOUR = 3600.0
TITLE = "Daily digest"


@pytest.fixture
def sevbot(slack: Playground, database_url: str) -> Iterator[Bot]:
    with digesting_bot(slack, database_url, DAILY) as bot:
        yield bot


def the_digest(stage: Stage, place: str = "#incidents") -> str:
    """What the one digest in a channel says."""
    (message,) = stage.said_in(place, containing=TITLE)
    return stage.words(message)


def test_what_is_open_owed_and_waiting_is_told_in_the_morning(stage: Stage, ada: Person) -> None:
    stage.declared(ada, "SEV2 checkout is down")
    owes(stage, 1, "Add a circuit breaker", days=-3, owner_user="U02GRACE")
    owes(stage, 1, "Alert on the queue", days=2, owner_team="payments")
    owes(stage, 1, "Write the runbook", days=-1)
    comes(stage)
    said = the_digest(stage)
    print(said)
    stage.slack.expect_all()
    assert issues(stage) == ["posted"]
