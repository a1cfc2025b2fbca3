"""SEVs go out into files for other tools: whole, of one moment, private ones only when asked, and no cell is a formula."""

import csv
import json
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.db import Database
from bot.operations.exporting import export
from bot.playground import Person
from tests.operations.odd_rows import put_odd_rows
from tests.shell import Sevbot


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        yield database


def table(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def read(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "sevs.json").read_text())
    return found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_people_wrote_is_in_the_files(sevbot: Bot, ada: Person, tmp_path: Path) -> None:
    ada.types("/sev declare SEV1 =HYPERLINK(1)")
    ada.types("/sev log SEV-1 +1 from the provider")
    ada.types("/sev action SEV-1 add Ask for an alarm")
    ada.types("/sev field SEV-1 vendor =1+1")
    ada.types("/sev field SEV-1 entities bank, pay")
    ada.types("/sev declare SEV2 a secret affair --private")
    folder = tmp_path / "out"
    assert export(sevbot.database, folder, with_private=False) == 1
    (sev,) = read(folder)
    assert (sev["number"], sev["title"], sev["severity"]) == (1, "=HYPERLINK(1)", "SEV1")
    assert "+1 from the provider" in [each["text"] for each in sev["timeline"]]
    assert [each["title"] for each in sev["items"]] == ["Ask for an alarm"]
    assert sev["fields"]["vendor"] == {"name": "Vendor", "kind": "text", "value": "=1+1", "text": "=1+1"}
    assert sev["fields"]["entities"]["value"] == ["bank", "pay"]
    (row,) = table(folder / "sevs.csv")
    assert (row["field:vendor"], row["field:entities"]) == ("'=1+1", "Acme Bank, Acme Pay")
    assert row["title"] == "'=HYPERLINK(1)"
    assert "'+1 from the provider" in [each["text"] for each in table(folder / "timeline.csv")]
    assert [(each["sev"], each["title"]) for each in table(folder / "items.csv")] == [("1", "Ask for an alarm")]
    assert not any("secret affair" in file.read_text() for file in folder.iterdir())
    assert export(sevbot.database, tmp_path / "all", with_private=True) == 2


def test_odd_rows_come_out_whole_and_no_cell_is_a_formula(database: Database, tmp_path: Path) -> None:
    put_odd_rows(database, seed=11, each=9)
    folder = tmp_path / "out"
    count = export(database, folder, with_private=True)
    found = read(folder)
    assert count == len(found) == len(table(folder / "sevs.csv")) == 9
    assert sum(len(each["items"]) for each in found) == len(table(folder / "items.csv")) > 0
    cells = [each for file in folder.glob("*.csv") for row in table(file) for each in row.values()]
    assert not [each for each in cells if each.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_command_makes_its_own_folder(database: Database, tmp_path: Path, sevbot_cli: Sevbot) -> None:
    url, folder = database.url.render_as_string(hide_password=False), tmp_path / "out"
    said = sevbot_cli("export", str(folder), DATABASE_URL=url)
    assert said.stdout == f"Wrote 0 SEVs to {folder}; private ones are left out.\n"
    assert read(folder) == []
    again = sevbot_cli("export", str(folder), DATABASE_URL=url)
    assert (again.exit_code, again.stderr) == (2, f"{folder}: File exists\n")
