"""The Dockerfile's steps, taken one by one in clean folders: what is copied suffices, and nothing but `var` is written to."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.playground import Playground
from tests.processes import ROOT, free_port

READ_WITHIN = 20.0
INSTALL_WITHIN = 400
"""Seconds: what is not in pip's reach yet is downloaded."""
PLACES = re.compile(r"(?<![\w.-])/(?=(?:opt|app)\b)")
"""Where a path of the image begins, in a step."""
POWERLESS = (
    ["setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 and shutil.which("setpriv") else []
)  # fmt: skip
"""In front of what is not to be root: then also root's own files are closed to it."""


def instructions() -> list[tuple[str, str]]:
    """The steps of the Dockerfile, in order."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    found = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, rest in found]


def last_stage() -> list[tuple[str, str]]:
    steps = instructions()
    return steps[max(number for number, (name, _) in enumerate(steps) if name == "FROM") :]


def of(name: str) -> list[str]:
    return [rest for each, rest in last_stage() if each == name]


def in_image(text: str, root: Path) -> str:
    """A step's text with the image's paths as they are in its stage's folder."""
    return PLACES.sub(f"{root}/", text)


def copy(step: str, stages: dict[str, Path], root: Path, folder: Path) -> None:
    """What `COPY` does: from the checkout, or from another stage."""
    *flags, source, target = step.split()
    begins = stages[flags[0].removeprefix("--from=")] if flags else ROOT
    there, here = begins / source.lstrip("/"), Path(in_image(target, root))
    if there.is_dir():
        shutil.copytree(
            there, folder / here, symlinks=True, ignore=None if flags else shutil.ignore_patterns("__pycache__")
        )
    else:
        shutil.copy(there, folder / here)


def run(step: str, root: Path, folder: Path) -> None:
    """What `RUN` does, with the Python that is here; users are left as they are, and pip may use what it downloaded before."""
    user = r"useradd .*? && |(?<=install -d) -o \w+|(?<=pip install) --no-cache-dir"
    command = re.sub(r"^python ", f"{Path(sys.executable).resolve()} ", in_image(re.sub(user, "", step), root))
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(["sh", "-c", command], cwd=folder, env=ours, check=True, timeout=INSTALL_WITHIN)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last stage's root, after all steps were taken in order: one clean folder for each stage."""
    stages: dict[str, Path] = {}
    root = folder = Path()
    for name, rest in instructions():
        if name == "FROM":
            root = folder = stages[rest.partition(" AS ")[2]] = tmp_path_factory.mktemp("stage")
        elif name == "WORKDIR":
            folder = Path(in_image(rest, root))
            folder.mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            copy(rest, stages, root, folder)
        elif name == "RUN":
            run(rest, root, folder)
    return root


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """The last stage's root with the packages that are here, and nothing installed."""
    app = tmp_path / "app"
    (app / "var").mkdir(parents=True)
    for step in of("COPY"):
        if not step.startswith("--from"):
            copy(step, {}, tmp_path, app)
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt" / "sevbot").symlink_to(Path(sys.executable).parents[1])
    for step in of("RUN"):
        if "compileall" in step:
            run(step, tmp_path, app)
    return tmp_path


def environment(root: Path, **more: str) -> dict[str, str]:
    """What the image sets, and what who starts it gives."""
    given = dict(part.split("=", 1) for step in of("ENV") for part in shlex.split(in_image(step, root)))
    path = in_image(given["PATH"], root).replace("$PATH", os.environ["PATH"])
    return {"HOME": str(root / "app")} | {**given, "PATH": path} | more


def state(root: Path) -> dict[str, int]:
    """Every file outside of `var`, and when it was written."""
    return {
        str(path.relative_to(root)): path.stat().st_mtime_ns
        for path in root.rglob("*")
        if path.is_file() and root / "app" / "var" not in path.parents
    }


def close(root: Path) -> None:
    """Let nobody write to anything but `var`."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink() and root / "app" / "var" not in (path, *path.parents):
            path.chmod(path.stat().st_mode & ~0o222)


@contextmanager
def running(root: Path, slack: Playground) -> Iterator[dict[str, str]]:
    """What is in the image, started as it says, until its own health check is content. Gives its environment."""
    port = free_port()
    tokens = {
        "SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token,
    }  # fmt: skip
    given = environment(root, **(tokens | {"SEVBOT_HTTP": f"127.0.0.1:{port}"}))
    (entry,), (command,) = of("ENTRYPOINT"), of("CMD")
    process = subprocess.Popen([*POWERLESS, *json.loads(entry), *json.loads(command)], cwd=root / "app", env=given)
    try:
        slack.wait_until(lambda: slack.socket_count() == 1, within=READ_WITHIN, why="the bot connects")
        probe = json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2].replace("8080", str(port)))
        deadline = time.monotonic() + READ_WITHIN
        while subprocess.run([*POWERLESS, *probe], env=given, check=False, capture_output=True).returncode:
            assert time.monotonic() < deadline, "the image never became healthy"
            time.sleep(0.2)
        yield given
    finally:
        process.terminate()
        assert process.wait(timeout=12) == 0


def test_the_image_runs_as_nobody_special_and_says_whether_it_lives() -> None:
    assert [name for name, _ in instructions()].count("FROM") == 2
    assert of("USER") == ["sevbot"]
    assert "useradd --system" in of("RUN")[0]
    assert of("VOLUME") == ["/app/var"]
    assert of("HEALTHCHECK")
    assert all("config" in step or step.split()[0] in {"bot", "migrations", "templates"} for step in of("COPY")[1:])


def test_the_bot_runs_from_the_image_and_writes_to_nothing_but_var(quick: Path, slack: Playground) -> None:
    before = state(quick)
    with running(quick, slack):
        slack.person("ada").types("/sev declare SEV1 checkout is down")
    assert (quick / "app" / "var" / "sevbot.db").exists()
    assert state(quick) == before


@pytest.mark.torture
@pytest.mark.timeout(600)
def test_what_all_steps_built_runs_where_nothing_but_var_can_be_written_to(built: Path, slack: Playground) -> None:
    close(built)
    before = state(built)
    with running(built, slack) as given:
        for place in (built / "app", built / "app" / "bot", built / "opt" / "sevbot"):
            assert subprocess.run([*POWERLESS, "touch", place / "x"], check=False, capture_output=True).returncode
        which = [*POWERLESS, "python", "-c", "import sqlalchemy, sys; print(sys.prefix, sqlalchemy.__file__)"]
        prefix, package = subprocess.check_output(which, env=given, text=True).split()
        assert prefix == str(built / "opt" / "sevbot")
        assert package.startswith(prefix)
        ada = slack.person("ada")
        ada.types("/sev declare SEV1 checkout is down")
        ada.sees("SEV-1")
    assert state(built) == before
