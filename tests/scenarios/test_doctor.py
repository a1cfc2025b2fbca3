"""Operators ask how the bot itself fares, in Slack and in a shell, and let it try again what failed."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.playground import Person, Playground
from bot.playground.model import BOT_USER_ID
from bot.runs import JobRun
from bot.schedule import FAILURES
from bot.slack.manifest import SCOPES
from bot.web.routes import Health, build
from bot.web.server import Server
from tests.scenarios.stories import Stage
from tests.shell import Sevbot


@pytest.fixture(autouse=True)
def least(slack: Playground) -> None:
    """The local Slack grants more than the manifest asks for."""
    slack.workspace.scopes[:] = sorted(SCOPES)


@pytest.fixture(autouse=True)
def forgiven() -> None:
    """What jobs of other tests failed at in this process is no business of these."""
    FAILURES.clear()


def test_all_is_well_and_each_thing_is_said(stage: Stage, ada: Person) -> None:
    before = ada.types("/sev doctor")
    assert "Slack was not asked yet" in before.text
    stage.bot.house.operations.doctor.ask_slack()
    said = ada.types("/sev doctor").text
    assert said.startswith("All is well with Sevbot.")
    for part in (
        "The bot token is good: sevbot in ", "The app has the scopes it needs, and no others.", "agrees with Slack's",
        "The database is at revision ", "0 deliveries wait, none of them late.", "No delivery failed for good.",
        " jobs ran when they should.", "The socket to Slack was opened ", "Slack was asked 0 s ago.",
        "The bot is in all 2 channels that the configuration names.",
    ):  # fmt: skip
        assert part in said


def test_what_slack_withholds_is_named_with_what_to_do(stage: Stage, ada: Person) -> None:
    with stage.slack.workspace.lock:
        stage.slack.workspace.scopes.remove("pins:write")
        stage.slack.workspace.scopes.append("files:read")
        stage.slack.channel("#incidents").members.remove(BOT_USER_ID)
    stage.bot.house.operations.doctor.ask_slack()
    said = ada.types("/sev doctor").text
    assert said.startswith("Something keeps Sevbot from its work.")
    assert "The app lacks scopes: pins:write (to pin the card). Make the manifest anew" in said
    assert "The app has scopes it does not need: files:read." in said
    assert "Sevbot is not in #incidents. Type /invite @sevbot in #incidents." in said


def test_what_failed_is_tried_again_at_a_click(stage: Stage, ada: Person) -> None:
    stage.slack.faults.add("pins.add", "is_archived")
    stage.declared(ada, "SEV1 checkout is down")
    said = ada.types("/sev doctor")
    assert "One delivery failed for good: Pin the card (1): is_archived" in said.text
    ada.clicks("Try what failed again")
    ada.sees("One delivery is tried again. /sev doctor says how that went.")
    stage.settles()
    assert "No delivery failed for good." in ada.types("/sev doctor").text


def test_only_those_who_operate_it_are_told(stage: Stage, ada: Person, grace: Person) -> None:
    settings = stage.bot.settings
    permissions = settings.current.permissions.model_copy(update={"operate": (grace.id,)})
    settings.current = settings.current.model_copy(update={"permissions": permissions})
    assert ada.types("/sev doctor").text == (
        "Only its operators may look how Sevbot itself fares: the permissions in its configuration name them."
    )
    assert grace.types("/sev doctor").text.startswith("All is well with Sevbot.")


def test_a_shell_tells_the_same(sevbot_cli: Sevbot, stage: Stage, slack: Playground) -> None:
    environment = told_in_a_shell(stage.bot, slack)
    said = sevbot_cli("doctor", **environment)
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}, said.stdout
    assert any("The app-level token is good." in line for line in lines)
    assert any(" jobs ran when they should." in line for line in lines)


def test_a_shell_knows_of_a_job_that_does_not_run_whatever_bot_it_is_in(
    sevbot_cli: Sevbot, stage: Stage, slack: Playground
) -> None:
    """What bots wrote down is told, also where the bot of this machine shows nothing of it."""

    def freeze(session: Session) -> None:
        three_hours_ago = stage.bot.clock.machine() - timedelta(hours=3)
        session.execute(
            update(JobRun)
            .where(JobRun.job == "digest.send_due")
            .values(since=three_hours_ago, ended_at=three_hours_ago)
        )

    stage.bot.database.run(freeze)
    said = sevbot_cli("doctor", **told_in_a_shell(stage.bot, slack))
    assert said.exit_code == 1
    assert "fault  The job digest.send_due last ran to its end 3 h 0 min ago; it runs every 15 s." in said.stdout
    stage.bot.stop()
    assert "warn   No bot runs. The last was stopped 0 s ago." in sevbot_cli(
        "doctor", **told_in_a_shell(stage.bot, slack)
    ).stdout.replace("stopped 1 s", "stopped 0 s")


def test_a_database_that_is_behind_is_told_so_and_the_bot_beside_it_still_tells_of_its_jobs(
    sevbot_cli: Sevbot, stage: Stage, slack: Playground
) -> None:
    with stage.bot.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE job_runs"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0023'"))
    said = sevbot_cli("doctor", **told_in_a_shell(stage.bot, slack))
    assert "fault  The database is at revision 0023, not " in said.stdout
    assert " jobs ran when they should." in said.stdout
    assert "Run: sevbot migrate" in sevbot_cli("retention", **told_in_a_shell(stage.bot, slack)).stderr


def test_a_bot_is_found_that_listens_at_all_addresses_of_ipv6(
    sevbot_cli: Sevbot, stage: Stage, slack: Playground
) -> None:
    server = Server(lambda: build(Health({}), slack=None, metrics_token="", hooks={}), host="::", port=0)
    server.start()
    try:
        said = sevbot_cli("doctor", **(told_in_a_shell(stage.bot, slack) | {"SEVBOT_HTTP": f"[::]:{server.port}"}))
    finally:
        server.stop(within=2)
    assert " jobs ran when they should." in said.stdout


def test_a_shell_tells_what_is_wrong_and_ends_with_one(
    sevbot_cli: Sevbot, stage: Stage, slack: Playground, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{free.getsockname()[1]}"
    wrong = {
        "SLACK_BOT_TOKEN": "xoxb-wrong",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}",
        "SEVBOT_HTTP": nowhere,
    }
    said = sevbot_cli("doctor", **(told_in_a_shell(stage.bot, slack) | wrong))
    assert said.exit_code == 1
    assert "fault  Slack does not take the bot token: invalid_auth." in said.stdout
    assert "fault  The database does not answer: " in said.stdout
    assert (
        f"warn   No bot runs here, or it does not show its metrics. Start it; it is looked for at SEVBOT_HTTP, {nowhere}."
        in said.stdout
    )


def test_a_shell_tries_again_what_failed(sevbot_cli: Sevbot, stage: Stage, slack: Playground, ada: Person) -> None:
    slack.faults.add("pins.add", "is_archived")
    stage.declared(ada, "SEV1 checkout is down")
    said = sevbot_cli("retry", **told_in_a_shell(stage.bot, slack))
    assert said.stdout == "1 deliveries are tried again by the bot that runs.\n"
    stage.settles()
    assert "No delivery failed for good." in sevbot_cli("doctor", **told_in_a_shell(stage.bot, slack)).stdout


def told_in_a_shell(bot: Bot, slack: Playground) -> dict[str, str]:
    """The environment of the bot that runs."""
    return {
        "DATABASE_URL": bot.database.url.render_as_string(hide_password=False),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "SEVBOT_HTTP": f"127.0.0.1:{bot.server.port}",
    }
