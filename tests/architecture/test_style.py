"""What the tools of `make check` do not see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, bot_files, imported, place, project_files, tree

BROAD = {"Exception", "BaseException"}
VAGUE = {"manager", "helper", "helpers", "util", "utils", "processor", "base", "common", "misc"}
SQLALCHEMYS_NAME = {"Base"}
HOSTS = re.compile(r"\bpy[p]i\.org|pythonhos[t]ed[.]org|registry[.]np[m]js|--(extra-)?index-u[r]l")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(w[o]rk|h[o]me|r[o]ot|U[s]ers)/\w")
SLACKS = ("slack_sdk", "slack_bolt")
MAY_SPEAK_SLACK = ("bot/slack/", "bot/web/", "bot/app.py")


def test_everything_is_caught_in_two_places_only() -> None:
    assert [f"{place(path)}: {name}" for path in bot_files(with_local_slack=True) for name in _broad_excepts(path)] == [
        "bot/outbox/dispatcher.py: _attempt",
        "bot/schedule.py: _run",
    ]


def test_no_file_and_no_class_has_a_name_that_says_nothing() -> None:
    files = [path for path in project_files() if path.suffix == ".py"]
    vague = [place(path) for path in files if _words(path.stem) & VAGUE]
    for path in files:
        classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
        vague += [f"{place(path)}: {name}" for name in classes if _words(name) & VAGUE and name not in SQLALCHEMYS_NAME]
    assert vague == []


def test_nothing_of_the_machine_it_was_written_on_is_in_the_project() -> None:
    found = []
    for path in project_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{place(path)}: {match.group()}" for rule in (HOSTS, MACHINE_PATHS) for match in rule.finditer(text)]
    assert found == []


def test_slacks_libraries_are_spoken_to_in_one_room() -> None:
    strays = [
        f"{place(path)}: {name}"
        for path in bot_files(with_local_slack=True)
        for name in sorted(imported(path))
        if name.split(".")[0] in SLACKS
        and not place(path).startswith(MAY_SPEAK_SLACK)
        and not name.startswith("slack_sdk.models")
    ]
    assert strays == []


def test_public_functions_say_what_they_take() -> None:
    silent = [f"{place(path)}: {name}" for path in bot_files() for name in _without_docstring(tree(path))]
    assert silent == []


def test_modules_stay_short() -> None:
    long = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in bot_files()}
    assert {name: lines for name, lines in long.items() if lines > 320} == {}


def test_the_readme_names_only_files_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if not target.startswith("http")]
    assert [target for target in linked if not (ROOT / target).exists()] == []


def _broad_excepts(path: Path) -> Iterator[str]:
    """The functions of a module that catch everything."""
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ExceptHandler) and (node.type is None or _names(node.type) & BROAD):
                    yield function.name


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _words(name: str) -> set[str]:
    """The words of `snake_case` and `CamelCase` names."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def _without_docstring(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    """Public functions that take something and do it in several steps.

    What a class inherits, or a private class does for others, is described where it is asked for.
    """
    for each in node.body:
        if isinstance(each, ast.ClassDef) and not each.name.startswith("_") and not each.bases:
            yield from _without_docstring(each)
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not each.name.startswith("_"):
            takes = [each for each in (*each.args.args, *each.args.kwonlyargs) if each.arg not in {"self", "cls"}]
            if takes and len(each.body) > 3 and not ast.get_docstring(each):
                yield each.name
