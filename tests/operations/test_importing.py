"""SEVs come in from files: all faults at once, nothing twice, and what `sevbot export` wrote comes out again as it was."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.audit import AuditRecord
from bot.config import load
from bot.db import Database
from bot.directory.people import Actor, Standing
from bot.incidents import service
from bot.incidents.model import Incident, IncidentMember
from bot.operations.importing.mapping import Translation
from bot.operations.importing.planning import Verdict
from bot.outbox.model import OutboxMessage
from bot.remediation.model import ActionItem
from tests.databases import PostgresServer, new_sqlite, quick_folder
from tests.operations.imports import NOW, Json, a_sev, brought, document, kept, planned
from tests.operations.test_retention import forget_all
from tests.processes import CONFIG
from tests.shell import Sevbot

ADA, GRACE = "U01ADA", "U02GRACE"
SQLITE_ONLY = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
FULL = a_sev(
    number=7, source="pagerduty", external_id="Q1", summary="An index was missing.", is_private=True, reason="it came back",
    declared_by=ADA, members=[GRACE], roles={"commander": GRACE}, workflows=["sign-in"], channel_id="C0OLD",
    fields={
        "region": "Europe", "customers": "12,500", "entities": ["bank", "pay"], "regulator": True, "contact": ADA,
        "report": "https://example.com/r?a=1&b=2", "report_due": "2025-03-05", "vendor": "Tom &amp; <Jerry>",
        "old_choice": {"name": "Forgotten", "kind": "choices", "value": ["a", "b"], "text": "First, Second"},
        "old_sum": {"name": "Lost", "kind": "number", "value": 12500.5, "text": "12,500.5 EUR"},
    },
    started_at="2025-03-01T09:00:00Z", links=[{"title": "Dashboard", "address": "https://example.com/d"}],
    timeline=[{"at": "2025-03-01T10:05:00Z", "actor": ADA, "text": "rolled back &amp; waited"}],
    updates=[{"at": "2025-03-01T10:10:00Z", "actor": "Linus Torvalds", "text": "we know the cause"}],
    items=[
        {"number": 2, "title": "Add an alarm", "owner_user": ADA, "due_on": "2025-04-01", "state": "done", "closed_by": ADA,
         "closed_at": "2025-03-20T10:00:00Z"},
        {"title": "Write it down", "owner_team": "Payments"},
    ],
    postmortem={
        "state": "published", "sections": {"Summary": "What happened"}, "causes": ["change"],
        "links": [{"title": "Document", "address": "https://example.com/p"}],
    },
)  # fmt: skip


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


@pytest.fixture
def second(engine: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty second instance."""
    if engine == "sqlite":
        with quick_folder() as folder, closing(Database(new_sqlite(folder))) as database:
            yield database
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    with closing(Database(url)) as database:
        yield database
    server.drop(url)


def declare(database: Database, title: str) -> int:
    """Declare a SEV as the bot does. Returns its number."""
    actor, config = Actor(user_id=ADA, standing=Standing.MEMBER, door="command"), load(CONFIG)
    said = service.Declaration(title=title, severity="SEV2")
    result = database.run(lambda session: service.declare(session, said, config=config, actor=actor, now=NOW))
    return result.incident.number


def test_what_was_exported_comes_out_again_as_it_was(database: Database, second: Database, tmp_path: Path) -> None:
    still_open = a_sev(number=3, status="investigating", resolved_at=None)
    file = document(tmp_path, FULL, still_open, a_sev(title="search is slow"))
    assert brought(database, file) == [Verdict.NEW] * 3
    first = kept(database, tmp_path / "first")
    assert [each["number"] for each in first] == [3, 7, 8]
    full = first[1]
    assert full["timeline"][0]["text"] == "rolled back &amp; waited"
    assert full["timeline"][1]["actor"] == "by:Linus Torvalds"
    assert (full["items"][1]["number"], full["items"][1]["owner_team"]) == (3, "payments")
    assert full["postmortem"]["sections"] == {"summary": "What happened"}
    assert full["members"] == [ADA, GRACE]
    assert {key: each["text"] for key, each in full["fields"].items()} == {
        "contact": ADA, "customers": "12,500", "entities": "Acme Bank, Acme Pay", "region": "Europe", "regulator": "Yes",
        "report": "https://example.com/r?a=1&b=2", "report_due": "2025-03-05", "vendor": "Tom &amp; <Jerry>",
        "old_choice": "First, Second", "old_sum": "12,500.5 EUR",
    }  # fmt: skip
    exported = tmp_path / "first" / "sevs.json"
    assert brought(second, exported) == [Verdict.NEW] * 3
    assert kept(second, tmp_path / "second") == first
    assert [brought(each, exported) for each in (second, database)] == [[Verdict.HERE] * 3] * 2


