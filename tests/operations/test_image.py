"""The Dockerfile's steps, taken one by one in a clean folder: what is copied suffices, and nothing but `var` is written to."""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from bot.playground import Playground
from tests.processes import ROOT, free_port

READ_WITHIN = 20.0


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


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The folder `/app` as the steps make it."""
    app = tmp_path / "app"
    (app / "var").mkdir(parents=True)
    for source, target in (step.split() for step in of("COPY") if not step.startswith("--from")):
        copytree(ROOT / source, app / target, ignore=ignore_patterns("__pycache__"))
    for step in of("RUN"):
        command = step.replace("/opt/sevbot/bin/python", sys.executable)
        if command.startswith(sys.executable):
            subprocess.run(shlex.split(command), cwd=app, check=True)
    return app


def environment(app: Path, **more: str) -> dict[str, str]:
    """What the image sets, and what who starts it gives."""
    given = dict(part.split("=", 1) for step in of("ENV") for part in shlex.split(step))
    given = {name: value.replace("/app", str(app)) for name, value in given.items() if name != "PATH"}
    return {"PATH": os.environ["PATH"], "HOME": str(app)} | given | more


def state(app: Path) -> dict[str, int]:
    """Every file outside of `var`, and when it was written."""
    return {
        str(path.relative_to(app)): path.stat().st_mtime_ns
        for path in app.rglob("*")
        if path.is_file() and app / "var" not in path.parents
    }


def program() -> list[str]:
    (entry,), (command,) = of("ENTRYPOINT"), of("CMD")
    words: list[str] = json.loads(entry) + json.loads(command)
    return [sys.executable, *words[1:]]


def test_the_image_runs_as_nobody_special_and_says_whether_it_lives() -> None:
    assert [name for name, _ in instructions()].count("FROM") == 2
    assert of("USER") == ["sevbot"]
    assert "useradd --system" in of("RUN")[0]
    assert of("VOLUME") == ["/app/var"]
    assert of("HEALTHCHECK")
    assert all("config" in step or step.split()[0] in {"bot", "migrations", "templates"} for step in of("COPY")[1:])


def test_the_bot_runs_from_the_image_and_writes_to_nothing_but_var(image: Path, slack: Playground) -> None:
    port, before = free_port(), state(image)
    tokens = {
        "SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token,
    }  # fmt: skip
    given = environment(image, **(tokens | {"SEVBOT_HTTP": f"127.0.0.1:{port}"}))
    process = subprocess.Popen(program(), cwd=image, env=given)
    try:
        slack.wait_until(lambda: slack.socket_count() == 1, within=READ_WITHIN, why="the bot connects")
        probe = json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2].replace("8080", str(port)))
        deadline = time.monotonic() + READ_WITHIN
        while subprocess.run([sys.executable, *probe[1:]], env=given, check=False, capture_output=True).returncode:
            assert time.monotonic() < deadline, "the image never became healthy"
            time.sleep(0.2)
        slack.person("ada").types("/sev declare SEV1 checkout is down")
    finally:
        process.terminate()
        assert process.wait(timeout=12) == 0
    assert (image / "var" / "sevbot.db").exists()
    assert state(image) == before
