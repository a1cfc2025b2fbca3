"""A look at what is due costs what is due: 500 of 10,000 open items, and 500 of 100,000."""

import time
from collections.abc import Callable

import pytest

from tests.databases import new_sqlite
from tests.remediation.many_items import fill_items, world

FEW, MANY, DUE = 10_000, 100_000, 500
MOST = 2.0
"""How much longer the look may take with ten times as many items: the machine does other work too."""
IDLE = 0.02
"""Seconds in which a look with nothing due is over."""

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_look_costs_what_is_due_and_not_what_there_is(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def new_database() -> str:
        if engine == "sqlite":
            return new_sqlite(tmp_path_factory.mktemp("reminding"))
        return str(request.getfixturevalue("postgres").new_database())

    few, many = measured(new_database, FEW), measured(new_database, MANY)
    for items, (busy, idle) in ((FEW, few), (MANY, many)):
        print(f"{engine}: {items:7} open, {DUE} due: {busy:6.2f} s; nothing due: {idle * 1000:5.1f} ms")  # noqa: T201
    assert many[0] < MOST * few[0]
    assert many[1] < IDLE


def measured(new_database: Callable[[], str], items: int) -> tuple[float, float]:
    """Seconds for a look with something due, and for one with nothing due, the quickest of ten."""
    with world(new_database()) as made:
        fill_items(made.database, items=items, due=DUE, of_team=DUE // 2)
        made.reminding._known = made.settings.current  # the look after new settings is another one
        begun = time.perf_counter()
        made.ticks()
        busy = time.perf_counter() - begun
        idle = []
        for _ in range(10):
            begun = time.perf_counter()
            assert len(made.ticks()) == 1
            idle.append(time.perf_counter() - begun)
        return busy, min(idle)
