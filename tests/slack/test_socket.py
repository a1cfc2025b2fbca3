"""The connection to Slack, from its making to its end."""

import threading

import pytest

from bot.app import Bot
from bot.playground import Playground
from tests.conftest import environment_for


@pytest.mark.parametrize("engine", ["sqlite"])
def test_bots_that_have_stopped_leave_no_thread_behind(slack: Playground, database_url: str) -> None:
    before = {*threading.enumerate()}
    for _ in range(5):  # the SDK's reader gets in the way of its closing in most of them
        bot = Bot(environment_for(slack, database_url))
        bot.start()
        slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
        slack.wait_quiet(quiet=0.1)
        bot.stop()

    def left() -> list[str]:
        return sorted(each.name for each in {*threading.enumerate()} - before)

    slack.wait_until(lambda: not left(), why="all threads have ended", seen=lambda: str(left()))
