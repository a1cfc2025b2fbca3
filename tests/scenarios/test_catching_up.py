"""Events that were lost are made up for: after a pause, a restart, or an hour in which nothing got through."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from bot.incidents.model import IncidentMember
from bot.playground import Call, Person
from bot.timeline.model import Reading
from tests.scenarios.stories import Sev, Stage

pytestmark = pytest.mark.usefixtures("stage")
PIN = "pushpin"


@pytest.fixture
def sev(stage: Stage, ada: Person, grace: Person) -> Sev:
    """A SEV with ada and grace in its channel, whom the bot knows both."""
    sev = stage.declared(ada, "SEV3 checkout is down")
    grace.joins(sev.channel)
    grace.types("/sev list")
    stage.hears()
    stage.begins()
    ada.goes_to(sev.channel)
    grace.goes_to(sev.channel)
    return sev


def words(sev: Sev) -> list[str]:
    """What the messages on the timeline say."""
    return [entry.text for entry in sev.timeline if entry.source_ts and entry.withdrawn_at is None]


@contextmanager
def nothing_gets_through(stage: Stage) -> Iterator[None]:
    """While this lasts, Slack's events are lost."""
    told = stage.slack.workspace.on_event
    stage.slack.workspace.on_event = lambda _event: None
    yield
    stage.slack.workspace.on_event = told


def catches_up(stage: Stage) -> None:
    """What the schedule does every ten minutes, and every new connection."""
    stage.bot.reconcile()
    stage.hears()


def test_whatever_was_missed_is_made_up_for(stage: Stage, sev: Sev, ada: Person, grace: Person, linus: Person) -> None:
    kept, edited, deleted, untagged = (grace.says(f"Number {number}.") for number in range(4))
    reply_gone = grace.says("A reply.", thread=kept)
    for message in (kept, edited, deleted, untagged, reply_gone):
        ada.reacts(PIN, to=message)
    stage.hears()
    assert len(words(sev)) == 5
    with nothing_gets_through(stage):
        grace.edits(edited, "Number 1, corrected.")
        grace.deletes(deleted)
        grace.deletes(reply_gone)
        ada.unreacts(PIN, to=untagged)
        fresh = grace.says("Said in silence.")
        reply = grace.says("Answered in silence.", thread=fresh)
        grace.reacts(PIN, to=fresh)
        ada.reacts(PIN, to=reply)
        linus.joins(sev.channel)
        grace.shares("graph.png", b"\x89PNG", "Look.")
    catches_up(stage)
    assert words(sev) == ["Number 0.", "Number 1, corrected.", "Said in silence.", "Answered in silence.", "Look."]
    assert linus.id in [entry.actor for entry in sev.timeline if entry.kind == "joined"]
    stage.expects("On the timeline of SEV-1.", "Taken off the timeline.")
    calls = len(stage.slack.calls)
    writes = changes(stage)
    catches_up(stage)
    assert {call.method for call in stage.slack.calls[calls:]} <= {
        "conversations.history", "conversations.replies", "conversations.info", "conversations.members",
    }  # fmt: skip
    assert changes(stage) == writes, "there was nothing new"


def changes(stage: Stage) -> list[object]:
    """All that may have changed: the entries, and how far the channel was read."""
    with stage.bot.database.read() as session:
        readings = [(each.incident_id, each.seen_until, each.resume_from) for each in session.query(Reading)]
    return [readings, *((entry.id, entry.text, str(entry.data)) for entry in stage.sev(1).timeline)]


def test_what_was_heard_while_the_channel_is_read_is_newer_than_what_was_read(
    stage: Stage, sev: Sev, ada: Person, grace: Person
) -> None:
    message = grace.says("It wavers.")
    ada.reacts(PIN, to=message)
    stage.hears()

    def meanwhile(call: object, when: str) -> None:
        if getattr(call, "method", "") == "conversations.history" and when == "after" and message.reactions:
            ada.unreacts(PIN, to=message)

    stage.slack.hooks.append(meanwhile)
    catches_up(stage)
    stage.slack.hooks.remove(meanwhile)
    assert words(sev) == []
    catches_up(stage)
    assert words(sev) == []
    ada.sees("Taken off the timeline.", in_=sev.channel)


def test_whoever_comes_or_goes_while_the_bot_looks_who_is_there_is_known_as_they_are(
    stage: Stage, sev: Sev, grace: Person, linus: Person
) -> None:
    now = {"U01ADA", linus.id}

    def meanwhile(call: Call, when: str) -> None:
        if call.method == "conversations.members" and when == "after" and grace.id in sev.channel.members:
            linus.joins(sev.channel)
            grace.leaves(sev.channel)
            stage.slack.wait_until(lambda: members(stage) == now, why="the bot hears of both")

    stage.slack.hooks.append(meanwhile)
    catches_up(stage)
    stage.slack.hooks.remove(meanwhile)
    assert members(stage) == now
    linus.sees("Welcome to SEV-1.", in_=sev.channel)


def members(stage: Stage) -> set[str]:
    """The people who are in the SEV's channel, as far as the bot knows."""
    with stage.bot.database.read() as session:
        return set(session.scalars(select(IncidentMember.user_id)))


def test_a_long_channel_is_read_in_pages_and_resumed(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    with nothing_gets_through(stage):
        said = [grace.says(f"Number {number}.") for number in range(210)]
        for message in said[::70]:
            ada.reacts(PIN, to=message)
    stage.slack.faults.add("conversations.history", "500", times=1, where=lambda call: bool(call.args.get("cursor")))
    catches_up(stage)
    assert words(sev) == [f"Number {number}." for number in range(0, 210, 70)]
    stage.expects("On the timeline of SEV-1.")
    with stage.bot.database.read() as session:
        reading = session.get_one(Reading, sev.kept.id)
        assert reading.seen_until >= said[-1].ts
        assert reading.resume_from == ""


def test_a_plain_message_costs_no_look_at_the_database(stage: Stage, sev: Sev, grace: Person) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        statements.append(sql)

    stage.hears()
    engines = {stage.bot.database.engine, stage.bot.database._read_engine}
    stage.bot.schedule.stop()  # these look by themselves
    stage.bot.dispatcher.stop(within=5)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    first = grace.says("Nothing happens.")
    grace.says("Nothing at all.", thread=first)
    grace.reacts("eyes", to=first)
    stage.slack.wait_until(lambda: stage.bot.house.memory.recall(first.channel_id, first.ts), why="it is heard")
    stage.slack.wait_until(lambda: stage.slack.traffic.is_heard, why="every event is taken")
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    assert statements == []
    assert sev.number == 1
