"""Who is on call is asked for now and then, kept for a while, and forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, PagerService, PagingRules, Team, TeamPager, load
from bot.db import Database
from bot.environment import PagerAccess
from bot.outbox.enqueue import Enqueuer
from bot.outbox.model import OutboxMessage, State
from bot.paging import jobs
from bot.paging.model import Duty
from bot.paging.pagers import Pagers
from tests.processes import CONFIG

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ACCESS = PagerAccess(opsgenie_key="a-key")


def config_of(number: int) -> Config:
    teams = tuple(
        Team(
            key=f"team-{at}", name=f"Team {at}",
            pager=TeamPager(service=PagerService.OPSGENIE, key="ALL", schedule=f"Team {at}"),
        )
        for at in range(number)
    )  # fmt: skip
    return load(CONFIG).model_copy(update={"teams": teams, "paging": PagingRules()})


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    made.before_commit.append(Enqueuer(Clock()).flush)
    yield made
    made.close()


def asked(database: Database, config: Config, *, access: PagerAccess = ACCESS, now: datetime = NOW) -> list[str]:
    """For which teams a run of the job asks; the questions are taken for answered then."""
    pagers = Pagers(access, timeout=lambda: timedelta(seconds=1))
    database.run(lambda session: jobs.refresh_on_call(session, config, pagers, now=now))

    def answer(session: Session) -> list[str]:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.state == State.PENDING)).all()
        for row in rows:
            row.state = State.SENT
            session.merge(Duty(team=row.arguments["team"], people=[], learned_at=now))
        return sorted(row.arguments["team"] for row in rows)

    return database.run(answer)


def test_a_few_teams_are_asked_for_at_once_and_each_again_when_it_is_time(database: Database) -> None:
    config = config_of(7)
    first, second = asked(database, config), asked(database, config, now=NOW + timedelta(minutes=1))
    assert (len(first), len(second)) == (5, 2)
    assert set(first) | set(second) == {f"team-{at}" for at in range(7)}
    assert asked(database, config, now=NOW + timedelta(minutes=14)) == []
    assert asked(database, config, now=NOW + timedelta(minutes=15)) == first


def test_a_question_under_way_is_not_asked_again(database: Database) -> None:
    pagers, config = Pagers(ACCESS, timeout=lambda: timedelta(seconds=1)), config_of(1)
    for _ in range(2):
        database.run(lambda session: jobs.refresh_on_call(session, config, pagers, now=NOW))
    with database.read() as session:
        assert [row.version for row in session.scalars(select(OutboxMessage))] == [1]


def test_without_a_key_nobody_is_asked(database: Database) -> None:
    assert asked(database, config_of(2), access=PagerAccess()) == []


def test_what_is_old_and_what_is_of_no_team_any_more_is_forgotten(database: Database) -> None:
    def keep(session: Session) -> None:
        for team, age in (("team-0", 6), ("team-1", 8), ("gone", 1)):
            session.add(Duty(team=team, people=[], learned_at=NOW - timedelta(days=age)))

    database.run(keep)
    database.run(lambda session: jobs.forget_on_call(session, config_of(2), now=NOW))
    with database.read() as session:
        assert session.scalars(select(Duty.team)).all() == ["team-0"]
