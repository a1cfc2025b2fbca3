"""A digest costs what it shows, not what there is: years of closed SEVs and items make it no slower."""

import time
from collections.abc import Iterator
from datetime import time as time_of_day
from pathlib import Path

import pytest

from bot.app import Bot
from bot.config import Config, Settings, load
from bot.db import Database
from bot.digest import composing, views
from bot.digest.model import DigestSubscription
from bot.slack.templates import Texts
from tests.databases import new_sqlite
from tests.digest.years import NOW, fill, with_workflows
from tests.environments import without_slack
from tests.processes import CONFIG

TEXTS = Texts(CONFIG)
SMALL, LARGE = (1_000, 5_000), (10_000, 50_000)
"""SEVs and action items."""
ROUNDS = 15
AT_MOST = 2.0
"""How much slower ten times as much may be. It is about once; the machine has other work."""
SLOWEST = 0.5
"""Seconds."""

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    if request.param == "sqlite":
        folders = [tmp_path / name for name in ("small", "large")]
        for folder in folders:
            folder.mkdir()
        yield new_sqlite(folders[0]), new_sqlite(folders[1])
    else:
        server = request.getfixturevalue("postgres")
        yield server.new_database(), server.new_database()


def subscription(*teams: str) -> DigestSubscription:
    return DigestSubscription(
        id=1, key="bench", place="C1", rhythm="daily", at=time_of_day(8, 30), days=["mon"], time_zone="UTC",
        teams=list(teams), workflows=[], what=["people", "open", "since", "items", "postmortems", "figures"],
        picture="sevs", skip_when_empty=False, counts_private=False, grace_seconds=3600, trouble="", next_due_at=NOW,
    )  # fmt: skip


def seconds(database: Database, config: Config, wanted: DigestSubscription) -> float:
    """How long it takes to put one together and draw its blocks, in the best of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with database.read() as session:
            composed = composing.compose(session, config, wanted, None, now=NOW)
            views.digest(config, composed.content, composed.framing, TEXTS)
        taken.append(time.perf_counter() - begun)
    assert composed.content.number_open == (5 if wanted.teams else 10)
    return min(taken)


def test_a_digest_costs_what_it_shows(urls: tuple[str, str], subtests: pytest.Subtests) -> None:
    config = with_workflows(load(CONFIG))
    bots = [Bot(without_slack(url), settings=Settings(CONFIG, config=config)) for url in urls]
    for bot, (sevs, items) in zip(bots, (SMALL, LARGE), strict=True):
        fill(bot.database, sevs=sevs, items=items)
    for name, wanted in {"of everything": subscription(), "of a team": subscription("payments")}.items():
        with subtests.test(name):
            small, large = (seconds(bot.database, config, wanted) for bot in bots)
            print(f"a digest {name}: {small * 1000:.1f} ms of {SMALL}, {large * 1000:.1f} ms of {LARGE}")  # noqa: T201
            assert large < small * AT_MOST
            assert large < SLOWEST
    for bot in bots:
        bot.stop()
