"""The process dies at every line of a declaration without a database: none is lost, and none is made twice."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.playground import Playground
from tests.conftest import environment_for
from tests.scenarios.stories import Stage as Tale
from tests.torture.faulting import Stage, config_with, said_twice, without_database
from tests.torture.stories import bring_in

WORDS = "/sev declare SEV1 checkout is down"
POINTS = 22
"""Before and after each write of the journal, each call to Slack, and the commit that brings it in."""
SAMPLE = {("sqlite", at) for at in (2, 4, 21)} | {("postgresql", 4)}


class Killed(BaseException):
    """The process is no more."""


class Fuse:
    """Counts what has an effect outside the process; from the n-th moment on nothing has one any more."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed: list[str] = []
        self._lock = threading.Lock()

    def burns(self, moment: str) -> None:
        with self._lock:
            self.passed.append(moment)
            if len(self.passed) >= self.at:
                raise Killed(moment)

    @property
    def is_burnt(self) -> bool:
        return len(self.passed) >= self.at

    def around(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*arguments: Any, **named: Any) -> Any:
            self.burns(f"before {name}")
            result = act(*arguments, **named)
            self.burns(f"after {name}")
            return result

        return acting


def put_into(bot: Bot, fuse: Fuse, patch: pytest.MonkeyPatch) -> None:
    """Let the fuse burn wherever a declaration has an effect outside the process."""
    journal = bot.house.emergencies.journal
    for owner, name in (
        (journal, "_write"),
        (journal, "remove"),
        (bot.house.emergencies, "_tell"),
        (bot.slack, "call"),
    ):
        patch.setattr(owner, name, fuse.around(name, getattr(owner, name)))


def declares(stage: Stage, fuse: Fuse) -> str:
    """Ada declares while the database is down, and what can be done is done, or the process dies. Returns her answer."""
    with without_database(stage.bot):
        answer = str(stage.ada.goes_to("#general").types(WORDS).text)
        stage.slack.wait_until(lambda: fuse.is_burnt or "after _tell" in fuse.passed, why="it is done, or dead")
    return answer


def ends_well(stage: Stage) -> None:
    """There is one SEV, with one channel and one of everything that belongs to it."""
    sev = Tale(stage.slack, stage.bot).sev(1)
    assert Tale(stage.slack, stage.bot).number_of_sevs() == 1
    names = [each.name for each in stage.slack.workspace.channels.values() if each.name.startswith("sev-")]
    assert names == ["sev-1-checkout-is-down"]
    assert sev.members == {"ada", "grace", "margaret"}
    assert sev.card.startswith(":red_circle: SEV-1 SEV1: checkout is down")
    assert "Join #sev-1-checkout-is-down to help" in sev.announcement("#incidents")
    assert [line for line in sev.lines if "Work on it here" in line] == []
    assert len([line for line in sev.lines if "It is SEV-1." in line]) <= 1
    assert said_twice(stage.slack) == []
    assert list(stage.bot.environment.journal_folder.glob("*")) == []


def cases() -> list[Any]:
    every = [(engine, at) for engine in ("sqlite", "postgresql") for at in range(1, POINTS + 1)]
    return [pytest.param(*each, marks=() if each in SAMPLE else pytest.mark.torture) for each in every]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("engine", "at"), cases())
def test_wherever_it_dies_there_is_one_sev_in_the_end(
    slack: Playground, database_url: str, at: int, tmp_path: Path
) -> None:
    config = config_with(tmp_path / "config", {"workflows": []})
    slack.post.ack_within = 1.0
    first = Stage(slack, database_url, config, journal=tmp_path / "journal")
    fuse = Fuse(at)
    try:
        first.start()
        first.types("/sev status")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                first.bot.house.emergencies, "carry_on", lambda: None
            )  # the job's own times are no moments here
            put_into(first.bot, fuse, patch)
            answer = declares(first, fuse)
            if not fuse.is_burnt:
                patch.undo()
                put_into(first.bot, fuse, patch)
                with suppress(Killed):
                    first.bot.house.emergencies.carry_on()
            assert fuse.is_burnt, fuse.passed
            first.bot.stop()
    finally:
        first.bot.stop()
    slack.wait_until(lambda: slack.socket_count() == 0, why="the first process is gone")
    slack.post.ack_within = 3.0
    second = Stage(slack, database_url, config, journal=tmp_path / "journal")
    try:
        second.start()
        if not answer:
            second.types(WORDS)
        bring_in(second)
        ends_well(second)
    finally:
        second.bot.stop()


def test_a_file_that_cannot_be_read_is_set_aside(slack: Playground, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.mkdir()
    (journal / "a.json").write_text("{half")
    (journal / "b.json.part").write_text("unfinished")
    bot = Bot(environment_for(slack, "sqlite:///nowhere", journal=journal))
    bot.house.emergencies.start()
    assert bot.house.emergencies.journal.all() == []
    assert {path.name for path in journal.iterdir()} == {"a.unreadable", "b.json.part"}
    bot.stop()
