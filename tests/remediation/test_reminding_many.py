"""What looking costs follows what is due, and not what there is; and of however much, each is told in one message."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from bot.nudges import jobs
from bot.nudges.model import Nudge, NudgeLook, NudgeWatch, Progress
from bot.outbox.model import OutboxMessage
from tests.remediation.many_items import NOW, PEOPLE, World, fill_items, with_reminders, world


@pytest.fixture
def items(database_url: str) -> Iterator[World]:
    with world(database_url) as made:
        yield made


def asked_for(items: World) -> Counter[str]:
    """What the outbox is asked for, by audience; people are learned anew besides."""
    with items.database.read() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind.like("nudges.%")))
        return Counter(row.audience for row in rows)


def test_where_nothing_is_due_one_query_on_an_index_is_all(items: World) -> None:
    fill_items(items.database, items=500, due=0)
    items.ticks()  # learns that no other settings are in force
    items.ticks()
    items.clock.time += timedelta(minutes=10)
    statements = items.ticks()
    assert len(statements) == 1
    explain = "EXPLAIN QUERY PLAN " if items.database.is_sqlite else "EXPLAIN "
    inlined = select(NudgeWatch.subject).where(NudgeWatch.look_at <= NOW).order_by(NudgeWatch.look_at).limit(50)
    compiled = inlined.compile(items.database.engine, compile_kwargs={"literal_binds": True})
    with items.database.engine.connect() as connection:
        if not items.database.is_sqlite:
            connection.execute(text("SET enable_seqscan = off"))  # of so few rows none needs an index
        lines = " ".join(str(row) for row in connection.execute(text(f"{explain}{compiled}")))
    assert "ix_nudge_watches_look_at" in lines


@pytest.mark.parametrize("due", [20])
def test_a_tick_takes_as_many_statements_for_few_items_as_for_many(items: World, due: int) -> None:
    fill_items(items.database, items=200, due=due)
    items.reminding._known = items.settings.current
    few = items.ticks()
    with items.database.engine.begin() as connection:
        for table in ("nudges", "nudge_watches", "nudge_looks", "outbox_messages", "action_items", "incidents"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - the names are written here
    fill_items(items.database, items=2000, due=due)
    many = items.ticks()
    assert Counter(many) == Counter(few)
    assert set(asked_for(items)) == {f"U0{each}" for each in range(PEOPLE)}


def test_of_much_at_once_each_person_and_each_team_is_told_once(items: World) -> None:
    fill_items(items.database, items=120, due=120, of_team=40)
    for _ in range(3):
        items.ticks()
        items.clock.time += timedelta(minutes=6)
    assert asked_for(items) == {"team:payments": 1} | {f"U0{each}": 1 for each in range(PEOPLE)}
    with items.database.read() as session:
        said = session.execute(
            select(Nudge.audience, func.count(Nudge.id))
            .where(Nudge.progress == Progress.ASKED)
            .group_by(Nudge.audience)
        )
        counts = {row[0]: row[1] for row in said}
    assert counts == {"team:payments": 40} | {f"U0{each}": 8 for each in range(PEOPLE)}


@pytest.mark.torture
@pytest.mark.timeout(600)
def test_of_five_thousand_at_once_each_person_and_each_team_is_told_once(items: World) -> None:
    fill_items(items.database, items=5000, due=5000, of_team=2500)
    for _ in range(8):
        items.ticks()
        items.clock.time += timedelta(seconds=15)
    assert asked_for(items) == {"team:payments": 1} | {f"U0{each}": 1 for each in range(PEOPLE)}


def test_once_other_settings_are_in_force_everything_is_looked_at_again_some_at_a_time(
    items: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_MOST", 50)
    fill_items(items.database, items=60, due=0)
    for _ in range(4):
        items.ticks()
    items.clock.time += timedelta(days=1)
    assert len(items.ticks()) == 1
    items.settings.current = with_reminders(items={"due": {"steps": [{"tell": "owner", "at": "1%"}]}})
    items.ticks()
    assert looked_to(items) == 50
    items.ticks()
    items.ticks()
    items.ticks()
    assert looked_to(items) is None
    assert set(asked_for(items)) == {f"U0{each}" for each in range(PEOPLE)}
    items.clock.time += timedelta(minutes=1)
    assert len(items.ticks()) == 1


def looked_to(items: World) -> int | None:
    """How many subjects were made due since the settings changed; None: all of them."""
    with items.database.read() as session:
        look = session.scalars(select(NudgeLook)).one()
        if look.looked_to is None:
            return None
        return session.scalar(select(func.count()).where(NudgeWatch.subject <= look.looked_to))
