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

SAMPLE = 150
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
@pytest.mark.parametrize("cases", [SAMPLE, pytest.param(ALL, marks=pytest.mark.torture)])
def test_any_text_gives_a_valid_view_or_a_sentence(
    driver: Driver, watch: Watch, cases: int, engine: str, subtests: pytest.Subtests
) -> None:
    targets = driver.targets()
    if engine == "postgresql":
        cases = min(cases, FEWER)
    each = ceil(cases / len(targets))
    for number, target in enumerate(targets):
        with subtests.test(target.name):
            driver.gets_a_sev()
            watch.begins()
            drive(target, watch, number=number, times=each)
            driver.settles()
            watch.all_is_well()
    assert {name: driver.driven[name] >= each for name in driver.driven} == {target.name: True for target in targets}
    assert driver.driven.total() >= cases
    verbs = {f"verb {command.verb}" for command in driver.bot.rooms.commands.all()}
    assert verbs < set(driver.driven)


def drive(target: Target, watch: Watch, *, number: int, times: int) -> None:
    """Put so many different things into one place; each seed gives the same ones again."""

    @seed(number)
    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.values)
    def once(value: object) -> None:
        delivery = target.drive(value)
        assert delivery.acked
        assert watch.faults.lines == []

    once()
