"""A day of a company in minutes: 50 SEVs, and all that can go wrong meanwhile. Memory is flat, queues empty, counts add up, and
another instance, made of a backup, answers the same.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.db import Database
from tests.databases import PostgresServer, new_sqlite, postgres_server, quick_folder
from tests.shell import Sevbot
from tests.soak import company
from tests.soak.again import answers, differing
from tests.soak.day import Day, soaking
from tests.soak.looking import disagreements
from tests.soak.plan import Plan, planned
from tests.soak.resting import growth, unrest
from tests.soak.running import SoakedBot
from tests.soak.stage import Stage

SEED = 20350305
LONGEST_STORY = 400
"""How many of the last lines of what happened are shown when something is wrong."""


@dataclass(frozen=True)
class Ground:
    """Where a day's data is kept: a folder, an address, and the server behind it, if there is one."""

    folder: Path
    url: str
    server: PostgresServer | None


@pytest.fixture
def ground(engine: str) -> Iterator[Ground]:
    """A server of its own for PostgreSQL, since it is stopped in the middle."""
    with ExitStack() as stack:
        folder = stack.enter_context(quick_folder())
        server = stack.enter_context(postgres_server()) if engine == "postgresql" else None
        yield Ground(folder, server.new_database() if server else new_sqlite(folder), server)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_a_day_leaves_nothing_undone_and_can_be_had_again(ground: Ground, sevbot_cli: Sevbot) -> None:
    passes(planned(SEED, hours=24, sevs=50), ground, sevbot_cli)


def passes(plan: Plan, ground: Ground, sevbot: Sevbot) -> None:
    """Let a day pass, and look at all that is left of it."""
    with soaking(plan, ground.url, ground.folder) as stage:
        try:
            day = Day(stage, ground.server)
            quarter = plan.hours // 4
            day.passes(measured=(quarter + 1, plan.hours))
            assert disagreements(stage, ground.folder) == []
            assert list(unrest(stage)) == []
            assert list(growth(day.figures[quarter + 1], day.figures[plan.hours])) == []
            answers_the_same_elsewhere(stage, ground, sevbot)
        except AssertionError as failure:
            failure.add_note("\n".join([f"the seed is {plan.seed}", *stage.journal[-LONGEST_STORY:]]))
            raise


def answers_the_same_elsewhere(stage: Stage, ground: Ground, sevbot: Sevbot) -> None:
    """A backup is made while the bot runs, and restored into another database. So is that moved to a server, where one is."""
    before = answers(stage, ground.folder / "first")
    kept = ground.folder / "kept.db"
    done = sevbot("backup", str(kept), DATABASE_URL=ground.url)
    assert done.exit_code == 0, done.output
    stage.bot.stop()
    restored = f"sqlite:///{ground.folder / 'restored.db'}"
    done = sevbot("restore", str(kept), DATABASE_URL=restored)
    assert done.exit_code == 0, done.output
    assert differing(before, answers_of(stage, ground, restored)) == []
    if ground.server:
        moved = ground.server.new_database(empty=True)
        done = sevbot("move-to", moved, DATABASE_URL=restored)
        assert done.exit_code == 0, done.output
        assert differing(before, answers_of(stage, ground, moved)) == []


def answers_of(stage: Stage, ground: Ground, url: str) -> dict[str, object]:
    """What another instance answers, with the same Slack. It says nothing by itself."""
    said = number_of_posts(stage)
    with (
        closing(Database(url)) as database,
        SoakedBot(stage.slack, url, stage.settings, ground.folder / "log", company.environment()) as bot,
    ):
        other = replace(stage, bot=bot, database=database)
        other.loops()
        other.settles()
        found = answers(other, ground.folder / f"of-{database.url.get_backend_name()}")
        other.settles()
        assert number_of_posts(stage) == said, "the other instance says something again"
        bot.stop()
    return found


def number_of_posts(stage: Stage) -> int:
    with stage.slack.workspace.lock:
        channels = list(stage.slack.workspace.channels.values())
        return sum(each.by_app for channel in channels for each in channel.messages.values())
