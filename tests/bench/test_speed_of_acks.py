"""How long people and Slack wait for an acknowledgement, against Bolt as it comes and against plain SQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from bot.playground import Playground
from tests.bench.contestants import Contestant, bolt, bolt_with_sql, race, sevbot
from tests.bench.figures import IS_FULL, Figures, Times
from tests.bench.recipes import save
from tests.bench.recording import recorder
from tests.bench.visits import Caught, Makes, joined, message
from tests.databases import PostgresServer, new_sqlite

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

TIMES = 200 if IS_FULL else 75
NOISE = 1.15
"""What two runs of the same bot may differ by."""
P50_TO_SQL, P99_TO_SQL = 1.5, 2.0
"""Against a Bolt listener that commits the same rows by plain SQL."""
P50_TO_QUICK_SQL = 4.5
"""Against the same one set up like Sevbot, without Bolt's 10 ms poll: a guard, so that what the mapper costs does not grow."""
UNFELT = 0.25
"""Milliseconds. Bolt acknowledges an event before it looks at it, Sevbot afterwards; nobody waits for either."""
OURS, ACKS, SQL, QUICK_SQL = "sevbot", "Bolt that only acks", "Bolt with plain SQL", "the same, without Bolt's poll"


@dataclass(frozen=True)
class Arena:
    """All bots, running; and what people send to them."""

    engine: str
    contestants: dict[str, Contestant]
    caught: Caught

    def times(self, makes: Makes, first: int, *names: str) -> dict[str, Times]:
        """How long each of the named took to acknowledge the same, taking turns."""
        rivals = {name: self.contestants[name] for name in (OURS, *names)}
        race(rivals, makes, times=3, first=first + 5_000)  # the first of anything is slow
        return race(rivals, makes, times=TIMES, first=first)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    folder = tmp_path_factory.mktemp("acks")

    def new_database() -> str:
        if request.param == "sqlite":
            return new_sqlite(folder)
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()

    with ExitStack() as stack:
        ours = stack.enter_context(sevbot(new_database(), folder / "sevbot.log"))
        contestants = {OURS: ours, ACKS: stack.enter_context(bolt("defaults"))}
        caught = Caught(ours.slack)
        for name, mode in ((SQL, "defaults"), (QUICK_SQL, "quick")):
            recorded, recipes = new_database(), folder / f"recipes-{mode}"
            with Playground() as slack, recorder(caught, slack, recorded) as recording:
                save(recording.record(), recipes)
            contestants[name] = stack.enter_context(bolt_with_sql(mode, recorded, recipes))
        yield Arena(request.param, contestants, caught)


@pytest.mark.parametrize("what", ["a command that changes", "a command that declares", "a click", "a form"])
def test_people_wait_no_longer_than_for_bolt_itself(arena: Arena, what: str, figures: Figures) -> None:
    made: dict[str, tuple[Makes, int]] = {
        "a command that changes": (arena.caught.severity, 10_000),
        "a command that declares": (arena.caught.declare, 20_000),
        "a click": (arena.caught.click, 30_000),
        "a form": (arena.caught.form, 40_000),
    }
    about = f"Ack of {what}, {arena.engine}"
    taken = arena.times(*made[what], ACKS, SQL, QUICK_SQL)
    add(figures, about, taken)
    ours = taken[OURS]
    to_acks = compare(figures, about, ACKS, ours.p50 / taken[ACKS].p50, 1)
    middle = compare(figures, about, SQL, ours.p50 / taken[SQL].p50, P50_TO_SQL)
    tail = compare(figures, about, f"{SQL}, p99", ours.p99 / taken[SQL].p99, P99_TO_SQL)
    to_quick = compare(figures, about, QUICK_SQL, ours.p50 / taken[QUICK_SQL].p50, P50_TO_QUICK_SQL)
    assert all((to_acks, middle, tail, to_quick))


def test_an_event_that_changes_something_costs_little_more_than_its_rows(arena: Arena, figures: Figures) -> None:
    about = f"Ack of an event that writes, {arena.engine}"
    taken = arena.times(joined(arena.caught.channel), 50_000, QUICK_SQL)
    add(figures, about, taken)
    assert compare(figures, about, QUICK_SQL, taken[OURS].p50 / taken[QUICK_SQL].p50, P50_TO_QUICK_SQL)


def test_a_message_costs_no_more_than_bolt_itself(arena: Arena, figures: Figures) -> None:
    about = f"Ack of a message event, {arena.engine}"
    taken = arena.times(message(arena.caught.channel), 60_000, ACKS)
    add(figures, about, taken)
    compare(figures, about, ACKS, taken[OURS].p50 / taken[ACKS].p50, 1)
    assert taken[OURS].p50 <= taken[ACKS].p50 * NOISE + UNFELT


def add(figures: Figures, about: str, taken: dict[str, Times]) -> None:
    for name, times in taken.items():
        figures.add_times(about, name, times)


def compare(figures: Figures, about: str, to: str, ratio: float, limit: float) -> bool:
    """Keep a ratio, and say whether it is within its limit."""
    figures.add(about, f"to {to}", ratio, "x", wanted=f"at most {limit:g}")
    return ratio <= limit * NOISE
