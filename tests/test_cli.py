"""The command line, as operators meet it."""

import hashlib
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest
from filelock import FileLock

from bot import schema
from bot.db import Database
from bot.environment import api_tokens
from bot.playground import Playground
from bot.slack.manifest import SCOPES
from bot.workflows.alerts import intake
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.heartbeats.hooks import token_of
from tests.databases import new_sqlite
from tests.processes import CONFIG, BotProcess
from tests.shell import Sevbot


def test_a_good_configuration_is_told_so_in_numbers(sevbot_cli: Sevbot) -> None:
    said = sevbot_cli("check")
    assert said.exit_code == 0
    assert said.stdout == "The configuration is fine: 4 severities, 2 teams, 2 workflows.\n"


def test_what_is_missing_to_page_is_said_and_is_no_fault(sevbot_cli: Sevbot) -> None:
    said = sevbot_cli("check")
    assert said.exit_code == 0
    assert said.stderr.splitlines() == [
        "warning: sevbot.yaml: teams.payments.pager: payments is to be paged, and has no pager",
        "warning: sevbot.yaml: teams.platform.pager: there is no key: set SEVBOT_PAGER_PLATFORM (or …_FILE)",
    ]
    assert "there is no key" not in sevbot_cli("check", SEVBOT_PAGER_PLATFORM="a-genie-key").stderr


def test_a_secret_for_a_source_that_is_none_is_said(sevbot_cli: Sevbot) -> None:
    said = sevbot_cli("check", SEVBOT_HOOK_GRAPHANA="a-secret-of-sixteen", SEVBOT_HOOK_GRAFANA="a-secret-of-sixteen")
    assert "warning: SEVBOT_HOOK_GRAPHANA: there is no source graphana" in said.stderr.splitlines()
    assert "GRAFANA" not in said.stderr
    short = sevbot_cli("check", SEVBOT_HOOK_GRAFANA="a-secret-of-sixteen,short")
    assert short.stderr == (
        "SEVBOT_HOOK_GRAFANA: give at least 16 characters, such as `openssl rand -hex 32` makes\n"
    )  # fmt: skip


