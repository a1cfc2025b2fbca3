"""The ground of the stories about reminders: a bot that reminds, at any hour, and a clock that is moved on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from bot.app import Bot
from bot.config import Nudges, Settings, load
from bot.nudges.model import Nudge
from bot.playground import Playground
from tests.conftest import environment_for
from tests.environments import at_work
from tests.processes import CONFIG
from tests.scenarios.stories import Stage

MINUTE = 60.0
HOUR = 60 * MINUTE
ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "00:00", "end": "00:00"}
ONE_RULE: dict[str, Any] = {
    "working_hours": ALWAYS, "update_overdue": "never", "open_too_long": "never", "status_stuck": "never",
    "postmortems": {"missing": "never", "late": "never", "review_late": "never"},
}  # fmt: skip
"""Nobody in command, and nothing else."""


@contextmanager
def reminding_bot(slack: Playground, database_url: str, **nudges: Any) -> Iterator[Bot]:
    """A bot at work, with other rules for reminders than the tests' own."""
    config = load(CONFIG).model_copy(update={"nudges": Nudges.model_validate(nudges)})
    with at_work(Bot(environment_for(slack, database_url), settings=Settings(CONFIG, config=config)), slack) as bot:
        yield bot


def passes(stage: Stage, seconds: float) -> None:
    """Time passes, and the loop does what it does every few seconds."""
    stage.slack.advance_clock(seconds)
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is
    stage.bot.house.remind()
    stage.settles()


def ledger(stage: Stage) -> list[str]:
    """What was decided, in order: `no_commander to channel: first`."""
    with stage.bot.database.read() as session:
        rows = session.scalars(select(Nudge).order_by(Nudge.id))
        return [f"{row.rule} to {row.audience or 'nobody'}: {row.reason}" for row in rows]
