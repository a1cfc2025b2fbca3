"""Every kind of entry has its sentence, and no sentence lets anything through that is not plain text."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import load
from bot.incidents.model import TimelineEntry
from bot.timeline.sentences import SENTENCES, sentence
from tests.anytext.hostile import hostile
from tests.architecture.source import ROOT, bot_files, tree
from tests.processes import CONFIG

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MADE_OF_PARTS = {
    "access_{outcome}": {"access_let_in", "access_declined"},
    "channel_{trouble}": {"channel_archived", "channel_deleted", "channel_bot_removed"},
    "item_{what}": {"item_added", "item_changed", "item_closed", "item_reopened"},
}
"""Kinds whose name is put together where they are written: which ones that gives."""
PASSED_ON = {"kind"}
"""What a function passes on that got the kind itself: its callers name it."""
CONFIGURED = load(CONFIG)


def an_entry(kind: str, *, text: str = "", data: dict[str, object] | None = None) -> TimelineEntry:
    return TimelineEntry(id=1, incident_id=1, kind=kind, at=NOW, actor="U01ADA", text=text, data=data or {})


def written_kinds(path: Path) -> Iterator[str]:
    """The kinds of entries a module writes: `note(session, incident, KIND)`, `TimelineEntry(kind=KIND)`, `kind=KIND`."""
    known = constants(path)
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        named = [each.value for each in node.keywords if each.arg == "kind"]
        if called in {"note", "_from_message", "_tell_all"}:
            yield from _names(node.args[2] if len(node.args) > 2 else named[0], known)
        elif called in {"TimelineEntry", "_apply", "change_hands"} and named:
            yield from _names(named[0], known)


def constants(path: Path) -> dict[str, str]:
    """The texts that a module gives a name, and those it imports by their name."""
    named = named_texts(path)
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and (source := module_file(node.module or "")):
            theirs = named_texts(source)
            named |= {each.name: theirs[each.name] for each in node.names if each.name in theirs}
    return named


def module_file(module: str) -> Path | None:
    """The file of one of the bot's modules; None for what is no file of the bot."""
    path = ROOT / f"{module.replace('.', '/')}.py"
    return path if path in bot_files() else None


def named_texts(path: Path) -> dict[str, str]:
    return {
        node.targets[0].id: str(node.value.value)
        for node in tree(path).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def _names(value: ast.expr, named: dict[str, str]) -> set[str]:
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.IfExp):
        return _names(value.body, named) | _names(value.orelse, named)
    name = ast.unparse(value)
    if name in PASSED_ON:
        return set()
    return {named[name]} if name in named else MADE_OF_PARTS.get(name.removeprefix("f").strip("'\""), {name})


def test_every_kind_that_is_written_has_its_sentence() -> None:
    written = {kind for path in bot_files() for kind in written_kinds(path)}
    examples = {"declared", "severity", "channel_archived", "message", "file", "handoff", "declared_without_database"}
    assert examples <= written, "the search itself works"
    assert written - set(SENTENCES) == set()


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_a_sentence_needs_no_more_than_its_kind(kind: str) -> None:
    said = sentence(an_entry(kind), CONFIGURED)
    assert said
    assert "{" not in said


def test_a_kind_of_a_newer_version_is_told_by_its_name() -> None:
    said = sentence(an_entry("moon_phase", text="full"), CONFIGURED)
    assert said == "<@U01ADA>: moon phase: full"


@settings(max_examples=60)
@given(st.sampled_from(sorted(SENTENCES)), hostile)
def test_nothing_that_people_wrote_comes_alive(kind: str, text: str) -> None:
    names = ("severity", "before", "after", "name", "role", "team", "address", "duplicate")
    data: dict[str, object] = dict.fromkeys(names, text) | {"people": ["U02GRACE"], "to": "U02GRACE"}
    if kind in {"role", "handoff"}:
        data |= {"before": "U02GRACE", "after": "U02GRACE"}
    if kind in {"workflows", "times"}:
        data["after"] = [text]
    if kind == "fields":
        data |= {each: {"vendor": text} for each in ("before", "after", "names")}
    said = sentence(an_entry(kind, text=text, data=data), CONFIGURED)
    for own in ("<@U01ADA>", "<#>", "<@U02GRACE>"):
        said = said.replace(own, "")
    assert "<" not in said
    assert ">" not in said
