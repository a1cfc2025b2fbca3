"""Events in masses: a busy hour, a flood that lasts, and a rate that climbs until it hurts."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground import Playground
from tests.bench.contestants import Contestant, bolt, sevbot
from tests.bench.figures import IS_FULL, Figures
from tests.bench.floods import Flood, flood, mixed
from tests.bench.process_facts import memory
from tests.bench.visits import Makes, message, reacted
from tests.databases import new_sqlite

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

WANTED_P99 = 5.0
"""Milliseconds within which 99 of 100 events are acknowledged in a busy hour."""
NOISE = 1.5
"""What a bare listener may be exceeded by, where the machine keeps even that one from `WANTED_P99`."""
TURNS = 3
TURN = 20.0 if IS_FULL else 7.0
SOAK = 120.0 if IS_FULL else 20.0
RATES = (200, 400, 700, 1000)
RAMP_STEP = 10.0 if IS_FULL else 4.0


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(new_sqlite(tmp_path_factory.mktemp("floods")).removeprefix("sqlite:///"))


@pytest.fixture(scope="module")
def ours(database: Path) -> Iterator[Contestant]:
    """Sevbot, with one open SEV."""
    with sevbot(f"sqlite:///{database}", database.with_suffix(".log")) as contestant:
        contestant.slack.person("ada").types("/sev declare SEV3 the flood")
        contestant.rest()
        yield contestant


@pytest.fixture(scope="module")
def bare() -> Iterator[Contestant]:
    """A Bolt listener set up like Sevbot, which does nothing."""
    with bolt("quick") as contestant:
        yield contestant


@pytest.fixture(scope="module")
def defaults() -> Iterator[Contestant]:
    """Bolt as it comes."""
    with bolt("defaults") as contestant:
        yield contestant


def channel_of_the_sev(slack: Playground) -> str:
    return slack.channel("#sev-1-the-flood").id


def busy(channel: str) -> Makes:
    """Ten messages to each reaction."""
    return mixed(message(channel), reacted(channel), one_in=11)


def test_in_a_busy_hour_events_are_acked_within_5_ms(
    ours: Contestant, bare: Contestant, defaults: Contestant, figures: Figures
) -> None:
    about = "40 messages and 4 reactions a second, after a burst"
    makes = busy(channel_of_the_sev(ours.slack))
    contestants = {"sevbot": ours, "bare Bolt": bare, "Bolt's defaults": defaults}
    done: dict[str, list[Flood]] = {name: [] for name in contestants}
    for turn in range(1, TURNS + 1):
        for name, each in contestants.items():
            done[name].append(flood(each.slack, makes, rate=44, seconds=TURN, first=1_000_000 * turn, burst=40))
    best = {
        name: min((each.on_the_wire for each in floods), key=lambda times: times.p99) for name, floods in done.items()
    }
    for name, times in best.items():
        figures.add(about, f"{name}, p50", times.p50, "ms")
        wanted = f"at most {WANTED_P99:g}" if name == "sevbot" else ""
        figures.add(about, f"{name}, p99 (best of {TURNS} turns)", times.p99, "ms", wanted=wanted)
    assert sum(each.lost for each in done["sevbot"]) == 0
    assert best["sevbot"].p99 <= max(WANTED_P99, NOISE * best["bare Bolt"].p99)


def test_a_flood_that_lasts_loses_nothing_and_writes_nothing(
    ours: Contestant, database: Path, figures: Figures
) -> None:
    about = f"200 messages a second for {SOAK:g} s"
    with sqlite3.connect(database) as reader:
        before = _version(reader)
        done = flood(ours.slack, message(channel_of_the_sev(ours.slack)), rate=200, seconds=SOAK, first=10_000_000)
        commits = _version(reader) - before
    reader.close()
    figures.add_times(about, "acks", done.on_the_wire)
    figures.add(about, "lost", done.lost, "events", wanted="none")
    figures.add(about, "commits", commits, "commits", wanted="none")
    figures.add(about, "memory afterwards", memory(ours.process.pid), "MB")
    assert done.lost == 0
    assert commits == 0


def _version(reader: sqlite3.Connection) -> int:
    """A number that changes with each commit of somebody else."""
    return int(reader.execute("PRAGMA data_version").fetchone()[0])


def test_a_thousand_events_a_second_are_acked_within_a_second(
    ours: Contestant, bare: Contestant, figures: Figures
) -> None:
    about = "A rate that climbs"
    makes = mixed(message(channel_of_the_sev(ours.slack)), reacted(channel_of_the_sev(ours.slack)), one_in=10)
    for rate in RATES:
        floor = flood(bare.slack, makes, rate=rate, seconds=RAMP_STEP, first=20_000_000 + 100_000 * rate)
        done = flood(ours.slack, makes, rate=rate, seconds=RAMP_STEP, first=20_000_000 + 100_000 * rate)
        figures.add(about, f"bare Bolt at {rate}/s, p99", floor.since_due.p99, "ms")
        figures.add(about, f"sevbot at {rate}/s, p99", done.since_due.p99, "ms", wanted="below 1000")
        assert done.lost == 0
        assert done.since_due.p99 < max(1000, NOISE * floor.since_due.p99)
