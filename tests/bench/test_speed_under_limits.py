"""Many SEVs in a row while Slack enforces its documented limits: slower, but every one complete, and nobody left alone."""

import time
from pathlib import Path

import pytest

from bot.playground import Person, Playground
from tests.bench.contestants import sevbot
from tests.bench.figures import Figures
from tests.databases import new_sqlite

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

DECLARES = 24
RATE = 2.0
"""Declares a second."""
PATIENCE = 420.0
"""Seconds: Slack lets 20 channels a minute be made, and as many topics and pins be set."""
NAMES = ("ada", "grace", "linus", "margaret", "barbara")


def test_every_sev_is_complete_and_every_declarer_told(tmp_path: Path, figures: Figures) -> None:
    about = f"{DECLARES} declares at {RATE:g}/s, under Slack's limits"
    with sevbot(new_sqlite(tmp_path), tmp_path / "sevbot.log") as ours:
        slack = ours.slack
        ours.rest()
        slack.rate_limits = True
        started = time.monotonic()
        declarers = [declare(slack, number, started + number / RATE) for number in range(1, DECLARES + 1)]
        answered = time.monotonic() - started
        slack.wait_until(
            lambda: all(is_complete(slack, number) for number in range(1, DECLARES + 1)),
            within=PATIENCE, why="24 complete SEVs", seen=lambda: "\n".join(missing(slack)),
        )  # fmt: skip
        complete = time.monotonic() - started
        for number, declarer in enumerate(declarers, 1):
            declarer.sees(f"SEV-{number} has its channel")
        refused = sum(call.status == 429 for call in slack.calls)
    figures.add(about, "all declarers answered", answered, "s")
    figures.add(about, "all complete", complete, "s")
    figures.add(about, "complete", DECLARES, "SEVs", wanted=f"{DECLARES}")
    figures.add(about, "calls refused as too fast", refused, "calls")


def declare(slack: Playground, number: int, at: float) -> Person:
    time.sleep(max(0.0, at - time.monotonic()))
    person = slack.person(NAMES[number % len(NAMES)])
    assert person.types(f"/sev declare SEV1 outage {number}").text.startswith(f"SEV-{number} declared")
    return person


def is_complete(slack: Playground, number: int) -> bool:
    return not lacks(slack, number)


def missing(slack: Playground) -> list[str]:
    """What is not there yet, in a sentence per SEV."""
    found = {number: lacks(slack, number) for number in range(1, DECLARES + 1)}
    return [f"SEV-{number} has no {', '.join(each)}" for number, each in found.items() if each]


def lacks(slack: Playground, number: int) -> list[str]:
    """What a SEV does not have yet, of all that it should."""
    with slack.workspace.lock:
        channel = slack.workspace.channel_named(f"#sev-{number}-outage-{number}")
        if channel is None:
            return ["channel"]
        declarer = slack.person(NAMES[number % len(NAMES)]).id
        parts = {
            "topic": str(channel.topic["value"]).startswith(f"SEV-{number} "),
            "declarer": declarer in channel.members,
            "pinned card": bool(channel.pins),
            "bookmark": bool(channel.bookmarks),
            "line": any(f"declared SEV-{number}" in line for line in slack.transcript(channel)),
            "announcement": any(f"#{channel.name}" in line for line in slack.transcript("#incidents")),
        }
    return [name for name, is_there in parts.items() if not is_there]
