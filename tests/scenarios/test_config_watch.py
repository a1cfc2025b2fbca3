"""Somebody edits the configuration while the bot runs: it is read again, and what cannot be used is told to the operators."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest

from bot.app import Bot
from bot.playground import Playground
from tests.conftest import environment_for
from tests.environments import at_work
from tests.processes import CONFIG
from tests.scenarios.stories import Stage
from tests.scenarios.test_bad_days_of_promises import Line, table

OPERATORS = "#platform"
SLO = "    slos: [{key: availability, name: Orders are placed, target: 0.999}]\n"
WORKFLOW = "workflows:\n  - key: place-order\n    name: Place order\n"


class Files:
    """The configuration's files, and somebody who edits them."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.folder = folder
        self.stage = stage

    def save(self, content: str, *, name: str = "workflows.yaml") -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(content)

    def are_looked_at(self) -> None:
        """The loop looks, and again some seconds later."""
        for _ in range(2):
            self.stage.bot.house.operations.config_watch.look()
        self.stage.settles()

    def told(self) -> list[str]:
        """What the operators read."""
        greeting, *told = [self.stage.words(each) for each in self.stage.said_in(OPERATORS)]
        assert (
            greeting == "Hello. What Sevbot can't use, of its configuration or of what it is sent, will be told here."
        )
        return told


@pytest.fixture
def files(slack: Playground, database_url: str, tmp_path: Path) -> Iterator[Files]:
    folder = Path(copytree(CONFIG, tmp_path / "config"))
    with (folder / "sevbot.yaml").open("a") as file:
        file.write(f"operators: '{OPERATORS}'\n")
    bot = Bot(environment_for(slack, database_url, config=folder))
    with at_work(bot, slack, is_new=True):
        stage = Stage(slack, bot)
        stage.begins()
        yield Files(folder, stage)


def promises(files: Files) -> list[str]:
    return [each.key for workflow in files.stage.bot.settings.current.workflows for each in workflow.slos]


def test_what_is_saved_is_in_force_without_a_restart(files: Files) -> None:
    files.save(f"{WORKFLOW}{SLO}")
    files.are_looked_at()
    assert promises(files) == ["availability"]
    assert files.told() == []


def test_workflows_that_are_lost_are_not_taken_for_none(files: Files) -> None:
    files.save(f"{WORKFLOW}{SLO}")
    files.are_looked_at()
    (files.folder / "workflows.yaml").unlink()
    files.are_looked_at()
    (told,) = files.told()
    assert "config/workflows.yaml: the file is missing" in told
    assert "; if there are none, let it say workflows: []" in told
    assert promises(files) == ["availability"]
    files.save("workflows: []")
    files.are_looked_at()
    assert promises(files) == []
    assert [each[:18] for each in files.told()] == [":white_check_mark:"]


def test_half_a_file_is_nobodys_news(files: Files) -> None:
    files.save(f"{WORKFLOW}    slos: [{{key")
    files.stage.bot.house.operations.config_watch.look()
    files.save(f"{WORKFLOW}{SLO}")
    files.are_looked_at()
    assert promises(files) == ["availability"]
    assert files.told() == []


def test_a_faulty_file_is_refused_whole_told_once_and_its_mending_is_shown(files: Files) -> None:
    before = files.stage.bot.settings.current
    files.save(f"{WORKFLOW}    tier: 9\n    slos: [{{key: a, name: <!channel>, target: 99.9}}]\n")
    files.are_looked_at()
    files.are_looked_at()
    assert files.stage.bot.settings.current is before
    (told,) = files.told()
    assert told.startswith(":warning: The configuration was changed and can't be used, so the one before stays.")
    assert "config/workflows.yaml: workflows.0.tier: Input should be less than or equal to 4" in told
    assert "config/workflows.yaml: workflows.0.slos.0.target: write it as a part of one: 0.999 for 99.9 %" in told
    files.save(f"{WORKFLOW}{SLO}")
    files.are_looked_at()
    assert promises(files) == ["availability"]
    (told,) = files.told()
    assert told == ":white_check_mark: What was said here of the configuration is over: it was changed since."


def test_another_fault_is_told_anew(files: Files) -> None:
    files.save("workflows: 1\n")
    files.are_looked_at()
    files.save("workflows: 2\n")
    files.are_looked_at()
    first, second = files.told()
    assert "is over" in first
    assert "can't be used" in second


def test_what_is_left_out_is_told_once_and_not_again_after_a_restart(files: Files) -> None:
    files.save("apiVersion: openslo/v2alpha\nkind: SLO\nmetadata: {name: orders}\n", name="openslo/slos.yaml")
    files.are_looked_at()
    (told,) = files.told()
    assert told.startswith(":information_source: Not everything in the configuration does what it says.")
    assert "config/openslo/slos.yaml: SLO orders: apiVersion: left out: openslo/v2alpha is not read here." in told
    files.stage.bot.database.run(files.stage.bot.house.begin)
    files.stage.settles()
    assert files.told() == [told]


def test_a_long_list_is_cut_and_says_where_the_rest_is(files: Files) -> None:
    files.save("workflows: [" + ", ".join("{key: A}" for _ in range(30)) + "]\n")
    files.are_looked_at()
    (told,) = files.told()
    assert told.count("•") == 10
    assert "There are 60 in all: sevbot check lists them." in told


def has_a_fault(files: Files) -> None:
    files.save("workflows: 1\n")
    files.are_looked_at()


def has_a_fault_and_no_operators(files: Files) -> None:
    files.save((CONFIG / "sevbot.yaml").read_text(), name="sevbot.yaml")
    files.are_looked_at()
    has_a_fault(files)


def is_mended(files: Files) -> None:
    has_a_fault(files)
    files.save("workflows: []\n")
    files.are_looked_at()


def holds_what_is_not_done(files: Files) -> None:
    files.save("apiVersion: openslo/v2alpha\n", name="openslo/slos.yaml")
    files.are_looked_at()


STORIES: dict[str, Callable[[Files], None]] = {
    "A file is saved with a fault": has_a_fault,
    "A file is saved with a fault, and there is no channel of the operators": has_a_fault_and_no_operators,
    "A file that had a fault is mended": is_mended,
    "A file in OpenSLO's format holds what Sevbot does not do": holds_what_is_not_done,
}


@pytest.mark.parametrize("line", table("Configuration"), ids=lambda line: line.case)
def test_what_the_table_of_bad_days_says_happens(files: Files, line: Line, caplog: pytest.LogCaptureFixture) -> None:
    STORIES[line.case](files)
    logged = [each.message for each in caplog.records if each.name.startswith("bot.") and each.levelname == "WARNING"]
    if line.where == "in the log":
        assert files.told() == []
        assert logged == [line.words]
    else:
        (told,) = files.told()
        assert line.words in told


def test_a_channel_that_is_new_in_the_files_is_learned(files: Files) -> None:
    files.save(f'{WORKFLOW}    announce: ["#random"]\n')
    files.are_looked_at()
    (greeting,) = files.stage.said_in("#random")
    assert files.stage.words(greeting) == "Hello. SEVs will be announced here from now on."