@SQLITE_ONLY
def test_nothing_is_asked_of_slack_and_each_import_is_in_the_audit(database: Database, tmp_path: Path) -> None:
    brought(database, document(tmp_path, FULL))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
        record = session.scalars(select(AuditRecord)).one()
        assert (record.action, record.source, record.data["origin"]) == (
            "incident.imported",
            "import",
            ["pagerduty", "Q1"],
        )


@SQLITE_ONLY
def test_a_crash_in_the_middle_is_repeated_without_doubles(database: Database, tmp_path: Path) -> None:
    file = document(tmp_path, *(a_sev(title=f"outage {number}") for number in range(5)))
    left = [2]

    def crash(_seconds: float) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        brought(database, file, wait=crash)
    assert brought(database, file) == [Verdict.HERE] * 2 + [Verdict.NEW] * 3
    assert [each["title"] for each in kept(database, tmp_path / "out")] == [f"outage {number}" for number in range(5)]


@SQLITE_ONLY
def test_a_database_that_somebody_has_for_themselves_is_waited_for(database: Database, tmp_path: Path) -> None:
    other = Database(database.url.render_as_string())
    with closing(other), other.engine.connect() as connection, connection.begin() as held:
        connection.execute(select(Incident))
        assert brought(database, document(tmp_path, a_sev(), a_sev(title="another")), wait=lambda _: held.close()) == [
            Verdict.NEW, Verdict.NEW,
        ]  # fmt: skip


def test_the_number_of_a_sev_that_was_forgotten_is_not_given_to_another(database: Database, tmp_path: Path) -> None:
    file = document(tmp_path, a_sev(number=12), a_sev(number=13, title="another"))
    brought(database, file)
    forget_all(database)
    found = planned(database, file)
    assert [step.number for step in found.steps] == [14, 13], "SEV-13 is the newest and stayed"
    assert brought(database, file) == [Verdict.NEW, Verdict.HERE]
    assert [each["number"] for each in kept(database, tmp_path / "out")] == [13, 14]


@SQLITE_ONLY
def test_numbers_are_kept_where_they_are_free_and_given_on_behind_them(database: Database, tmp_path: Path) -> None:
    assert declare(database, "our own") == 1
    file = document(tmp_path, a_sev(number="INC-1"), a_sev(number=40), a_sev(title="no number"), a_sev(number=20))
    found = planned(database, file)
    assert [step.number for step in found.steps] == [2, 40, 41, 20]
    assert found.notices == ["sevs[0]: number: SEV-1 is another one here, or was, so this becomes SEV-2."]
    brought(database, file)
    assert [each["number"] for each in kept(database, tmp_path / "out")] == [1, 2, 20, 40, 41]
    assert brought(database, file) == [Verdict.HERE] * 4
    assert declare(database, "the next one") == 42


def test_numbers_do_not_meet_those_of_a_bot_that_declares_meanwhile(database: Database, tmp_path: Path) -> None:
    file = document(tmp_path, *(a_sev(number=number, title=f"old {number}") for number in range(1, 13)))
    given: list[int] = []
    declaring = Thread(target=lambda: given.extend(declare(database, f"new {number}") for number in range(12)))
    declaring.start()
    with closing(Database(database.url.render_as_string(hide_password=False))) as another_process:
        brought(another_process, file, wait=time.sleep)
    declaring.join()
    assert len(given) == 12
    assert len({each["number"] for each in kept(database, tmp_path / "out")}) == 24


