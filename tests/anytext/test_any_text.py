"""Any text, in any verb and any field, gives a valid view or a sentence: never a fault, and never a mention."""

import logging
from collections.abc import Iterator
from math import ceil

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.app import Bot
from bot.playground import Person, Playground
from tests.anytext.driving import Driver, Target
from tests.anytext.watching import Watch

PARTS = 4
"""In how many tests the places are gone through, so that they share the machine evenly."""
SAMPLE = 100
"""There are more places than that: each in the first part is tried once."""
ON_ONE_SEV = 8
"""How many places work on the same SEV: making one takes longer than what is tried on it."""
ALL = 2000
FEWER = 400
"""On PostgreSQL: what a text does to a view does not depend on the engine."""


@pytest.fixture
def driver(slack: Playground, sevbot: Bot, ada: Person) -> Driver:
    return Driver(slack, sevbot, ada)


@pytest.fixture
def watch(slack: Playground, sevbot: Bot, ada: Person) -> Iterator[Watch]:
    """Sees what the bot logs as an error, and all it says."""
    watching = Watch(slack, sevbot, speaker=ada.id)
    logger = logging.getLogger("bot")
    logger.addHandler(watching.faults)
    yield watching
    logger.removeHandler(watching.faults)


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the bot's own threads do, while values are drawn
@pytest.mark.parametrize(
    ("cases", "part"), [(SAMPLE, 0), *(pytest.param(ALL, part, marks=pytest.mark.torture) for part in range(PARTS))]
)
def test_any_text_gives_a_valid_view_or_a_sentence(
    driver: Driver, watch: Watch, subtests: pytest.Subtests, *, cases: int, part: int, engine: str
) -> None:
    targets = driver.targets()
    if engine == "postgresql":
        cases = min(cases, FEWER)
    each = ceil(cases / len(targets))
    own = targets[part::PARTS]
    for number, target in enumerate(own):
        with subtests.test(target.name):
            if number % ON_ONE_SEV == 0:
                driver.gets_a_sev()
            watch.begins()
            drive(target, watch, number=part + PARTS * number, times=each)
            driver.settles()
            watch.all_is_well()
    assert {name: driver.driven[name] >= each for name in driver.driven} == {target.name: True for target in own}
    assert each * len(targets) >= cases
    verbs = {f"verb {command.verb}" for command in driver.bot.rooms.commands.all()}
    assert verbs < {target.name for target in targets}


def drive(target: Target, watch: Watch, *, number: int, times: int) -> None:
    """Put so many different things into one place; each seed gives the same ones again."""

    @seed(number)
    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.values)
    def once(value: object) -> None:
        delivery = target.drive(value)
        assert delivery.acked
        assert watch.faults.lines == []

    once()
