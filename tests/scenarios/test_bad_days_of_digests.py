"""Bad days of digests, as `docs/bad-days.md` promises them: each line of its table is made to happen, and must be said so."""

import logging
from collections.abc import Callable, Iterator

import pytest

from bot.app import Bot
from bot.digest import drawing
from bot.playground import Playground
from tests.scenarios.digesting import DAILY, PATIENT, comes, digesting_bot, issues, moves_on, tries, was_left_out
from tests.scenarios.stories import Stage
from tests.scenarios.test_bad_days_of_promises import Line, table

HOUR = 3600.0


def refused_with(error: str) -> Callable[[Stage], None]:
    """Slack refuses every post in the channel with this word."""

    def happens(stage: Stage) -> None:
        stage.slack.faults.add("chat.postMessage", error, times=1)
        comes(stage)

    return happens


def archived(stage: Stage) -> None:
    stage.slack.person("ada").archives("#incidents")
    comes(stage)


def slack_is_down_for(hours: int) -> Callable[[Stage], None]:
    """Slack takes nothing when the digest is due, and for some hours after."""

    def happens(stage: Stage) -> None:
        stage.slack.faults.add("*", "500", times=None, where=lambda call: call.method != "auth.test")
        comes(stage, settles=False)
        stage.slack.wait_until(lambda: tries(stage) > 3, why="it is tried in vain", seen=lambda: str(issues(stage)))
        moves_on(stage, hours * HOUR)
        tried = tries(stage)
        stage.slack.wait_until(lambda: tries(stage) > tried + 1 or was_left_out(stage), why="it knows what time it is")
        stage.slack.faults.clear()
        stage.settles()

    return happens


def bot_is_down_for(hours: int) -> Callable[[Stage], None]:
    """Nobody looks for some hours."""

    def happens(stage: Stage) -> None:
        comes(stage, late=hours * HOUR)

    return happens


def not_drawn(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "TAKES_AT_MOST", 0.01)
        comes(stage)


STORIES: dict[str, Callable[[Stage], None]] = {
    "The channel of a digest was archived": archived,
    "The channel of a digest is there no more": refused_with("channel_not_found"),
    "Sevbot was removed from the channel of a digest": refused_with("not_in_channel"),
    "Slack is down when a digest is due, and comes back within three hours": slack_is_down_for(1),
    "Slack is down when a digest is due, and comes back later": slack_is_down_for(4),
    "Sevbot is down when a digest is due, and comes back within three hours": bot_is_down_for(1),
    "Sevbot is down when a digest is due, and comes back later": bot_is_down_for(4),
    "A digest's picture can't be drawn": not_drawn,
}
PICTURED = "A digest's picture can't be drawn"


@pytest.fixture
def engine() -> str:
    """One is enough: what is said does not depend on it."""
    return "sqlite"


@pytest.fixture
def sevbot(slack: Playground, database_url: str, request: pytest.FixtureRequest) -> Iterator[Bot]:
    is_pictured = PICTURED in request.node.name
    digest = DAILY | {"tell": "U02GRACE", "picture": "sevs" if is_pictured else "none"}
    with digesting_bot(slack, database_url, digest, **(PATIENT if is_pictured else {})) as bot:
        yield bot


def test_every_line_of_the_table_has_a_story_and_every_story_a_line() -> None:
    assert {line.case for line in table("Digests")} == set(STORIES)


@pytest.mark.parametrize("case", STORIES)
def test_on_a_bad_day_it_is_said_as_promised(
    troubled_stage: Stage, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    STORIES[case](troubled_stage)
    troubled_stage.settles()
    for line in (line for line in table("Digests") if line.case == case):
        said = said_there(troubled_stage, line, caplog)
        assert any(line.is_in(text) for text in said), f"{line.words!r} was not said {line.where}: {said}"
    troubled_stage.begins()


def said_there(stage: Stage, line: Line, caplog: pytest.LogCaptureFixture) -> list[str]:
    """All that was said where a line says that it is."""
    if line.where == "in the log":
        return [record.getMessage() for record in caplog.records]
    if line.where.startswith("in answer to"):
        return [stage.slack.person("ada").goes_to("#incidents").types("/sev digest").text]
    place = line.place if line.place.startswith("#") else stage.slack.direct(line.who).id
    return [stage.words(each) for each in stage.said_in(place)]
