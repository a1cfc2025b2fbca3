"""How soon a declared SEV has its channel, and all that belongs in it, where each call to Slack takes 80 ms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from bot.playground import Playground
from bot.playground.traffic import Call
from tests.bench.contestants import Contestant, sevbot
from tests.bench.figures import IS_FULL, Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

LATENCY = 80
"""Milliseconds."""
ROUNDS = 15 if IS_FULL else 7
IN_PLACE_WITHIN = 0.5
TRIPS = 3
CALLS = 8
"""At least: channel, invitation, card, topic, bookmark, pin, line, announcement."""


@dataclass(frozen=True)
class Declared:
    """How one declare went: seconds from the command, and how many calls had to wait for one another."""

    acked: float
    channel: float
    in_place: float
    trips: int


@pytest.fixture
def ours(database_url: str, tmp_path: Path) -> Iterator[Contestant]:
    with sevbot(database_url, tmp_path / "sevbot.log") as contestant:
        declare(contestant.slack, 0)  # the first is always slow
        yield contestant


def test_the_channel_takes_one_round_trip_and_the_rest_three(ours: Contestant, engine: str, figures: Figures) -> None:
    about = f"Declaring, where each call takes {LATENCY} ms, {engine}"
    ours.slack.faults.latency_ms = LATENCY
    rounds = [declare(ours.slack, number) for number in range(1, ROUNDS + 1)]
    channel = median(each.channel for each in rounds)
    in_place = median(each.in_place for each in rounds)
    trips = median(each.trips for each in rounds)
    figures.add(about, "ack", 1000 * median(each.acked for each in rounds), "ms")
    figures.add(about, "channel usable", 1000 * channel, "ms", wanted="one round trip")
    figures.add(about, "all in place", 1000 * in_place, "ms", wanted=f"below {1000 * IN_PLACE_WITHIN:g}")
    figures.add(about, "round trips one after the other", trips, "trips", wanted=f"at most {TRIPS}")
    assert channel < 2 * LATENCY / 1000
    assert in_place < IN_PLACE_WITHIN
    assert trips <= TRIPS


def declare(slack: Playground, number: int) -> Declared:
    """Declare a SEV, and wait until nothing is left to do."""
    before = len(slack.calls)
    delivery = slack.person("ada").types(f"/sev declare SEV1 outage {number} of the day").delivery
    slack.wait_until(lambda: len(slack.calls) >= before + CALLS, why="all calls of a declare")
    slack.wait_quiet(quiet=0.5)
    calls = slack.calls[before:]
    ends = {call.method: call.at + call.duration - delivery.sent_at for call in calls}
    return Declared(delivery.latency, ends["conversations.create"], max(ends.values()), trips_of(calls))


def trips_of(calls: Sequence[Call]) -> int:
    """How many calls stand in the longest row of which each began after the one before had ended."""
    longest: list[int] = []
    for call in calls:
        before = (
            trips for earlier, trips in zip(calls, longest, strict=False) if earlier.at + earlier.duration <= call.at
        )
        longest.append(1 + max(before, default=0))
    return max(longest)
