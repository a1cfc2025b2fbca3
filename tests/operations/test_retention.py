"""What is old goes, whole and for good; all else stays just as it was; and the dry run says it all beforehand."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

import bot.app  # noqa: F401 - only then are all tables known
from bot import config
from bot.audit import AuditRecord
from bot.clock import Clock
from bot.config import Settings
from bot.config.retention import Retention
from bot.db import Base, Database
from bot.operations.copying import tables
from bot.operations.retention import forgetting, running
from bot.operations.retention.ages import AGES, FORGOTTEN
from bot.operations.retention.register import REGISTER, SEVS, Until, of_sevs
from tests.operations.odd_rows import FIRST_NUMBER, put_odd_rows
from tests.processes import CONFIG

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=400), NOW - timedelta(days=20)
KEEP = Retention.model_validate({"sevs": "365d", "drills": "30d"})
COUNT = 9
OPEN, CLOSED, CANCELLED = 1, 2, 3
"""What becomes of SEVs here, by their place: the others are resolved."""
Row = dict[str, Any]
Dump = dict[str, list[Row]]


class Noon(Clock):
    """It is always NOW."""

    def machine(self) -> datetime:
        return NOW


def settings_of(rules: Retention) -> Settings:
    return Settings(CONFIG, config=config.load(CONFIG).model_copy(update={"retention": rules}))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def put_sevs(database: Database, seed: int = 1) -> None:
    """Some SEVs with rows in every table there is, of which those at odd places are old; and rows that concern none."""
    put_odd_rows(database, seed=seed, each=COUNT)
    chance = Random(seed)
    found = Base.metadata.tables
    with database.engine.begin() as connection:
        ids = connection.scalars(select(found[SEVS].c.id).order_by(found[SEVS].c.id)).all()
        for place, sev in enumerate(ids):
            at = OLD if place % 2 else YOUNG
            status = {OPEN: "identified", CLOSED: "closed", CANCELLED: "cancelled"}.get(place, "resolved")
            over = None if place in (OPEN, CANCELLED) else at
            connection.execute(
                update(found[SEVS]).where(found[SEVS].c.id == sev).values(
                    status=status, is_drill=False, declared_at=at, resolved_at=over, closed_at=at if place == CLOSED else None
                )
            )  # fmt: skip
            connection.execute(
                update(found["timeline_entries"]).where(found["timeline_entries"].c.incident_id == sev).values(at=at)
            )
        for name in forgetting.BY_SUBJECT:
            _name_subjects(connection, found[name], ids, chance)
        for place, request in enumerate(connection.scalars(select(found["access_requests"].c.id))):
            row = found["access_requests"]
            connection.execute(update(row).where(row.c.id == request).values(number=FIRST_NUMBER + place))
        for place, key in enumerate(connection.scalars(select(found["api_answers"].c.key))):
            row = found["api_answers"]
            connection.execute(
                update(row).where(row.c.key == key).values(location=f"/api/v1/incidents/{FIRST_NUMBER + place}")
            )
        done = {"state": "sent", "second_look_at": None, "revive_at": None, "lane": found["outbox_messages"].c.key}
        connection.execute(update(found["outbox_messages"]).values(done))
        connection.execute(update(found["action_items"]).values(state="done"))
        connection.execute(update(found["postmortems"]).values(state="published"))


def _name_subjects(connection: Any, table: Any, ids: Any, chance: Random) -> None:
    """Give each row a subject: a SEV, something of one, or something else."""
    keys = list(table.primary_key)
    for place, row in enumerate(connection.execute(select(*keys)).all()):
        here = [key == value for key, value in zip(keys, row, strict=True)]
        name = chance.choice(("incident", "item", "postmortem", "access", "person"))
        connection.execute(update(table).where(*here).values(subject=f"{name}:{ids[place % len(ids)]}"))


def dump(database: Database) -> Dump:
    """Every row of every table."""
    with database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in tables()
        }


def without(before: Dump, gone: set[int]) -> Dump:
    """What is left when these SEVs go, worked out row by row."""
    ids: dict[str, set[Any]] = {SEVS: gone}
    left: Dump = {}
    numbers = {row["number"] for row in before[SEVS] if row["id"] in gone}
    for table in tables():
        fks = [(column.name, key.column.table.name) for column in table.columns for key in column.foreign_keys]

        def goes(row: Row, name: str = table.name, fks: list[tuple[str, str]] = fks) -> bool:
            if name == SEVS:
                return row["id"] in gone
            if name == "access_requests":
                return row["number"] in numbers
            if name == "api_answers":
                return int(re.sub(r"\D*", "", row["location"][8:]) or 0) in numbers
            return any(row[column] in ids.get(above, set()) for column, above in fks)

        left[table.name] = [row for row in before[table.name] if not goes(row)]
        key = next(iter(table.primary_key)).name
        if len(table.primary_key) == 1:
            ids.setdefault(table.name, set()).update(row[key] for row in before[table.name] if goes(row))
    prefixes = {"incident": gone, "postmortem": gone, "item": ids["action_items"], "access": ids["access_requests"]}
    for name in forgetting.BY_SUBJECT:
        left[name] = [
            row for row in left[name]
            if not (row["subject"] and _number(row["subject"]) in prefixes.get(row["subject"].partition(":")[0], ()))
        ]  # fmt: skip
    return left


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])


def forget_all(database: Database, rules: Retention = KEEP) -> Counter[str]:
    return running.Forgetting(database, Noon(), settings_of(rules))._sevs(operator="ada", most=COUNT)


def foretold(database: Database, rules: Retention = KEEP) -> running.Plan:
    with database.read() as session:
        return running.plan(session, settings_of(rules).current, now=NOW)


def traces(database: Database) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(select(AuditRecord.subject).where(AuditRecord.action == FORGOTTEN).order_by(AuditRecord.id))
        )


def test_every_table_says_how_long_it_is_kept() -> None:
    assert set(REGISTER) == set(Base.metadata.tables)
    for table in of_sevs():
        assert REGISTER[table.name][1] in (Until.ITS_SEV, Until.ITS_SEV_OR_AGE, Until.AGE), table.name
    named = {name for name, table in Base.metadata.tables.items() if "subject" in table.c}
    assert named == set(forgetting.BY_SUBJECT), "what names a SEV by its subject goes with it"
    twice = {
        table.name: sum(1 for column in table.columns for key in column.foreign_keys if key.column.table.name == SEVS)
        for table in of_sevs()
    }
    assert {name for name, count in twice.items() if count > 1} == set(forgetting.TWICE)
    assert {rule.table for rule in AGES} <= {
        name for name, (_, until) in REGISTER.items() if until in (Until.AGE, Until.ITS_SEV_OR_AGE)
    }


@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.torture) for each in range(1, 5))])
def test_what_is_old_goes_whole_as_foretold_and_all_else_is_as_it_was(database: Database, seed: int) -> None:
    put_sevs(database, seed)
    before = dump(database)
    ids = [row["id"] for row in before[SEVS]]
    expected = without(before, {ids[place] for place in range(COUNT) if place % 2 and place != OPEN})
    plan = foretold(database)
    assert [each.id for each in plan.going] == [ids[place] for place in range(COUNT) if place % 2 and place != OPEN]
    assert dump(database) == before, "the dry run changes nothing"
    gone = forget_all(database)
    after = dump(database)
    written = [row for row in after["audit_records"] if row["action"] == FORGOTTEN]
    after["audit_records"] = [row for row in after["audit_records"] if row["action"] != FORGOTTEN]
    assert after == expected
    assert (
        gone == plan.with_sevs == {name: n for name, rows in before.items() if (n := len(rows) - len(expected[name]))}
    )
    assert [row["subject"] for row in written] == [each.name for each in plan.going]
    assert {(row["source"], row["data"]["operator"], row["data"]["rule"]) for row in written} == {
        ("shell", "ada", "retention.sevs: 365d")
    }
    assert forget_all(database) == {}, "there is nothing left"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("commits", [1, *(pytest.param(each, marks=pytest.mark.torture) for each in (0, 2))])
def test_killed_in_the_middle_and_run_again_it_ends_the_same(database: Database, commits: int) -> None:
    put_sevs(database)
    expected = without(dump(database), {each.id for each in foretold(database).going})
    left = [commits]

    def die(_session: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    database.before_commit.append(die)
    with pytest.raises(Killed):
        forget_all(database)
    database.before_commit.remove(die)
    assert len(traces(database)) == commits, "each SEV goes whole, with its record, or not at all"
    forget_all(database)
    after = dump(database)
    after["audit_records"] = [row for row in after["audit_records"] if row["action"] != FORGOTTEN]
    assert after == expected
    assert len(traces(database)) == 3


def test_the_dry_run_counts_each_row_once_however_it_goes(database: Database) -> None:
    """Rows may be old themselves and belong to a SEV that goes; problems are free to go once no SEV tells of them."""
    put_sevs(database)
    rules = {"audit": "365d", "sent": "365d", "private_text": "90d", **dict.fromkeys(("sevs", "drills"), "365d")}
    retention = Retention.model_validate(rules)
    with database.engine.begin() as connection:
        connection.execute(update(Base.metadata.tables[SEVS]).values(is_private=True))
        for rule in AGES:
            connection.execute(update(rule.rows).values({rule.column: OLD - timedelta(days=1000)}))
        connection.execute(update(Base.metadata.tables["outbox_messages"]).values(mode="once"))
        connection.execute(update(Base.metadata.tables["alert_deliveries"]).values(state="done"))
    plan, before = foretold(database, retention), dump(database)
    expected = plan.with_sevs + Counter({table: found.count for table, _, found in plan.by_age if found.count})
    if plan.texts:
        expected[running.TEXTS] += plan.texts
    assert running.Forgetting(database, Noon(), settings_of(retention)).all(operator="ada") == expected
    after = dump(database)
    assert plan.by_age[0][2].count, "there is something of it"
    told_of = {"posts", "outbox_messages"}  # what was said of digests and problems goes with them, and is not counted
    for name in set(before) - told_of:
        written = plan.with_sevs[SEVS] if name == "audit_records" else 0
        assert len(before[name]) - len(after[name]) + written == expected[name] + _pinned(name, before, after), name
    still = foretold(database, retention)
    assert (still.going, still.texts, {found.count for _, _, found in still.by_age}) == ((), 0, {0})


def _pinned(name: str, before: Dump, after: Dump) -> int:
    """Pinned messages are words too."""
    return len(before[name]) - len(after[name]) - 3 if name == "pinned_messages" else 0


def change(database: Database, table: str, place: int, **values: Any) -> int:
    """Change what belongs to the SEV of that place. Returns its id."""
    rows = Base.metadata.tables[table]
    sev = sev_at(database, place)
    with database.engine.begin() as connection:
        own = rows.c.id if table == SEVS else rows.c.incident_id
        connection.execute(update(rows).where(own == sev).values(**values))
    return sev


def sev_at(database: Database, place: int) -> int:
    """The id of the SEV of that place."""
    row = Base.metadata.tables[SEVS]
    with database.engine.connect() as connection:
        found: int = connection.scalars(select(row.c.id).order_by(row.c.id)).all()[place]
        return found


def test_what_is_open_or_not_done_stays_and_the_dry_run_says_why(database: Database) -> None:
    put_sevs(database)
    change(database, "action_items", 3, state="open")
    change(database, "postmortems", 5, state="in_review")
    assert {each.number - FIRST_NUMBER: each.why_not for each in foretold(database).staying} == {
        3: "an action item is open", 5: "its postmortem was begun and is not published",
    }  # fmt: skip
    assert forget_all(database)[SEVS] == 1
    assert forget_all(database, KEEP.model_copy(update={"unfinished": "forget"}))[SEVS] == 2


def test_what_is_to_be_kept_or_still_to_be_said_stays(database: Database) -> None:
    put_sevs(database)
    rules = KEEP.model_copy(update={"keep": (FIRST_NUMBER + 3,)})
    sev = sev_at(database, 5)
    row = Base.metadata.tables["outbox_messages"]
    with database.engine.begin() as connection:
        key = connection.scalar(select(row.c.key).limit(1))
        connection.execute(update(row).where(row.c.key == key).values(subject=f"incident:{sev}", state="pending"))
    assert {each.number - FIRST_NUMBER: each.why_not for each in foretold(database, rules).staying} == {
        3: "retention.keep names it", 5: "something of it is still to be said",
    }  # fmt: skip
    assert forget_all(database, rules)[SEVS] == 1


def test_the_newest_sev_stays_so_that_its_id_is_never_given_again(database: Database) -> None:
    """SQLite gives the highest id of a table again, once its row is gone; a restored database does on either engine."""
    put_sevs(database)
    with database.engine.begin() as connection:
        connection.execute(
            update(Base.metadata.tables[SEVS]).values(status="resolved", resolved_at=OLD, closed_at=None)
        )
    [stays] = foretold(database).staying
    assert stays.number == FIRST_NUMBER + COUNT - 1
    assert stays.why_not.startswith("it is the newest SEV")
    assert forget_all(database)[SEVS] == COUNT - 1


def test_drills_have_an_age_of_their_own(database: Database) -> None:
    put_sevs(database)
    change(database, SEVS, 4, is_drill=True, resolved_at=NOW - timedelta(days=31))
    only_drills = Retention.model_validate({"drills": "30d"})
    assert [(each.number - FIRST_NUMBER, each.rule) for each in foretold(database, only_drills).going] == [
        (4, "drills")
    ]
    assert foretold(database, Retention()).going == ()


def test_one_that_is_opened_again_meanwhile_stays(database: Database) -> None:
    put_sevs(database)
    sev = foretold(database).going[0]
    change(database, SEVS, 3, status="investigating", resolved_at=None)
    settings = settings_of(KEEP).current
    assert (
        database.run(
            lambda session: forgetting.forget(session, sev_id=sev.id, config=settings, operator="ada", now=NOW)
        )
        is None
    )


def test_a_message_about_several_sevs_becomes_the_others(database: Database) -> None:
    put_sevs(database)
    going, staying = sev_at(database, 3), sev_at(database, 4)
    tables_ = Base.metadata.tables
    with database.engine.begin() as connection:
        key = connection.scalars(select(tables_["outbox_messages"].c.key).order_by("id")).first()
        post = connection.scalars(select(tables_["posts"].c.key)).first()
        for name, old_key in (("outbox_messages", key), ("posts", post)):
            row = tables_[name]
            connection.execute(
                update(row).where(row.c.key == old_key).values(key="shared", subject=f"incident:{going}")
            )
        nudges = connection.scalars(select(tables_["nudges"].c.id).order_by("id")).all()
        for nudge, sev in zip(nudges, (going, staying), strict=False):
            row = tables_["nudges"]
            connection.execute(
                update(row).where(row.c.id == nudge).values(subject=f"incident:{sev}", outbox_key="shared")
            )
    plan = foretold(database)
    assert forget_all(database) == plan.with_sevs
    left = dump(database)
    for name in ("outbox_messages", "posts"):
        assert [row["subject"] for row in left[name] if row["key"] == "shared"] == [f"incident:{staying}"]


@pytest.mark.torture
def test_of_two_replicas_at_night_each_sev_is_forgotten_by_one(database: Database, database_url: str) -> None:
    put_sevs(database)
    expected = [each.name for each in foretold(database).going]
    other = Database(database_url)
    gone: list[Counter[str]] = []
    both = [threading.Thread(target=lambda at=each: gone.append(forget_all(at))) for each in (database, other)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    other.close()
    assert sorted(traces(database)) == sorted(expected)
    assert sum(each[SEVS] for each in gone) == len(expected)
