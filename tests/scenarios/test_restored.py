"""The machine is gone, and the bot goes on from its backup elsewhere: it knows the same, and says nothing twice."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import Bot
from bot.clock import Clock
from bot.db import Database
from bot.operations.backup import back_up, restore
from bot.outbox.model import OPEN, OutboxMessage
from bot.playground import Person, Playground
from tests.conftest import environment_for
from tests.scenarios.stories import Stage
from tests.torture.faulting import said_twice

ASKED = ("/sev list all", "/sev show SEV-1", "/sev items all", "/sev mine", "/sev search checkout")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_second_instance_answers_the_same_and_says_nothing_again(
    stage: Stage, slack: Playground, ada: Person, tmp_path: Path
) -> None:
    stage.declared(ada, "SEV1 checkout is down")
    ada.types("/sev action SEV-1 add Ask for an alarm")
    ada.types("/sev resolve SEV-1")
    stage.begins()
    before = {each: ada.types(each).text for each in ASKED}
    slack.faults.latency_ms = 400  # so that the backup is made while something is on its way
    ada.types("/sev severity SEV-1 SEV2")
    slack.wait_until(lambda: in_flight(stage.bot), why="something is on its way")
    back_up(stage.bot.database, tmp_path / "kept.db")
    stage.settles()
    slack.faults.latency_ms = 0
    stage.bot.stop()
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    restore(tmp_path / "kept.db", Database(url), now=Clock().machine())
    bot = Bot(environment_for(slack, url))
    bot.start()
    try:
        slack.wait_until(lambda: slack.socket_count() == 1, why="the restored bot connects")
        Stage(slack, bot).settles()
        ada.types("/sev severity SEV-1 SEV1")
        Stage(slack, bot).settles()
        assert said_twice(slack) == []
        assert {each: ada.types(each).text for each in ASKED} == before
        slack.expect_all()
    finally:
        bot.stop()


def in_flight(bot: Bot) -> bool:
    with bot.database.read() as session:
        return bool(session.scalar(select(func.count()).where(OutboxMessage.state.in_(OPEN))))
