"""What goes by its age, the words of private SEVs, and when it is night."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from sqlalchemy import func, select, update

import bot.app  # noqa: F401 - only then are all tables known
from bot import config
from bot.audit import AuditRecord
from bot.config import ConfigFaults
from bot.config.retention import Retention
from bot.db import Base, Database
from bot.incidents.model import Incident, TimelineEntry
from bot.operations.retention import ages, texts
from bot.operations.retention.ages import AGES, FORGOTTEN, Ageing
from bot.operations.retention.running import is_time
from bot.outbox.model import Mode, OutboxMessage
from bot.slack.posts import Post
from bot.timeline.capture import MENDED
from tests.operations.odd_rows import put_odd_rows
from tests.processes import CONFIG
from tests.shell import Sevbot

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
RULES = {"audit": "365d", "sent": "365d", "private_text": "90d"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def settings(**rules: Any) -> config.Config:
    return config.load(CONFIG).model_copy(update={"retention": Retention.model_validate(rules)})


def set_all(database: Database, table: type[Base] | Any, **values: Any) -> None:
    database.run(lambda session: session.execute(update(table).values(**values)))


def number(database: Database, table: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def make_forgettable(database: Database) -> None:
    """Let nothing but its age keep a row."""
    tables = Base.metadata.tables
    set_all(database, tables["alert_deliveries"], state="done")
    set_all(database, tables["audit_records"], action="incident.title")
    done = {"state": "sent", "second_look_at": None, "revive_at": None, "mode": Mode.ONCE, "subject": "digest:1"}
    set_all(database, OutboxMessage, **done, lane=OutboxMessage.key)
    database.run(lambda session: session.execute(tables["problem_incidents"].delete()))


@pytest.mark.parametrize("rule", AGES, ids=lambda rule: rule.table)
def test_what_is_older_than_its_setting_goes_and_what_is_not_stays(database: Database, rule: Ageing) -> None:
    put_odd_rows(database, seed=3, each=4)
    make_forgettable(database)
    found = settings(**RULES)
    keep = rule.keep(found)
    assert keep is not None
    keys = list(rule.rows.primary_key)
    with database.engine.begin() as connection:
        for place, key in enumerate(connection.execute(select(*keys).order_by(*keys)).all()):
            here = [column == value for column, value in zip(keys, key, strict=True)]
            at = NOW - keep - timedelta(seconds=1 if place < 2 else -1)
            connection.execute(update(rule.rows).where(*here).values({rule.column: at}))
    with database.read() as session:
        looked = ages.look(session, rule, found, now=NOW)
    assert (looked.count, looked.oldest, looked.newest) == (2, *[NOW - keep - timedelta(seconds=1)] * 2)
    assert database.run(lambda session: ages.forget_some(session, rule, found, now=NOW)) == 2
    assert number(database, rule.rows) == 2
    assert database.run(lambda session: ages.forget_some(session, rule, found, now=NOW)) == 0


def rule_of(table: str) -> Ageing:
    return next(rule for rule in AGES if rule.table == table)


def test_what_was_said_of_a_problem_goes_with_it(database: Database) -> None:
    put_odd_rows(database, seed=3, each=1)
    make_forgettable(database)
    set_all(database, rule_of("problems").rows, recovered_at=NOW - timedelta(days=181))
    with database.read() as session:
        problem = session.scalar(select(rule_of("problems").rows.c.id))
    for table in (OutboxMessage, Post):
        set_all(database, table, subject=f"problem:{problem}")
    database.run(lambda session: ages.forget_some(session, rule_of("problems"), settings(), now=NOW))
    assert (number(database, OutboxMessage), number(database, Post)) == (0, 0)


def test_a_problem_whose_message_lists_one_that_goes_on_stays(database: Database) -> None:
    put_odd_rows(database, seed=3, each=2)
    make_forgettable(database)
    rule, problems = rule_of("problems"), rule_of("problems").rows
    with database.read() as session:
        head, listed = session.scalars(select(problems.c.id).order_by(problems.c.id)).all()
    over = NOW - timedelta(days=181)
    with database.engine.begin() as connection:
        connection.execute(update(problems).values(recovered_at=over, head_id=None))
        connection.execute(update(problems).where(problems.c.id == listed).values(recovered_at=None, head_id=head))
    assert database.run(lambda session: ages.forget_some(session, rule, settings(), now=NOW)) == 0
    set_all(database, problems, recovered_at=over)
    assert database.run(lambda session: ages.forget_some(session, rule, settings(), now=NOW)) == 2


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("audit_records", {"action": FORGOTTEN}),
        ("outbox_messages", {"subject": "incident:42"}), ("outbox_messages", {"state": "pending"}),
        ("outbox_messages", {"mode": Mode.LATEST}), ("outbox_messages", {"second_look_at": NOW}),
        ("alert_deliveries", {"state": "kept"}),
    ],
)  # fmt: skip
def test_what_is_still_needed_stays_however_old_it_is(database: Database, table: str, values: dict[str, Any]) -> None:
    put_odd_rows(database, seed=3, each=1)
    make_forgettable(database)
    rule = rule_of(table)
    long_ago = {rule.column: NOW - timedelta(days=4000)}
    set_all(database, rule.rows, **long_ago, **values)
    assert database.run(lambda session: ages.forget_some(session, rule, settings(**RULES), now=NOW)) == 0


def test_words_of_private_sevs_go_and_those_of_others_stay(database: Database) -> None:
    put_odd_rows(database, seed=3, each=4)
    items, pinned = Base.metadata.tables["action_items"], Base.metadata.tables["pinned_messages"]
    set_all(database, items, quote="they said so")
    said = {"text": "they said so", "data": {"permalink": "x", "files": ["a"]}, "source_channel": "C1"}
    set_all(database, TimelineEntry, **said, source_ts=TimelineEntry.kind)
    with database.read() as session:
        private, public, open_one, young = session.scalars(select(Incident.id).order_by(Incident.id)).all()
    usual = {"status": "resolved", "resolved_at": NOW - timedelta(days=91), "closed_at": None, "is_private": True}
    for sev, change in ((private, {}), (public, {"is_private": False}), (open_one, {"status": "identified"}),
                        (young, {"resolved_at": NOW - timedelta(days=89)})):  # fmt: skip
        with database.engine.begin() as connection:
            connection.execute(update(Incident).where(Incident.id == sev).values(**(usual | change)))
    found = settings(**RULES)
    with database.read() as session:
        foretold = texts.count(session, found, now=NOW)
    assert database.run(lambda session: texts.forget_some(session, found, now=NOW)) == foretold == 3
    assert database.run(lambda session: texts.forget_some(session, found, now=NOW)) == 0
    with database.read() as session:
        entries = {entry.incident_id: entry for entry in session.scalars(select(TimelineEntry))}
        assert (entries[private].text, entries[private].data) == (texts.GONE, {"permalink": "x", MENDED: True})
        assert {entries[each].text for each in (public, open_one, young)} == {"they said so"}
        assert session.scalars(select(items.c.incident_id).where(items.c.quote == "")).all() == [private]
        assert private not in session.scalars(select(pinned.c.incident_id)).all()
    rules = found.retention.model_copy(update={"keep": (number_of(database, private),)})
    kept = found.model_copy(update={"retention": rules})
    set_all(database, TimelineEntry, text="again")
    assert database.run(lambda session: texts.forget_some(session, kept, now=NOW)) == 0


def number_of(database: Database, sev: int) -> int:
    with database.read() as session:
        return session.get_one(Incident, sev).number


def test_nothing_of_the_record_goes_where_nothing_is_set(database: Database) -> None:
    put_odd_rows(database, seed=3, each=2)
    make_forgettable(database)
    set_all(database, AuditRecord, at=NOW - timedelta(days=9999))
    for table in ("audit_records", "outbox_messages"):
        assert database.run(partial(ages.forget_some, rule=rule_of(table), config=settings(), now=NOW)) == 0
    assert database.run(lambda session: texts.forget_some(session, settings(), now=NOW)) == 0


@pytest.mark.parametrize(
    ("at", "utc", "expected"),
    [
        ("03:00", "01:59", False), ("03:00", "02:00", True), ("03:00", "04:59", True), ("03:00", "05:00", False),
        ("23:00", "23:30", True), ("23:00", "00:59", True), ("23:00", "01:00", False), (None, "02:00", False),
    ],
)  # fmt: skip
def test_the_night_begins_by_the_companys_clock_and_lasts_three_hours(at: str | None, utc: str, expected: bool) -> None:
    found = settings(**({"at": at} if at else {}))
    found = found.model_copy(update={"nudges": found.nudges.model_copy(update={"time_zone": "Europe/Berlin"})})
    hour, minute = map(int, utc.split(":"))
    assert is_time(found, now=datetime(2026, 1, 15, hour, minute, tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("{sevs: 3d}", "retention.sevs: give 30d at least"),
        ("{audit: 30d}", "retention.audit: give 90d at least"),
        ("{keep: [checkout]}", "'checkout' is no SEV: write SEV-42"),
        ("{unfinished: maybe}", "retention.unfinished"),
        ("{sevs: never}", "'never' is no duration"),
        ("{sevs: null}", "write a duration with its unit"),
    ],
)
def test_slips_are_told_before_they_delete_anything(tmp_path: Path, given: str, fault: str) -> None:
    (tmp_path / "sevbot.yaml").write_text((CONFIG / "sevbot.yaml").read_text() + f"\nretention: {given}\n")
    with pytest.raises(ConfigFaults) as refused:
        config.load(tmp_path)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{sevs: 365d, audit: 365d}", "without `at`, only `sevbot retention --apply` forgets what sevs, audit name"),
        ('{at: "03:00"}', "retention.at: all is kept for ever, so that nothing is forgotten then"),
        ('{at: "03:00", sevs: 365d}', ""), ("{}", ""),
    ],
)  # fmt: skip
def test_checking_the_configuration_says_what_nobody_would_notice(
    sevbot_cli: Sevbot, tmp_path: Path, given: str, said: str
) -> None:
    copytree(CONFIG, tmp_path / "config")
    with (tmp_path / "config" / "sevbot.yaml").open("a") as file:
        file.write(f"\nretention: {given}\n")
    told = sevbot_cli("check", SEVBOT_CONFIG=str(tmp_path / "config"))
    assert told.exit_code == 0
    assert said in told.stderr
    assert ("retention" in told.stderr) == bool(said)


def test_sevs_to_keep_may_be_written_in_either_way() -> None:
    assert Retention.model_validate({"keep": ["SEV-12", "sev-13", 14]}).keep == (12, 13, 14)