@SQLITE_ONLY
def test_importing_again_changes_what_differs_where_that_is_asked_for(database: Database, tmp_path: Path) -> None:
    brought(database, document(tmp_path, FULL))
    changed = FULL | {
        "title": "checkout was down", "fields": {"region": "us"}, "roles": {"scribe": ADA}, "workflows": ["sign-in", "place-order"],
        "timeline": [*FULL["timeline"], {"at": "2025-03-01T10:30:00Z", "text": "it is back"}],
        "items": [FULL["items"][0] | {"state": "open", "closed_at": None, "closed_by": None}],
        "postmortem": FULL["postmortem"] | {"sections": {"summary": "What really happened"}},
    }  # fmt: skip
    file = document(tmp_path, changed)
    assert brought(database, file) == [Verdict.DIFFERS]
    (before,) = kept(database, tmp_path / "before")
    assert before["title"] == "checkout is down"
    assert planned(database, file, update=True).steps[0].differs == [
        "title", "workflows", "roles", "fields", "timeline", "items", "postmortem",
    ]  # fmt: skip
    assert brought(database, file, update=True) == [Verdict.CHANGED]
    (after,) = kept(database, tmp_path / "after")
    assert (after["title"], after["roles"]) == ("checkout was down", {"commander": GRACE, "scribe": ADA})
    assert (after["fields"]["region"]["value"], after["fields"]["vendor"]["value"]) == ("us", "Tom &amp; <Jerry>")
    assert after["workflows"] == ["place-order", "sign-in"]
    assert [each["text"] for each in after["timeline"]] == [
        "rolled back &amp; waited", "we know the cause", "it is back",
    ]  # fmt: skip
    assert [each["state"] for each in after["items"]] == ["open", "open"]
    assert after["postmortem"]["sections"] == {"summary": "What really happened"}
    assert brought(database, file, update=True) == [Verdict.HERE]


@SQLITE_ONLY
def test_an_empty_cell_takes_nothing_away_least_of_all_that_a_sev_is_private(
    database: Database, tmp_path: Path
) -> None:
    brought(database, document(tmp_path, FULL))
    table = tmp_path / "again.csv"
    table.write_text(
        "source,external_id,title,severity,status,declared_at,is_private,summary,resolved_at,workflows,members\n"
        "pagerduty,Q1,checkout was down,SEV1,closed,2025-03-01T10:00:00Z,,, ,,\n"
    )
    assert planned(database, table, update=True).steps[0].differs == ["title"]
    assert brought(database, table, update=True) == [Verdict.CHANGED]
    (sev,) = kept(database, tmp_path / "out")
    assert (sev["is_private"], sev["summary"], sev["workflows"]) == (True, "An index was missing.", ["sign-in"])
    nothing = FULL | {"title": "checkout was down", "is_private": None, "resolved_at": None, "workflows": None}
    assert brought(database, document(tmp_path, nothing), update=True) == [Verdict.HERE]


@SQLITE_ONLY
def test_who_was_removed_from_a_private_sev_is_not_brought_back(database: Database, tmp_path: Path) -> None:
    brought(database, document(tmp_path, FULL))
    database.run(lambda session: session.execute(delete(IncidentMember).where(IncidentMember.user_id == GRACE)))
    assert brought(database, document(tmp_path, FULL | {"title": "checkout was down"}), update=True) == [
        Verdict.CHANGED
    ]
    (sev,) = kept(database, tmp_path / "out")
    assert (sev["title"], sev["members"]) == ("checkout was down", [ADA])


@SQLITE_ONLY
def test_items_that_people_added_here_are_none_of_the_files(database: Database, tmp_path: Path) -> None:
    brought(database, document(tmp_path, FULL | {"items": []}))

    def add(session: Session) -> None:
        incident = session.scalars(select(Incident)).one()
        session.add(
            ActionItem(incident=incident, number=1, title="Our own", created_by=ADA, created_at=NOW, changed_at=NOW)
        )

    database.run(add)
    theirs = document(tmp_path, FULL | {"items": [{"title": "Theirs"}, {"title": "Theirs, too"}]})
    swapped = document(tmp_path, FULL | {"items": [{"title": "Theirs, too"}, {"title": "Theirs"}]}, name="swapped.json")
    assert brought(database, theirs, update=True) == [Verdict.CHANGED]
    assert brought(database, swapped, update=True) == [Verdict.HERE]
    (sev,) = kept(database, tmp_path / "out")
    assert sorted((each["number"], each["title"]) for each in sev["items"]) == [
        (1, "Our own"), (2, "Theirs"), (3, "Theirs, too"),
    ]  # fmt: skip


