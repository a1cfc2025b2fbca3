"""The ground of the stories about what is said once a day: a bot whose teams have managers, and a clock moved from day to day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import Bot
from bot.config import CalendarRules, Config, Nudges, Settings, Team, load
from bot.playground import Playground
from tests.conftest import environment_for
from tests.environments import at_work
from tests.processes import CONFIG
from tests.scenarios.reminding import passes
from tests.scenarios.stories import Stage

OPEN_RULES = {"no_commander": "never", "update_overdue": "never", "open_too_long": "never", "status_stuck": "never"}
"""Nothing is said about open SEVs."""
PAYMENTS = Team(
    key="payments", name="Payments", members=("U02GRACE", "U05MARGARET"), channel="#payments", manager="U03LINUS"
)
PLATFORM = Team(key="platform", name="Platform", members=("U06BARBARA",), time_zone="Asia/Tokyo", channel="#platform")
LONDON, NEW_YORK, TOKYO = "Europe/London", "America/New_York", "Asia/Tokyo"


def with_people(*teams: Team, calendar: CalendarRules | None = None, **nudges: Any) -> Config:
    """A configuration in which action items are reminded of, and nothing else."""
    changes = {
        "teams": teams or (PAYMENTS, PLATFORM),
        "calendar": calendar or CalendarRules(),
        "nudges": Nudges.model_validate({**OPEN_RULES, "time_zone": LONDON, **nudges}),
    }
    return load(CONFIG).model_copy(update=changes)


@contextmanager
def bot_with(slack: Playground, database_url: str, config: Config) -> Iterator[Bot]:
    """A bot at work with that configuration."""
    with at_work(Bot(environment_for(slack, database_url), settings=Settings(CONFIG, config=config)), slack) as bot:
        yield bot


@dataclass
class Days:
    """Days counted from a Monday that is to come: 0 is that Monday, 5 a Saturday."""

    stage: Stage
    monday: date

    def comes(self, day: int, hour: str, zone: str = LONDON) -> None:
        """That day and hour come, where `zone` is; then the loop does what it does every few seconds."""
        moment = datetime.combine(self.date(day), time.fromisoformat(hour), tzinfo=ZoneInfo(zone))
        passes(self.stage, (moment - self.stage.bot.clock.now()).total_seconds())

    def date(self, day: int) -> date:
        return self.monday + timedelta(days=day)

    def written(self, day: int) -> str:
        """As the bot writes it: `Thu 24 Dec 2026`."""
        each = self.date(day)
        return f"{each:%a} {each.day} {each:%b} {each.year}"


def first_monday(slack: Playground) -> date:
    """The Monday after the one that comes first."""
    today = datetime.fromtimestamp(slack.clock.now(), tz=UTC).date()
    return today + timedelta(days=14 - today.weekday())


def days(stage: Stage) -> Days:
    """Counted from the Monday after the one that comes first."""
    return Days(stage, first_monday(stage.slack))


def told(stage: Stage, name: str) -> list[str]:
    """What somebody was told by direct message, as it reads now, oldest first."""
    return [stage.words(each) for each in stage.said_in(stage.slack.direct(name).id)]
