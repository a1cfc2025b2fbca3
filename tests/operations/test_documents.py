"""What the documents for operators say is true: their commands are run, and their examples are read."""

import re
from configparser import ConfigParser
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from bot import environment
from bot.app import Bot
from bot.playground import Playground
from tests.processes import CONFIG, ROOT
from tests.scenarios.test_doctor import told_in_a_shell
from tests.shell import Sevbot

DOCS = ROOT / "docs"
FENCED = re.compile(r"```\n(sevbot .*?)\n```", re.DOTALL)


def commands() -> list[str]:
    """Every command that the two documents tell people to type, in order."""
    return [line for name in ("install.md", "operate.md") for line in FENCED.findall((DOCS / name).read_text())]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_each_command_works_as_it_is_written(
    sevbot_cli: Sevbot, sevbot: Bot, slack: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    copytree(CONFIG, tmp_path / "config")
    given = told_in_a_shell(sevbot, slack) | {"SEVBOT_CONFIG": "config"}
    told = commands()
    assert len(told) == 13
    for command in told:
        words = command.removeprefix("sevbot ").split()
        if words[0] == "move-to":
            continue  # tried with a server in test_backup
        if words[0] == "migrate":
            given_now = given | {"DATABASE_URL": "sqlite:///other.db"}
        elif words[0] == "restore":
            given_now = given | {"DATABASE_URL": "sqlite:///restored.db"}
        else:
            given_now = given
        said = sevbot_cli(*words, **given_now)
        assert said.exit_code == 0, f"{command}: {said.output}"


def test_links_lead_somewhere() -> None:
    for name in ("install.md", "operate.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (DOCS / name).read_text()):
            assert (DOCS / target).exists(), f"{name}: {target}"


def variables_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:SLACK|SEVBOT|DATABASE)_[A-Z_]+\b", text))


@pytest.mark.parametrize("name", ["compose.yaml", "sevbot.service", "kubernetes.yaml"])
def test_examples_set_what_the_bot_reads(name: str) -> None:
    known = Path(environment.__file__).read_text()
    for variable in variables_in((DOCS / "operate" / name).read_text()):
        assert f'"{variable.removesuffix("_FILE")}"' in known, variable


def test_containers_may_write_nowhere_but_where_they_must() -> None:
    service: dict[str, Any] = yaml.safe_load((DOCS / "operate" / "compose.yaml").read_text())["services"]["sevbot"]
    assert service["read_only"] is True
    assert [each.split(":")[1] for each in service["volumes"]] == ["/config", "/app/var"]
    parts = {each["kind"]: each for each in yaml.safe_load_all((DOCS / "operate" / "kubernetes.yaml").read_text())}
    pods = parts["StatefulSet"]["spec"]
    assert pods["replicas"] == 2
    for container in (*pods["template"]["spec"]["initContainers"], *pods["template"]["spec"]["containers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {each["mountPath"] for each in container["volumeMounts"]} == {"/app/var", "/tmp", "/config"}  # noqa: S108
    (main,) = pods["template"]["spec"]["containers"]
    assert (main["livenessProbe"]["httpGet"]["path"], main["readinessProbe"]["httpGet"]["path"]) == (
        "/healthz",
        "/readyz",
    )
    assert parts["Service"]["spec"]["selector"] == pods["selector"]["matchLabels"]


def test_the_unit_is_one_and_starts_the_bot() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DOCS / "operate" / "sevbot.service")
    assert unit["Service"]["ExecStart"].endswith("/sevbot run")
    assert set(unit) == {"DEFAULT", "Unit", "Service", "Install"}
