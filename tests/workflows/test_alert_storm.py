"""A storm of alerts of one problem, in the midst of which the bot is killed: one message, and not one alert is lost or doubled."""

import threading
import time
from pathlib import Path

import pytest

from bot.playground import Playground
from bot.playground.reading import message_words
from tests.bench.alert_storms import alert, storm
from tests.processes import BotProcess

pytestmark = pytest.mark.torture
SECRET = "a-secret-of-alertmanager"
RATE, SECONDS = 500, 2.0


@pytest.mark.parametrize("kills", [False, True], ids=["calm", "killed"])
def test_a_storm_is_one_message_and_nothing_of_it_is_lost(
    slack: Playground, database_url: str, tmp_path: Path, *, kills: bool
) -> None:
    bot = BotProcess(slack, database_url, log=tmp_path / "bot.log", SEVBOT_HOOK_ALERTMANAGER=SECRET)
    with bot:
        killer = threading.Timer(SECONDS / 2, lambda: _killed_and_started(bot))
        if kills:
            killer.start()
        done = storm(bot.port, SECRET, lambda number: alert(number, "north"), rate=RATE, seconds=SECONDS)
        if kills:
            killer.join()
        assert done.lost == 0
        slack.wait_until(
            lambda: f"Seen {RATE * SECONDS:.0f} times" in _told(slack), within=60, why="all are counted",
            seen=lambda: _told(slack),
        )  # fmt: skip
        assert _told(slack).count("Orders fail in north") == 1


def _killed_and_started(bot: BotProcess) -> None:
    bot.kill()
    time.sleep(0.5)
    bot.start()


def _told(slack: Playground) -> str:
    """All that is said of problems where the workflow's owners are."""
    with slack.workspace.lock:
        messages = slack.channel("#payments").messages.values()
        return "\n".join(message_words(slack.workspace, each) for each in messages if each.by_app)
