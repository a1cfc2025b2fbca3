"""What people read leads somewhere: links, verbs and commands of the README and of `docs/` are there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_group

from bot.app import Bot
from bot.cli import cli
from bot.playground import Person, Playground
from tests.databases import new_sqlite
from tests.processes import ROOT
from tests.scenarios.stories import Stage
from tests.shell import Sevbot

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
VERB = re.compile(r"/sev ([a-z]+)")
LINE = re.compile(r"(?<=`)/sev [^`\n]+(?=`)|^/sev .+$", re.MULTILINE)
NOT_UNDERSTOOD = re.compile(r"There is no \S+ here|That is no verb|This is no SEV's channel")
COMMAND = re.compile(r"(?<![\w/.])(?:\.venv/bin/)?sevbot ([a-z][a-z-]*)")
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def links(page: Path) -> list[str]:
    """Where a page's links lead, besides other sites."""
    found = LINK.findall(CODE.sub("", page.read_text()))
    return [link for link in found if not link.startswith(("https://", "http://"))]


def anchors(page: Path) -> set[str]:
    """What can follow a `#` in a link to the page, as GitHub makes it of headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def in_code(page: Path, wanted: re.Pattern[str]) -> set[str]:
    """What a page tells people to type."""
    return {word for code in CODE.findall(page.read_text()) for word in wanted.findall(code)}


@EVERY_PAGE
def test_links_lead_to_what_is_there(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_each_page_is_found_from_the_readme() -> None:
    found = {(README.parent / link.partition("#")[0]).resolve() for link in links(README)}
    assert [page.name for page in PAGES[1:] if page not in found] == []


@EVERY_PAGE
def test_commands_that_are_named_are_there(page: Path) -> None:
    assert in_code(page, COMMAND) - get_group(cli).commands.keys() == set()


def test_what_configuring_tells_to_run_works_as_it_is_written(sevbot_cli: Sevbot) -> None:
    fenced = "\n".join(FENCE.findall((ROOT / "docs" / "configure.md").read_text()))
    told = [shlex.split(line.partition(" > ")[0]) for line in fenced.splitlines() if line.startswith("sevbot ")]
    assert {words[1] for words in told} == {"check", "plan"}
    for words in told:
        said = sevbot_cli(*words[1:])
        assert said.exit_code == 0, (words, said.stderr)
        assert said.stdout == sevbot_cli(*words[1:]).stdout


def test_what_importing_tells_to_run_works_as_it_is_written(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "import.md").read_text()
    for name, content in re.findall(r"^```\w+ (\S+)\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(content)
    url = new_sqlite(tmp_path)
    told = [shlex.split(line) for line in "\n".join(FENCE.findall(page)).splitlines() if line.startswith("sevbot ")]
    done = []
    for words in told:
        files = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in words[1:]]
        said = sevbot_cli(*files, DATABASE_URL=url)
        assert said.exit_code == 0, (words, said.stderr)
        done.append(said.stdout.splitlines()[-1])
    assert done == [
        "1 SEV is new. Nothing was imported yet.", "1 SEV was imported. Nothing was said in Slack.",
        "2 SEVs are new. Nothing was imported yet.",
        "1 SEV is new. Nothing was imported yet.", "1 SEV was imported. Nothing was said in Slack.",
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_verbs_that_are_named_are_there_and_the_readme_names_all(sevbot: Bot) -> None:
    verbs = {command.verb for command in sevbot.rooms.commands.all()}
    named = {page.name: in_code(page, VERB) for page in PAGES}
    assert {name: unknown for name, found in named.items() if (unknown := found - verbs)} == {}
    assert "declare" in named["use.md"]
    table = README.read_text().partition("## What people type")[2].partition("\n## ")[0]
    assert verbs - set(re.findall(r"`([a-z]+)\b", table)) == set()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_responders_are_told_to_type_is_understood(sevbot: Bot, slack: Playground, ada: Person) -> None:
    stage = Stage(slack, sevbot)
    stage.begins()
    sev = stage.declared(ada, "SEV3 checkout is down")
    ada.goes_to(sev.channel)
    told = LINE.findall((ROOT / "docs" / "use.md").read_text())
    assert len(told) > 40
    for line in told:
        reply = ada.types(line.replace("SEV-42", sev.name))
        stage.settles()
        assert reply or ada.modal, line
        assert not NOT_UNDERSTOOD.match(reply.text), (line, reply.text)
        while ada.modal:
            ada.closes_modal()
    assert {"severity", "status", "update", "role", "title", "bridge", "item_added", "reopened"} <= {
        entry.kind for entry in sev.timeline
    }
