"""The connection to Slack, from its making to its end."""

import threading
import time

import pytest
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

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


@pytest.mark.parametrize("engine", ["sqlite"])
def test_whoever_did_something_before_the_end_gets_their_answer(
    slack: Playground, sevbot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_kept = threading.Event()
    send = SocketModeClient.send_socket_mode_response

    def send_late(client: SocketModeClient, response: SocketModeResponse) -> None:
        is_kept.set()
        time.sleep(0.3)  # the thread that answers is not given the processor
        send(client, response)

    def stop() -> None:
        is_kept.wait(5)
        sevbot.stop()

    monkeypatch.setattr(SocketModeClient, "send_socket_mode_response", send_late)
    stopping = threading.Thread(target=stop)
    stopping.start()
    answer = slack.person("ada").types("/sev declare SEV3 checkout is slow")
    stopping.join()
    assert answer.text == "SEV-1 declared; its channel is being set up."