@SQLITE_ONLY
def test_a_table_is_told_what_its_words_are_here(database: Database, tmp_path: Path, sevbot_cli: Sevbot) -> None:
    file, mapping = tmp_path / "theirs.csv", tmp_path / "mapping.yaml"
    file.write_text(
        "Key;Name;Prio;Opened;Closed;Lead;Services;Area;field:customers\r\n"
        'A-1;\'=SUM(1);P1;2025-01-02 10:00;2025-01-02 11:30;ada;"sign-in, elsewhere";Europe;1.5k\r\n\r\n'
    )
    mapping.write_text(
        "source: theirs\ncolumns: {Key: external_id, Name: title, Prio: severity, Opened: declared_at, Closed: closed_at, "
        "Lead: declared_by, Services: workflows, Area: 'field:region'}\nworkflows: {Elsewhere: ''}\npeople: {Ada: U01ADA}\n"
    )
    url = database.url.render_as_string(hide_password=False)
    options = ("--mapping", str(mapping), "--time-zone", "Europe/Berlin")
    said = sevbot_cli("import", str(file), *options, "--dry-run", DATABASE_URL=url)
    assert (said.exit_code, said.stderr) == (2, (
        "line 2: severity: There is no severity 'P1' here. There are SEV1, SEV2, SEV3, SEV4. "
        "Say which is meant: --map-severity P1=…\nNothing was imported.\n"
    ))  # fmt: skip
    said = sevbot_cli("import", str(file), *options, "--map-severity", "p1=SEV1", DATABASE_URL=url)
    assert said.output == "1 SEV was imported. Nothing was said in Slack.\n"
    (sev,) = kept(database, tmp_path / "out")
    assert (sev["title"], sev["severity"], sev["status"], sev["declared_by"]) == ("=SUM(1)", "SEV1", "closed", ADA)
    assert (sev["declared_at"], sev["workflows"]) == ("2025-01-02T09:00:00+00:00", ["sign-in"])
    assert (sev["source"], sev["external_id"]) == ("theirs", "A-1")
    assert {key: each["text"] for key, each in sev["fields"].items()} == {"customers": "1,500", "region": "Europe"}


@SQLITE_ONLY
def test_all_faults_are_told_at_once_each_with_its_place(database: Database, tmp_path: Path) -> None:
    file = document(
        tmp_path,
        a_sev(severity="P1", status="Done", workflows=["shop"], declared_at="yesterday", colour="red", fields={"region": "moon", "size": 5}),
        a_sev(title=" ", severity="P1", number="none", resolved_at="2025-03-01T11:00:00", is_drill="perhaps"),
        a_sev(is_private=True, items=[{"title": "", "state": "lost", "owner_team": "SRE", "tracker_url": "javascript:x"}]),
        a_sev(title="another", timeline=[{"kind": "item_changed", "data": {"changes": 5}, "at": "2027-01-01T00:00:00Z"}], links=[1]),
        a_sev(source="x", external_id="1"), a_sev(source="x", external_id="1", mitigated_at="2025-04-01T00:00:00Z"),
    )  # fmt: skip
    found = planned(database, file)
    assert [step.sev.place.name for step in found.steps] == ["sevs[4]"]
    assert [line.partition(". ")[0] for line in found.faults] == [
        "sevs[0]: colour: The format knows no such word here",
        "sevs[0]: declared_at: This is no time",
        "sevs[0], sevs[1]: severity: There is no severity 'P1' here",
        "sevs[0]: status: There is no status 'Done' here",
        "sevs[0]: fields.region: Region: choose from Europe, United States.",
        "sevs[0]: fields.size: There is no custom field 'size' here",
        "sevs[0]: workflows: There is no workflow 'shop' here",
        "sevs[1]: resolved_at: This time has no time zone",
        "sevs[1]: number: Give a number from 1 on, such as 42, or SEV-42.",
        "sevs[1]: title: Give a title: a few words on what was wrong.",
        "sevs[1]: is_drill: Give true or false.",
        "sevs[2].items[0]: title: Say what is to be done.",
        "sevs[2].items[0]: state: 'lost' is not possible",
        "sevs[2].items[0]: owner_team: There is no team 'SRE' here",
        "sevs[2].items[0]: tracker_url: Give a link that begins with https:// or http://, such as `https://meet.example.com/sev`.",
        "sevs[2]: members: Nobody could see this private SEV",
        "sevs[3].timeline[0]: at: This lies in the future",
        "sevs[3].timeline[0]: data: An entry of this kind can't be told from these data",
        "sevs[3]: links: Give a list of objects, 10000 at most.",
        "sevs[5]: resolved_at: This is before it was mitigated",
        "sevs[5]: external_id: sevs[4] has the same",
    ]  # fmt: skip


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("kind", "data"),
    [("update", {"after": 5}), ("update", {"next_update_at": "soon"}), ("message", {"permalink": "javascript:x"}),
     ("role", {"role": []}), ("item_changed", {"changes": {"owner": 5}}), ("file", {"thread_ts": 1.5})],
)  # fmt: skip
def test_an_entry_that_can_not_be_told_is_a_fault(database: Database, tmp_path: Path, kind: str, data: Json) -> None:
    entry = {"at": "2025-03-01T10:00:00Z", "kind": kind, "data": data}
    (fault,) = planned(database, document(tmp_path, a_sev(timeline=[entry]))).faults
    assert fault.startswith("sevs[0].timeline[0]: data: An entry of this kind can't be told from these data.")


