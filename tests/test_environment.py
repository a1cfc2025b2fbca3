"""What an installation says through its environment: defaults, secrets in files, and everything wrong at once."""

from pathlib import Path

import pytest

from bot.config import ConfigFaults
from bot.environment import read_environment, require_slack

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
SECRETS = ["DATABASE_URL", "SEVBOT_METRICS_TOKEN", "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]
FIELDS = ["database_url", "metrics_token", "slack_app_token", "slack_bot_token", "slack_signing_secret"]


def faults(**variables: str) -> list[str]:
    with pytest.raises(ConfigFaults) as refused:
        read_environment(variables)
    return refused.value.faults


def test_an_empty_environment_means_the_documented_defaults() -> None:
    found = read_environment({})
    assert found.database_url == "sqlite:///var/sevbot.db"
    assert found.config_folder == Path("config")
    assert (found.http_host, found.http_port) == ("127.0.0.1", 8080)
    assert found.log_format == "text"
    assert found.slack_api_url == "https://slack.com/api/"
    assert not found.socket_mode
    assert not found.slack_is_local


@pytest.mark.parametrize(("name", "field"), [*zip(SECRETS, FIELDS, strict=True)])
def test_every_secret_may_lie_in_a_file(name: str, field: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("postgresql://sevbot@db/sevbot\n")
    assert getattr(read_environment({f"{name}_FILE": str(file)}), field) == "postgresql://sevbot@db/sevbot"


def test_a_secret_given_twice_or_in_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("xoxb-1")
    assert faults(SLACK_BOT_TOKEN="xoxb-2", SLACK_BOT_TOKEN_FILE=str(file)) == [
        "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: give one"
    ]
    assert faults(SLACK_APP_TOKEN_FILE="/nowhere/secret") == [
        "SLACK_APP_TOKEN_FILE: /nowhere/secret cannot be read: FileNotFoundError"
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = faults(
        SEVBOT_HTTP="8080", SEVBOT_LOG="xml", SLACK_API_URL="http://slack.example.com/api/", DATABASE_URL="mysql://x/y"
    )
    assert [each.partition(":")[0] for each in told] == ["SEVBOT_HTTP", "SEVBOT_LOG", "SLACK_API_URL", "DATABASE_URL"]


@pytest.mark.parametrize("address", [":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http"])
def test_what_is_no_host_and_port_is_refused(address: str) -> None:
    assert faults(SEVBOT_HTTP=address) == ["SEVBOT_HTTP: write HOST:PORT, such as 127.0.0.1:8080"]


def test_an_address_of_the_sixth_version_of_ip_stands_in_brackets() -> None:
    found = read_environment({"SEVBOT_HTTP": "[::1]:9000"})
    assert (found.http_host, found.http_port) == ("::1", 9000)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgres://h/d", "postgresql+asyncpg://h/d", "x"])
def test_only_the_two_engines_are_taken_and_sqlite_needs_a_file(url: str) -> None:
    assert faults(DATABASE_URL=url) == ["DATABASE_URL: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765/api", "http://localhost/api/", "http://[::1]:1/api/"])
def test_a_slack_on_this_machine_may_do_without_https_and_its_clock_is_obeyed(url: str) -> None:
    found = read_environment({"SLACK_API_URL": url})
    assert found.slack_api_url == url.rstrip("/") + "/"
    assert found.slack_is_local


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.example.com/", "http://localhost@example.com/", "ftp://x/", "http://[", ""]
)
def test_an_address_that_only_looks_local_is_refused(url: str) -> None:
    assert faults(SLACK_API_URL=url)[0].startswith("SLACK_API_URL: must begin with https://")


JIRA = {"JIRA_URL": "https://example.atlassian.net/", "JIRA_EMAIL": "bot@example.com", "JIRA_TOKEN": "t0ken"}


def test_the_tracker_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("wh1sper\n")
    found = read_environment({**SOCKET, **JIRA, "JIRA_WEBHOOK_SECRET_FILE": str(tmp_path / "secret")}).tracker
    assert (found.jira_url, found.jira_webhook_secret) == ("https://example.atlassian.net", "wh1sper")
    assert not [word for word in ("t0ken", "wh1sper", "bot@") if word in repr(found)]
    assert faults(JIRA_URL="https://example.atlassian.net")[0].startswith("Give JIRA_URL, JIRA_EMAIL and JIRA_TOKEN")
    assert faults(**JIRA | {"JIRA_URL": "http://example.com"})[0].startswith("JIRA_URL: must begin with https://")


def test_the_tokens_say_the_mode() -> None:
    socket = read_environment(SOCKET)
    require_slack(socket)
    assert socket.socket_mode
    http = read_environment({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"})
    require_slack(http)
    assert not http.socket_mode


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, ["SLACK_BOT_TOKEN", "Give SLACK_APP_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["Give SLACK_APP_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
    ],
)
def test_without_what_its_mode_needs_it_does_not_start(variables: dict[str, str], told: list[str]) -> None:
    with pytest.raises(ConfigFaults) as refused:
        require_slack(read_environment(variables))
    assert [fault.startswith(each) for fault, each in zip(refused.value.faults, told, strict=True)] == [True] * len(
        told
    )