def test_what_was_delivered_is_printed_as_it_was_sent(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    url = new_sqlite(tmp_path)
    database, body = Database(url), b'{"what is": "this"}'
    now = datetime(2026, 3, 1, tzinfo=UTC)
    database.run(lambda session: intake.keep(session, SOURCES["grafana"], body, now=now))
    assert sevbot_cli("delivery", "1", DATABASE_URL=url).stdout_bytes == body + b"\n"
    nothing = sevbot_cli("delivery", "2", DATABASE_URL=url)
    assert (nothing.exit_code, nothing.stderr) == (
        2, "Nothing is kept under the number 2: it was forgotten, or never there.\n",
    )  # fmt: skip


def test_every_fault_is_a_line_and_the_exit_code_says_so(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    folder = Path(copytree(CONFIG, tmp_path / "config"))
    (folder / "sevbot.yaml").write_text("severities: []\ncolour: red\n")
    said = sevbot_cli("check", SEVBOT_CONFIG=str(folder))
    assert said.exit_code == 2
    assert said.stdout == ""
    assert said.stderr.splitlines()[0] == "config/sevbot.yaml: colour: there is no such setting here"
    assert "config/sevbot.yaml: statuses: this setting is missing" in said.stderr.splitlines()


def test_what_of_the_configuration_is_not_used_is_said_and_is_no_fault(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    folder = Path(copytree(CONFIG, tmp_path / "config"))
    (folder / "openslo").mkdir()
    (folder / "openslo" / "slos.yaml").write_text("apiVersion: openslo/v1alpha\nkind: SLO\nmetadata: {name: orders}\n")
    said = sevbot_cli("check", SEVBOT_CONFIG=str(folder))
    assert said.exit_code == 0
    assert said.stderr.splitlines()[-1] == (
        "warning: config/openslo/slos.yaml: SLO orders: apiVersion: left out: openslo/v1alpha is not read here. "
        "Write it as openslo/v1"
    )


def test_a_template_of_ones_own_is_checked_too(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    folder = Path(copytree(CONFIG, tmp_path / "config"))
    template = folder / "templates" / "incidents" / "declared.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{{ title ")
    said = sevbot_cli("check", SEVBOT_CONFIG=str(folder))
    assert said.exit_code == 2
    assert said.stderr.startswith("templates/incidents/declared.j2: ")


def test_the_manifest_is_json_for_either_mode(sevbot_cli: Sevbot) -> None:
    socket = json.loads(sevbot_cli("manifest").stdout)
    assert socket["settings"]["socket_mode_enabled"] is True
    assert socket["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    url = "https://sevbot.example.com/slack/events"
    http = json.loads(sevbot_cli("manifest", "--request-url", url).stdout)
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["features"]["slash_commands"][0]["url"] == url


def test_migrating_makes_the_database_and_a_second_time_changes_nothing(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    newest = schema.known_revisions()[-1]
    for _ in range(2):
        said = sevbot_cli("migrate")
        assert (said.exit_code, said.output) == (0, f"The database is at revision {newest}.\n")
    database = Database(f"sqlite:///{tmp_path / 'sevbot.db'}")
    schema.require_current(database)
    database.close()


@pytest.mark.parametrize("command", ["migrate", "run"])
def test_a_second_instance_on_one_file_is_refused(sevbot_cli: Sevbot, tmp_path: Path, command: str) -> None:
    url = new_sqlite(tmp_path)
    file = url.removeprefix("sqlite:///")
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    with FileLock(f"{file}.lock", timeout=0):
        said = sevbot_cli(command, DATABASE_URL=url, **tokens)
    assert said.exit_code == 2
    assert said.stderr == f"Another Sevbot runs on {file}. With PostgreSQL (DATABASE_URL) several can.\n"


def test_running_without_tokens_says_which_and_where_from(sevbot_cli: Sevbot) -> None:
    said = sevbot_cli("run")
    assert said.exit_code == 2
    assert [line.split()[0] for line in said.stderr.splitlines()] == ["SLACK_BOT_TOKEN:", "Give"]


def test_no_word_at_all_lists_the_commands(sevbot_cli: Sevbot) -> None:
    said = sevbot_cli()
    assert all(command in said.output for command in ("run", "demo", "migrate", "check", "manifest"))


def test_a_running_bot_keeps_others_from_its_file_and_its_death_lets_go_of_it(
    slack: Playground, tmp_path: Path, sevbot_cli: Sevbot
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with BotProcess(slack, url) as bot:
        assert sevbot_cli("migrate", DATABASE_URL=url).exit_code == 2
        bot.kill()
    assert sevbot_cli("migrate", DATABASE_URL=url).exit_code == 0


def test_a_plan_is_printed_without_slack_and_without_a_database(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    said = sevbot_cli("plan", "--at", "2026-12-06 03:00", "--for", "SEV1:place-order")
    assert said.exit_code == 0
    assert said.stdout.startswith("A SEV1 that affects Place order, declared on Sun 6 Dec 2026 03:00\n")
    assert not (tmp_path / "sevbot.db").exists()
    refused = sevbot_cli("plan", "--at", "2026-12-06 03:00", "--for", "SEV1:checkout")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "--for: there is no workflow 'checkout': there are place-order, sign-in\n"


def test_a_token_is_made_with_what_the_bot_needs_of_it_and_kept_nowhere(sevbot_cli: Sevbot) -> None:
    made, entry = sevbot_cli("token", "checkout", "--scope", "counts:write/place-order").stdout.splitlines()[1::2]
    (known,) = api_tokens({"SEVBOT_API_TOKENS": entry}, [])
    assert (known.name, [*known.scopes]) == ("checkout", ["counts:write/place-order"])
    assert known.digest == hashlib.sha256(made.strip().encode()).hexdigest()
    wrong = sevbot_cli("token", "check out")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr == "check out counts:write: that is no name, or no scope: see `sevbot token --help`.\n"


def test_the_address_of_a_heartbeat_is_made_of_its_name_and_the_secret(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    copied(tmp_path, heartbeats='[{key: nightly, name: Nightly, cron: "0 3 * * *"}]')
    call = partial(sevbot_cli, "heartbeat-url", SEVBOT_CONFIG=str(tmp_path))
    assert call("place-order/nightly").stderr.startswith("SEVBOT_HEARTBEAT_SECRET: set it first")
    new, old = "0123456789abcdef", "fedcba9876543210"
    made = call("place-order/nightly", "--base", "https://sevbot.example.com/", SEVBOT_HEARTBEAT_SECRET=f"{new},{old}")
    assert made.stdout == f"https://sevbot.example.com/hooks/heartbeat/{token_of(new, 'place-order', 'nightly')}\n"
    assert made.stdout != call("place-order/nightly", SEVBOT_HEARTBEAT_SECRET=old).stdout
    assert call("nightly", SEVBOT_HEARTBEAT_SECRET=new).stderr == (
        "There is no heartbeat nightly. Give one of: place-order/nightly\n"
    )
    assert "SEVBOT_HEARTBEAT_SECRET: without it" in sevbot_cli("check", SEVBOT_CONFIG=str(tmp_path)).stderr


def test_heartbeats_that_cannot_be_meant_are_faults(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    copied(tmp_path, heartbeats="[{key: c, name: C, cron: often}]")
    assert "write five fields such as" in sevbot_cli("check", SEVBOT_CONFIG=str(tmp_path)).stderr
    copied(tmp_path, heartbeats="[{key: a, name: A}, {key: a, name: B, every: 1s, grace: 1s, time_zone: UTC}]")
    said = sevbot_cli("check", SEVBOT_CONFIG=str(tmp_path)).stderr
    for fault in (
        "'a' is there twice",
        "a: give every (such as 1h) or cron",
        ".every: give 10s to 366d",
        ".grace: give 10s to 30d",
        ".time_zone: leave it out",
    ):
        assert fault in said


def test_a_secret_of_a_check_that_is_not_there_is_a_warning(sevbot_cli: Sevbot, tmp_path: Path) -> None:
    step = 'name: ask, request: {url: "https://shop.example.com/", headers: {X-Key: "{{ secret.Shop }}"}}'
    copied(tmp_path, heartbeats="[]", checks=f"[{{key: order, name: Order, steps: [{{{step}}}]}}]")
    warning = "warning: SEVBOT_CHECK_SECRET_SHOP: without it a check can't be run"
    assert warning in sevbot_cli("check", SEVBOT_CONFIG=str(tmp_path)).stderr.splitlines()
    told = sevbot_cli("check", SEVBOT_CONFIG=str(tmp_path), SEVBOT_CHECK_SECRET_SHOP="s3cret")
    assert (warning in told.stderr.splitlines(), told.exit_code) == (False, 0)


def copied(folder: Path, *, heartbeats: str, checks: str = "[]") -> None:
    """The configuration of the tests, in which a workflow has heartbeats and checks."""
    copytree(CONFIG, folder, dirs_exist_ok=True)
    file = folder / "workflows.yaml"
    text = file.read_text().replace(
        "name: Place order,", f"name: Place order, heartbeats: {heartbeats}, checks: {checks},"
    )
    file.write_text(text)