@SQLITE_ONLY
def test_what_is_too_long_or_unknown_is_told_in_the_timeline(database: Database, tmp_path: Path) -> None:
    title, summary, section = "long " * 40, "sum " * 1000, "part " * 1000
    file = document(tmp_path, a_sev(
        title=title, summary=summary, roles={"Incident commander": "Barbara Liskov"},
        items=[{"title": "more " * 50, "owner_user": "Edsger"}], postmortem={"sections": {"impact": section}},
    ))  # fmt: skip
    assert brought(database, file) == [Verdict.NEW]
    (sev,) = kept(database, tmp_path / "out")
    assert len(sev["title"]) <= 150
    assert sev["summary"].startswith(title.strip())
    said = "\n".join(each["text"] for each in sev["timeline"])
    for words in (summary.strip(), section.strip(), "Barbara Liskov", ("more " * 50).strip(), "was given to Edsger."):
        assert words in said
    assert brought(database, file) == [Verdict.HERE]


@SQLITE_ONLY
def test_what_can_not_be_read_is_refused_in_a_sentence(database: Database, tmp_path: Path, sevbot_cli: Sevbot) -> None:
    url = database.url.render_as_string(hide_password=False)
    for content, sentence in (
        (b"", "The file is empty."), (b"\xff\xfe", ": this is not UTF-8 (byte 0). Save it as UTF-8."),
        (b"[1, 2", "line 1, column 6: this is no JSON: Expecting ',' delimiter."), (b"{}", "version: this Sevbot reads version 1."),
        (b"a,b\n1,2", "The first line names no column the format knows."), (b'title\n"x', "line 2: this is no CSV: unexpected end of data."),
        (b"title,title\nx,y", "Two columns are title."), (b"title\nx,y", "line 2: it has 2 cells, and the table 1 columns."),
    ):  # fmt: skip
        (tmp_path / "file").write_bytes(content)
        said = sevbot_cli("import", str(tmp_path / "file"), DATABASE_URL=url)
        assert said.exit_code == 2
        assert sentence in said.stderr
    (tmp_path / "map.yaml").write_text("columns: 5\npeople: {ada: nobody}\ntime_zone: Mars\n")
    said = sevbot_cli("import", str(tmp_path / "file"), "--mapping", str(tmp_path / "map.yaml"), DATABASE_URL=url)
    assert (said.exit_code, len(said.stderr.splitlines())) == (2, 3)
    said = sevbot_cli("import", str(tmp_path / "file"), DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    assert said.stderr.endswith("Run: sevbot migrate\n")


@SQLITE_ONLY
def test_people_are_known_by_what_a_file_says_of_them(database: Database, tmp_path: Path) -> None:
    people = Translation(people={"ada@example.com": ADA, "linus torvalds": "U03LINUS"})
    said = a_sev(
        declared_by="Ada@Example.com", roles={"commander": "Linus  Torvalds"}, is_private=True, members=["by:Nobody"]
    )
    brought(database, document(tmp_path, said), people)
    (sev,) = kept(database, tmp_path / "out")
    assert (sev["declared_by"], sev["roles"], sev["members"]) == (ADA, {"commander": "U03LINUS"}, [ADA, "U03LINUS"])


@SQLITE_ONLY
def test_what_was_reopened_here_is_left_alone(database: Database, tmp_path: Path) -> None:
    brought(database, document(tmp_path, FULL))

    def reopen(session: Session) -> None:
        session.scalars(select(Incident)).one().is_quiet = False

    database.run(reopen)
    assert brought(database, document(tmp_path, FULL | {"title": "another"}), update=True) == [Verdict.HERE]


def test_times_may_be_written_as_the_tool_writes_them() -> None:
    theirs = Translation(time_format="%d/%m/%Y %H:%M")
    assert theirs.moment("01/03/2025 10:00") == datetime(2025, 3, 1, 10, 0)  # noqa: DTZ001 - it names no zone
    assert theirs.moment("2025-03-01 10:00:00 UTC") == datetime(2025, 3, 1, 10, 0, tzinfo=UTC)
    assert theirs.moment("2025-03-01T10:00+02:00") == datetime(2025, 3, 1, 10, 0, tzinfo=UTC) - timedelta(hours=2)
    assert theirs.moment("03/01/2025") is None
