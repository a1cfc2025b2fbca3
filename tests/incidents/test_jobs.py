from typing import Any

from sqlalchemy import select

from bot.db import Database
from bot.incidents import jobs, surfaces
from bot.nudges import service as nudges
from bot.nudges.model import NudgeWatch
from bot.outbox.model import OutboxMessage
from tests.incidents.pictures import PLAIN, incident
from tests.outbox.clocks import MovableClock

SECRET = {"response_url": "https://hooks.slack.com/commands/T1/1/secret"}


def arguments(database: Database, key: str) -> Any:
    with database.read() as session:
        return session.scalars(select(OutboxMessage.arguments).where(OutboxMessage.key == key)).one()


def test_addresses_for_answers_are_forgotten_before_they_expire(database: Database, clock: MovableClock) -> None:
    old, new, other = (incident(id=number, number=number) for number in (1, 2, 3))
    database.run(lambda session: surfaces.answer_declarer(session, old, arguments=SECRET))
    database.run(lambda session: surfaces.announce_in(session, other, "#incidents"))
    clock.passes(minutes=21)
    database.run(lambda session: surfaces.answer_declarer(session, new, arguments=SECRET))
    database.run(lambda session: jobs.forget_answers(session, machine_now=clock.machine()))
    assert arguments(database, "incident:1:answer") == {}
    assert arguments(database, "incident:2:answer") == SECRET
    assert arguments(database, "incident:3:announcement:#incidents") == {"place": "#incidents"}


def test_every_open_sev_with_a_channel_is_looked_at(database: Database) -> None:
    def declare(session: Any) -> None:
        for number, status in enumerate(("investigating", "mitigated", "resolved", "cancelled", "taken-out"), 1):
            session.add(incident(id=number, number=number, status=status, channel_id=f"C{number}"))
        session.add(incident(id=9, number=9, channel_id=None))

    database.run(declare)
    database.run(lambda session: jobs.reconcile_open(session, PLAIN))
    with database.read() as session:
        asked = session.execute(select(OutboxMessage.kind, OutboxMessage.subject)).all()
    assert {kind for kind, _ in asked} == {surfaces.RECONCILE}
    assert {subject for _, subject in asked} == {"incident:1", "incident:2", "incident:5"}


def test_every_open_sev_is_watched_whatever_way_it_came(database: Database, clock: MovableClock) -> None:
    def come(session: Any) -> None:
        session.add_all([incident(id=1), incident(id=2, number=2, status="resolved"), incident(id=3, number=3)])
        session.flush()
        session.add(NudgeWatch(subject="incident:3", look_at=clock.now()))

    database.run(come)
    database.run(lambda session: jobs.watch_open(session, PLAIN))
    with database.read() as session:
        watched = {each.subject: each.look_at for each in session.scalars(select(NudgeWatch))}
    assert watched == {"incident:1": nudges.AT_ONCE, "incident:3": clock.now()}
