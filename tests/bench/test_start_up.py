"""How soon after its start Sevbot answers, and what it costs while nobody asks anything of it."""

import time
from pathlib import Path

import pytest

from bot.playground import Playground
from tests.bench.contestants import PLAIN
from tests.bench.figures import Figures
from tests.bench.process_facts import PROC, kept_waiting, memory, processor_time
from tests.databases import new_sqlite
from tests.processes import BotProcess

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not PROC.exists(), reason="only Linux tells these facts"),
]

ROUNDS = 3
FIRST_ACK_WITHIN = 2.5
AGAIN_WITHIN = 3.0
"""Seconds. Left alone, Slack's SDK takes 50, and a whole processor."""
MEMORY = 120.0
IDLE = 5.0
SEVBOT = ("-m", "bot", "run")


def first_ack(folder: Path, program: tuple[str, ...], **environment: str) -> tuple[float, float]:
    """Seconds from the start to the first ack: as the clock saw it, and less the time it waited for a processor."""
    with Playground() as slack:
        bot = BotProcess(slack, new_sqlite(folder), program=program)
        bot.environment |= environment
        started = time.monotonic()
        with bot:
            delivery = slack.person("ada").types("/sev help").delivery
            assert delivery.acked, delivery.error
            taken = time.monotonic() - started
            return taken, taken - kept_waiting(bot.pid)


def test_the_first_ack_comes_within_two_and_a_half_seconds_of_the_start(tmp_path: Path, figures: Figures) -> None:
    about = "From the start to the first ack"
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    first_ack(tmp_path, SEVBOT, **compiled)  # what is installed is compiled once
    first_ack(tmp_path, (PLAIN, "defaults"), **compiled)
    ours = [first_ack(tmp_path, SEVBOT, **compiled) for _ in range(ROUNDS)]
    bolt = [first_ack(tmp_path, (PLAIN, "defaults"), **compiled) for _ in range(ROUNDS)]
    never_compiled = first_ack(tmp_path, SEVBOT, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=str(tmp_path / "no"))
    figures.add(about, "sevbot", min(ours)[0], "s", wanted=f"at most {FIRST_ACK_WITHIN}")
    figures.add(about, "sevbot, less waiting for a processor", min(each[1] for each in ours), "s")
    figures.add(about, "Bolt's defaults", min(bolt)[0], "s")
    figures.add(about, "sevbot, every module compiled anew", never_compiled[0], "s")
    figures.add(about, "the same, less waiting for a processor", never_compiled[1], "s")
    assert min(each[1] for each in ours) <= FIRST_ACK_WITHIN


def test_a_lost_connection_is_made_again_at_once(tmp_path: Path, figures: Figures) -> None:
    with Playground() as slack, BotProcess(slack, new_sqlite(tmp_path)) as bot:
        slack.person("ada").types("/sev help")
        before, dropped = processor_time(bot.pid), time.monotonic()
        slack.drop_sockets()
        slack.wait_until(slack.socket_count, within=60, why="the bot connects again")
        taken, used = time.monotonic() - dropped, processor_time(bot.pid) - before
        assert slack.person("ada").types("/sev help").text
    figures.add("A dropped connection", "made again after", taken, "s", wanted=f"at most {AGAIN_WITHIN:g}")
    figures.add("A dropped connection", "processor time meanwhile", used, "s")
    assert taken <= AGAIN_WITHIN


def test_a_bot_at_rest_takes_little_memory_and_no_processor(tmp_path: Path, figures: Figures) -> None:
    about = "At rest"
    with Playground() as slack, BotProcess(slack, new_sqlite(tmp_path)) as bot:
        ada = slack.person("ada")
        ada.types("/sev declare SEV3 something small")
        ada.sees("something small", in_="#sev-1-something-small")
        slack.wait_quiet()
        before = processor_time(bot.pid)
        time.sleep(IDLE)
        share = 100 * (processor_time(bot.pid) - before) / IDLE
        used = memory(bot.pid)
    figures.add(about, "memory", used, "MB", wanted=f"below {MEMORY:g}")
    figures.add(about, "processor", share, "%")
    assert used < MEMORY
