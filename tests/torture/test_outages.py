"""The ground shakes: the database goes away, the disk is full, the line is cut, Slack is down. Told as people live it."""

import resource
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.playground import Playground
from bot.playground.traffic import Call
from tests.databases import new_sqlite, postgres_server
from tests.processes import BotProcess
from tests.torture import stories
from tests.torture.faulting import CHANNEL, Stage, config_with, differences, said_twice, staged, visible
from tests.torture.stories import undisturbed

NOT_KEPT = "nothing was changed"
LATE = 3
"""After how many tries a delivery has certainly met the fault."""
BACK_WITHIN = 15.0
"""Seconds in which a lost connection is made again."""


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place to announce in."""
    return config_with(tmp_path_factory.mktemp("config"), {"workflows": []})


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def stage(database_url: str, config: Path) -> Iterator[Stage]:
    with staged(database_url, config) as made:
        yield made


def meanwhile(slack: Playground, method: str, happen: Callable[[], None]) -> threading.Event:
    """Let something happen during the first call of a method, after its effect and before its answer."""
    happened = threading.Event()

    def hook(call: Call, moment: str) -> None:
        if call.method == method and moment == "after":
            slack.hooks.remove(hook)
            happen()
            happened.set()

    slack.hooks.append(hook)
    return happened


def reconnects(stage: Stage) -> None:
    """Cut the line, and wait until the bot is back and has looked after its channels."""
    before = looks(stage)
    stage.slack.drop_sockets()
    stage.slack.wait_until(lambda: looks(stage) > before, within=BACK_WITHIN, why="the bot is back and looks")
    stage.settle()


def looks(stage: Stage) -> int:
    """How often the bot has asked about a channel."""
    return sum(call.delivery_kind == stories.RECONCILE for call in stage.slack.calls)


@pytest.mark.torture
def test_postgresql_may_restart_in_the_middle_of_a_declare(config: Path) -> None:
    with postgres_server() as server, staged(server.new_database(), config) as stage:
        stage.start()
        stopped = meanwhile(stage.slack, "conversations.create", server.server.stop)
        assert stage.ada.types("/sev declare SEV1 checkout is down").text.startswith("SEV-1 declared")
        assert stopped.wait(30)
        stage.slack.wait_until(lambda: NOT_KEPT in stage.ada.types("/sev title SEV-1 sign-in is slow").text)
        server.server.start()
        stage.settle()
        stage.types("/sev list")
        stage.ada.does_not_see("sign-in is slow")
        assert said_twice(stage.slack) == []
        assert differences(visible(stage.slack), undisturbed(Stage.start, stories.declare, config)) == []


def fill_disk(pid: int) -> None:
    """From now on every write of a process to a file fails, as on a disk without room."""
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, most))


def make_room(pid: int) -> None:
    """There is room on the disk again."""
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.torture
def test_a_full_disk_is_told_and_leaves_nothing_half_done(slack: Playground, tmp_path: Path, config: Path) -> None:
    ada = slack.person("ada")
    with BotProcess(slack, new_sqlite(tmp_path), config=config) as bot:
        ada.types("/sev declare SEV1 checkout is down")
        ada.sees("declared SEV-1 as SEV1", in_=CHANNEL)
        slack.wait_quiet()
        before = visible(slack)
        fill_disk(bot.pid)
        assert NOT_KEPT in ada.goes_to(CHANNEL).types("/sev severity SEV2").text
        assert NOT_KEPT in ada.types("/sev declare SEV2 sign-in is slow").text
        assert "SEV-1 SEV1: checkout is down" in ada.types("/sev show").text
        slack.wait_quiet()
        assert differences(visible(slack), before) == []
        make_room(bot.pid)
        assert ada.types("/sev severity SEV2").text == "SEV-1 is now SEV2."
        assert ada.types("/sev declare SEV2 sign-in is slow").text.startswith("SEV-2 declared")
        ada.sees("declared SEV-2 as SEV2", in_="#sev-2-sign-in-is-slow")
        ada.sees("@Ada Lovelace changed the severity from SEV1 to SEV2", in_=CHANNEL)
        assert bot.stop() == 0
    assert said_twice(slack) == []


@pytest.mark.torture
def test_a_disk_that_is_full_in_the_middle_of_a_declare_delays_it(
    slack: Playground, tmp_path: Path, config: Path
) -> None:
    with BotProcess(slack, new_sqlite(tmp_path), config=config) as bot:
        expected = undisturbed(Stage.start, stories.declare, config)
        full = meanwhile(slack, "conversations.create", lambda: fill_disk(bot.pid))
        slack.person("ada").types("/sev declare SEV1 checkout is down")
        assert full.wait(5)
        slack.wait_quiet()
        make_room(bot.pid)
        slack.wait_until(lambda: not differences(visible(slack), expected), within=20, why="all is as if nothing was")
    assert said_twice(slack) == []


@pytest.mark.torture
def test_a_line_cut_in_the_middle_loses_nothing(stage: Stage, config: Path) -> None:
    stage.start()
    cut = meanwhile(stage.slack, "conversations.setTopic", stage.slack.drop_sockets)
    stories.declare(stage)
    assert cut.is_set()
    stage.slack.wait_until(lambda: stage.slack.socket_count() == 1, within=BACK_WITHIN, why="the bot reconnects")
    stage.types("/sev list")
    stage.ada.sees("SEV-1")
    assert differences(visible(stage.slack), undisturbed(Stage.start, stories.declare, config)) == []


def test_a_lost_ack_and_an_impatient_person_make_one_sev(stage: Stage, config: Path) -> None:
    stage.start()
    stage.slack.post.ack_within = 0.5
    stage.slack.faults.lose_acks(1)
    stories.declare(stage)
    assert "operation_timeout" in stage.ada.notices[-1]
    stage.slack.post.ack_within = 3.0
    assert "SEV-1 is already declared" in stage.ada.types("/sev declare SEV1 checkout is down").text
    stage.settle()
    assert differences(visible(stage.slack), undisturbed(Stage.start, stories.declare, config)) == []


@pytest.mark.torture
def test_events_that_come_again_change_nothing(stage: Stage, config: Path) -> None:
    stories.start_and_declare(stage)
    stage.slack.faults.lose_acks(3)
    stage.slack.faults.duplicate_events(10)
    stories.archive(stage)
    stories.unarchive(stage)
    assert said_twice(stage.slack) == []
    expected = undisturbed(stories.start_declare_and_archive, stories.unarchive, config)
    assert differences(visible(stage.slack), expected) == []


@pytest.mark.torture
def test_an_archive_that_is_heard_of_after_the_unarchive_is_no_trouble(stage: Stage) -> None:
    stories.start_and_declare(stage)
    stage.slack.faults.hold_events()
    stage.ada.archives(CHANNEL)
    stage.ada.unarchives(CHANNEL)
    stage.slack.faults.release_events(reverse=True)
    stage.settle()
    stage.ada.sees(f"Join {CHANNEL} to help", in_="#incidents")
    stage.types("/sev mitigate", in_=CHANNEL)
    stage.ada.sees("set the status to", in_=CHANNEL)


@pytest.mark.torture
def test_whoever_left_a_private_sev_cannot_see_it_in_whatever_order_that_is_heard(stage: Stage) -> None:
    stories.start_and_declare_privately(stage)
    barbara = stage.slack.person("barbara")
    stage.slack.faults.hold_events()
    stage.ada.invites(barbara, to="#sev-1")
    stage.ada.removes(barbara, from_="#sev-1")
    stage.slack.faults.release_events(reverse=True)
    stage.settle()
    assert barbara.types("/sev show SEV-1").text.startswith("There is no SEV-1 that you can see.")


def test_what_was_missed_for_ten_minutes_is_caught_up_with(stage: Stage) -> None:
    stories.start_and_declare(stage)
    stage.types("/sev declare SEV3 search is slow")
    stage.types("/sev declare SEV3 somebody reads our mail --private")
    ada, grace, barbara = (stage.slack.person(name) for name in ("ada", "grace", "barbara"))
    ada.invites(grace, to="#sev-3")
    stage.settle()
    card = next(message for message in stage.slack.channel(CHANNEL).messages.values() if message.blocks)

    stage.slack.faults.lose_events = True
    ada.deletes(card)
    ada.archives("#sev-2-search-is-slow")
    ada.removes(grace, from_="#sev-3")
    ada.invites(barbara, to="#sev-3")
    stage.slack.advance_clock(600)
    stage.slack.faults.lose_events = False
    reconnects(stage)

    assert len(stage.slack.channel(CHANNEL).pins) == 1
    ada.sees("Incident commander", in_=CHANNEL)
    ada.sees("the channel of SEV-2 (search is slow), was archived", in_="@sevbot")
    assert grace.types("/sev show SEV-3").text.startswith("There is no SEV-3 that you can see.")
    assert "somebody reads our mail" in barbara.types("/sev show SEV-3").text
    assert said_twice(stage.slack) == []


COMMANDS = ("/sev declare SEV2 checkout is down", "/sev severity SEV-1 SEV1", "/sev mitigate SEV-1")
ANSWERS = ("SEV-1 declared; its channel is being set up.", "SEV-1 is now SEV1.", "SEV-1 is now mitigated.")


def command_all(stage: Stage) -> None:
    for command in COMMANDS:
        stage.types(command)


def known(stage: Stage) -> None:
    """The bot knows who ada is."""
    stage.start()
    stage.types("/sev status")


def test_while_slack_is_down_commands_are_kept_and_all_follows_in_order(stage: Stage, config: Path) -> None:
    known(stage)
    stage.slack.faults.add("*", "500", times=None)
    assert tuple(stage.ada.types(command).text for command in COMMANDS) == ANSWERS
    assert "Slack did not open the form in time" in stage.ada.types("/sev declare").text
    assert "SEV-1" in stage.ada.types("/sev list").text
    stage.slack.faults.clear()
    stage.settle()
    expected = undisturbed(known, command_all, config)["channels"]
    seen = visible(stage.slack)["channels"]
    for channel in (expected, seen):
        del channel[CHANNEL[1:]]["notices"]  # a topic that was never shown is not said to have been set
    assert said_twice(stage.slack) == []
    assert differences({name: seen[name] for name in expected}, expected) == []


@pytest.mark.torture
def test_an_outage_in_the_middle_of_a_declare_delays_it(stage: Stage, config: Path) -> None:
    def go_down() -> None:
        stage.slack.faults.outage = True

    stage.start()
    down = meanwhile(stage.slack, "conversations.create", go_down)
    stage.ada.types("/sev declare SEV1 checkout is down")
    assert down.wait(5)
    stage.slack.wait_until(lambda: any(row.attempts >= LATE for row in stage.rows()), why="it was tried in vain")
    stage.slack.faults.outage = False
    stage.settle()
    reconnects(stage)
    expected = undisturbed(Stage.start, stories.declare, config)["channels"]
    seen = visible(stage.slack)["channels"]
    assert said_twice(stage.slack) == []
    assert differences({name: seen[name] for name in expected}, expected) == []


@pytest.mark.parametrize(
    ("engine", "fault"),
    [
        pytest.param("sqlite", None, marks=pytest.mark.torture),
        pytest.param("postgresql", None, marks=pytest.mark.torture),
        pytest.param("sqlite", "timeout_before", marks=pytest.mark.torture),
    ],
)
def test_told_to_stop_in_the_middle_it_ends_well_and_goes_on_later(
    slack: Playground, database_url: str, config: Path, fault: str | None
) -> None:
    bot = BotProcess(slack, database_url, config=config)
    with bot:
        if fault:
            slack.faults.add("conversations.invite", fault)
        told = meanwhile(slack, "conversations.create", lambda: bot.process.send_signal(signal.SIGTERM))  # type: ignore[union-attr]
        slack.person("ada").types("/sev declare SEV1 checkout is down")
        assert told.wait(5)
        assert bot.process is not None
        assert bot.process.wait(timeout=10) == 0
    with bot:
        expected = undisturbed(Stage.start, stories.declare, config)
        slack.wait_until(lambda: not differences(visible(slack), expected), within=20, why="all is as if nothing was")
    assert said_twice(slack) == []
