"""The demo's story, told as a person who plays with the company: something breaks, the bot says so, and one click makes a SEV."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import demo
from bot.acme import Company, Reports
from bot.acme.monitoring import AlertMode
from bot.acme.parts import DEPOSIT, Mode
from bot.app import Bot
from bot.environment import api_tokens
from bot.playground import Playground
from bot.workflows.heartbeats.hooks import PATH, token_of
from tests.acme.conftest import KEY
from tests.conftest import HEARTBEAT_SECRET, HOOK_SECRETS, environment_for
from tests.databases import new_sqlite, quick_folder
from tests.processes import ROOT, free_port

TOKEN = "the company's token"


def hurried(folder: Path) -> Path:
    """The demo's settings, with checks every second."""
    shutil.copytree(ROOT / demo.CONFIG, folder / "config")
    file = folder / "config" / "workflows.yaml"
    words = file.read_text()
    for slow, quick in (("every: 5s", "every: 1s"), ("timeout: 3s", "timeout: 1s"), ("delay: 1s", "delay: 0s")):
        assert slow in words
        words = words.replace(slow, quick)
    file.write_text(words)
    return folder / "config"


@pytest.fixture
def company(slack: Playground, hurry: None) -> Iterator[Company]:  # noqa: ARG001 - it hurries
    """The company, and the bot that watches it, as the demo starts them."""
    digest, url = hashlib.sha256(TOKEN.encode()).hexdigest(), f"http://127.0.0.1:{(port := free_port())}"
    reports = Reports(
        url, TOKEN, f"{url}{PATH}{token_of(HEARTBEAT_SECRET, *demo.SETTLEMENT)}", HOOK_SECRETS["generic"][0]
    )
    with quick_folder() as folder:
        made = Company(reports, key=KEY, now=lambda: datetime.fromtimestamp(slack.clock.now(), UTC))
        environment = replace(
            environment_for(slack, new_sqlite(folder), config=hurried(folder)),
            http_port=port,
            api_tokens=api_tokens({"SEVBOT_API_TOKENS": f"acme counts:write sha256:{digest}"}, []),
            check_secrets={"acme_url": made.url, "acme_key": KEY},
        )
        bot = Bot(environment)
        bot.start()
        slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
        with made:
            yield made
        bot.stop()


def test_what_breaks_is_told_and_one_click_makes_a_sev(company: Company, slack: Playground) -> None:
    grace = slack.person("grace")
    company.modes.put(DEPOSIT, Mode.BROKEN)
    grace.sees("Deposit money: Pay in", in_="payments", within=30)
    grace.clicks("Declare SEV", in_="payments")
    grace.fills(Severity="SEV2")
    grace.submits()
    grace.sees("It is in the timeline of SEV-1", in_="payments")
    company.modes.put(DEPOSIT, Mode.WELL)
    grace.sees("Recovered", in_="payments", within=30)
    company.monitoring.put(AlertMode.FIRING)
    grace.sees("Orders wait in the queue", in_="payments")
    assert "Deposit money" in grace.types("/sev workflows").text
