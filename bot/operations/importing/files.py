"""A file to be imported, read into rows of one shape: a document of JSON, or a table of CSV. What can't be read is refused."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import Refused
from bot.operations.importing.custom import COLUMN
from bot.operations.importing.fields import stored
from bot.operations.importing.findings import Findings, Place
from bot.operations.importing.mapping import Translation
from bot.operations.importing.reading import SEV_WORDS, Rows
from bot.timeline.export import FORMULA

VERSION = 1
LARGEST = 512 * 1024 * 1024
"""Bytes. All of a file is held in memory."""
DELIMITERS = ",;\t"
IN_TABLES = tuple(
    name for name in SEV_WORDS if name not in ("fields", "links", "timeline", "updates", "items", "postmortem")
)
"""The words that a table's columns can have."""


def rows_of(file: Path, translation: Translation) -> tuple[Rows, list[str]]:
    """The rows of a file, by the format's words, and notices of what of it is not used. Raises `Refused`."""
    try:
        if file.stat().st_size > LARGEST:
            raise Refused(f"{file} is larger than {LARGEST // 1024 // 1024} MB. Import it in parts.")
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: this is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    return from_text(content, translation, is_json=file.suffix.lower() == ".json" or _is_json(content))


def from_text(content: str, translation: Translation, *, is_json: bool) -> tuple[Rows, list[str]]:
    """The rows of a file's content. Raises `Refused`."""
    return (_document(content), []) if is_json else _table(content, translation)


def _is_json(content: str) -> bool:
    return content.lstrip()[:1] in ("[", "{")


def _document(content: str) -> Rows:
    """`{"version": 1, "sevs": […]}`, or the list alone, as `sevbot export` writes it."""
    try:
        found = json.loads(content)
    except json.JSONDecodeError as error:
        raise Refused(f"line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise Refused("This is no JSON that can be read: a number is too long, or it is nested too deep.") from None
    if isinstance(found, dict):
        if found.get("version") != VERSION:
            raise Refused(f'version: this Sevbot reads version {VERSION}. Write {{"version": {VERSION}, "sevs": […]}}.')
        found = found.get("sevs")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Refused(
            'sevs: give a list of SEVs, each an object such as {"title": "checkout is down", "severity": "SEV1"}.'
        )
    return [(Place(f"sevs[{index}]"), each) for index, each in enumerate(found)]


def _table(content: str, translation: Translation) -> tuple[Rows, list[str]]:
    """A line for each SEV, under one with the columns' names."""
    head = content.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=max(DELIMITERS, key=head.count), strict=True)
    found: list[tuple[Place, dict[str, Any]]] = []
    columns: list[str] | None = None
    unused = Findings()
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, translation, unused)
                continue
            if len(cells) > len(columns):
                raise Refused(
                    f"line {reader.line_num}: it has {len(cells)} cells, and the table {len(columns)} columns."
                )
            found.append((Place(f"line {reader.line_num}"), _row(columns, cells)))
    except csv.Error as error:
        raise Refused(f"line {reader.line_num}: this is no CSV: {error}.") from None
    if columns is None:
        raise Refused("The file is empty.")
    return found, unused.notices


def _columns(cells: list[str], translation: Translation, unused: Findings) -> list[str]:
    """The format's word for each column; empty for one that is not used. Raises `Refused` where none can be used."""
    names = [_word(" ".join(stored(cell).split()), translation.columns) for cell in cells]
    for cell, name in zip(cells, names, strict=True):
        if not _is_known(name) and " ".join(stored(cell).split()).lower() not in translation.columns:
            unused.notice(Place(""), stored(cell)[:60], "This column is not used. --mapping FILE says what it is.")
        elif name and not _is_known(name):
            raise Refused(
                f"columns.{stored(cell)[:60]}: the format knows no word {name[:60]!r}. It knows {', '.join(IN_TABLES)}."
            )
    used = [name if _is_known(name) else "" for name in names]
    twice = next((name for name in used if name and used.count(name) > 1), None)
    if twice:
        raise Refused(f"Two columns are {twice}. Leave one out: --mapping FILE, with nothing behind its name.")
    if not any(used):
        raise Refused(f"The first line names no column the format knows. It knows {', '.join(IN_TABLES)}.")
    return used


def _word(cell: str, columns: Mapping[str, str]) -> str:
    return columns.get(cell.lower(), cell.lower().replace(" ", "_"))


def _is_known(name: str) -> bool:
    return name in IN_TABLES or name.startswith(COLUMN)


def _row(columns: list[str], cells: list[str]) -> dict[str, Any]:
    """A line by the columns' names; those of custom fields together, as in a document."""
    found = {name: _unquoted(cell) for name, cell in zip(columns, cells, strict=False) if name}
    custom = {name: found.pop(name) for name in list(found) if name.startswith(COLUMN)}
    fields = {name.removeprefix(COLUMN): cell for name, cell in custom.items() if cell}
    return {**found, "fields": fields} if custom else dict(found)


def _unquoted(cell: str) -> str:
    """A cell without the apostrophe that `sevbot export` puts before what a spreadsheet would take for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell
