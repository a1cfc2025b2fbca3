"""Whatever people ask for is read from an index, however much there is: no query looks through a whole table."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.incidents.model import Incident
from bot.incidents.reading import picture, where_lines_go
from bot.postmortems import reading
from bot.remediation.prevention import find_earlier, lately, later_than
from bot.remediation.reading import turned_overdue
from bot.slack.visit import Door, Visit
from tests.environments import without_slack
from tests.timeline.many import LONG, fill
from tests.timeline.test_exported_files import NOW

GROWING = (
    "incidents", "timeline_entries", "affected_workflows", "incident_members", "outbox_messages", "posts", "action_items",
    "earlier_sevs", "postmortems", "postmortem_sections",
)  # fmt: skip
"""The tables that grow for ever."""
TODAY = NOW.date()
SEVS, ENTRIES, LONG_ONE = 2000, 6000, 500
LINES = (
    "list", "list open", "list all", "list mine", "list SEV1", "list sign-in", "list place-order", "show SEV-7", "",
    "timeline SEV-1", "timeline SEV-1 messages error", "timeline SEV-1 @U7", "timeline SEV-1 withdrawn", "catchup SEV-1",
    "search error 17", "search trouble part", "search sesame", "postmortem list", "postmortem list sign-in",
    "postmortem list capacity", "postmortem search customers 17", "postmortem search trouble part",
    "items", "items SEV-7", "items overdue", "items <@U5>",
    "items payments", "items nobody overdue", "items handover <@U5> <@U8>", "mine", "mine overdue",
)  # fmt: skip


@pytest.fixture
def bot(database_url: str) -> Iterator[Bot]:
    """A bot that does not run, on a database with rows in it."""
    made = Bot(without_slack(database_url))
    fill(made.database, sevs=SEVS, entries=ENTRIES, long=LONG_ONE)
    yield made
    made.stop()


def asks(bot: Bot, line: str) -> Callable[[Session], object]:
    """What happens when somebody types a line."""
    visit = Visit(door=Door.COMMAND, user_id="U7", team_id="T1", now=NOW, delivery_key="x", channel_id="C1")
    command, words = bot.rooms.commands.find(line)
    return lambda session: command.run(session, visit, words)


def shows_card(bot: Bot) -> Callable[[Session], object]:
    def work(session: Session) -> object:
        incident = session.get_one(Incident, LONG)
        with session.no_autoflush:
            incident.channel_trouble = "archived"  # so that it is asked where its lines go instead
            where_lines_go(session, incident)
            return picture(session, bot.settings.current, bot.kinds, incident)

    return work


def test_no_query_looks_through_a_whole_table(bot: Bot, subtests: pytest.Subtests) -> None:
    works = {f"/sev {line}": asks(bot, line) for line in LINES} | {"the card": shows_card(bot)}
    works["what is owed"] = lambda session: reading.owed(session, bot.settings.current, now=NOW)
    works["what waits at home"] = lambda session: bot.house.postmortems.home_section()(session, "U7")
    works |= {"Home": lambda session: bot.house.remediation.home_section()(session, "U7")}
    works |= {
        "what came before": lambda session: find_earlier(session, bot.settings.current, session.get_one(Incident, 9))
    }
    works |= {"what came again lately": lambda session: lately(session, since=NOW - timedelta(days=7), most=5)}
    works |= {"who is named later": lambda session: later_than(session, 9, most=5)}
    works |= {"what is overdue now": lambda session: turned_overdue(session, since=TODAY - timedelta(3), today=TODAY)}
    for name, work in works.items():
        with subtests.test(name):
            plans = plans_of(bot, work)
            assert plans
            assert [plan for plan in plans if looks_through(plan)] == []


def plans_of(bot: Bot, work: Callable[[Session], object]) -> list[str]:
    """How the database carries out each query of some work."""
    asked: list[tuple[str, Any]] = []

    def keep(_c: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    engine = bot.database._read_engine
    event.listen(engine, "before_cursor_execute", keep)
    with bot.database.read() as session:
        work(session)
    event.remove(engine, "before_cursor_execute", keep)
    with engine.connect() as connection:
        if not bot.database.is_sqlite:  # few rows are read faster at one go, so what an index could do must be asked so
            connection.exec_driver_sql("SET enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if bot.database.is_sqlite else "EXPLAIN"
        return [_plan(connection, f"{explain} {statement}", parameters) for statement, parameters in asked]


def _plan(connection: Connection, statement: str, parameters: Any) -> str:
    rows = connection.exec_driver_sql(statement, parameters).all()
    return f"{statement}\n" + "\n".join(str(row[-1]) for row in rows)


def looks_through(plan: str) -> bool:
    """Whether a table that grows is read from end to end. Reading an index in its order stops where there is enough."""
    steps = plan.split("\n")
    whole = [step for step in steps if re.match(rf"^\s*(->)?\s*(SCAN|Seq Scan on) ({'|'.join(GROWING)})\b", step)]
    stops = "LIMIT" in plan and not any("TEMP B-TREE FOR ORDER BY" in step for step in steps)
    return not all(stops and "INDEX" in step for step in whole)
