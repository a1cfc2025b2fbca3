"""A day that is over in minutes: time passes, the loop looks, people do what the plan says, and things break."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import httpx

from bot.db import Database
from bot.directory.people import BOT
from bot.playground import Playground
from bot.workflows.heartbeats.hooks import PATH, token_of
from tests.databases import PostgresServer
from tests.golden.standing import StandingSlacksClock
from tests.soak import company
from tests.soak.acts import Acting
from tests.soak.plan import STEP, Act, Plan
from tests.soak.running import SoakedBot
from tests.soak.stage import Stage
from tests.soak.told import Told
from tests.soak.weather import WEATHERS
from tests.webhooks.receiver import receiving

MONDAY = datetime(2035, 3, 5, tzinfo=UTC)
REDELIVERY_DELAYS = (1.0, 1.0, 2.0, 2.0, 4.0, 4.0)
HOUR = 60
FAILED = "Hourly settlement failed"
DIGESTS = {20 * HOUR: "Daily digest", 23 * HOUR: "Weekly digest"}
"""What channels are sent when."""


class Day:
    """Lets the day of a stage pass."""

    def __init__(self, stage: Stage, server: PostgresServer | None = None) -> None:
        self.stage = stage
        self.server = server
        self.figures: dict[int, dict[str, Any]] = {}
        """How much the bot held, by the hour that was over."""
        self._pool = ThreadPoolExecutor(len(company.PEOPLE) + 1)
        self._chance = Random(stage.plan.seed)

    def passes(self, *, measured: Sequence[int]) -> None:
        """The whole of it. After the hours that are `measured` the bot is asked how much it holds."""
        plan = self.stage.plan
        for minute in range(0, plan.hours * HOUR, STEP):
            if minute % HOUR == 0:
                self._hour_begins(minute // HOUR)
            self._step(minute)
            if (minute + STEP) % HOUR == 0:
                self._hour_ends(minute // HOUR)
            if (minute + STEP) // HOUR in measured and (minute + STEP) % HOUR == 0:
                self.figures[(minute + STEP) // HOUR] = self.stage.bot.figures()
        self._pool.shutdown()

    def _hour_begins(self, hour: int) -> None:
        weather = self.stage.plan.weather[hour]
        self.stage.notes(f"* the weather is {weather}")
        WEATHERS[weather](self.stage.slack)
        self._heartbeat("/fail" if hour == self.stage.plan.bad_hour else "")

    def _hour_ends(self, hour: int) -> None:
        self.stage.slack.faults.clear()
        self.stage.settles()
        if hour == self.stage.plan.bad_hour:
            self._went_wrong()
        if hour == self.stage.plan.bad_hour + 1:
            self.stage.told[-1].says(f"The missing heartbeat is over: {FAILED}")

    def _went_wrong(self) -> None:
        """The settlement failed, and it is so critical that a SEV was declared."""
        told = Told(f"Settlement: {FAILED}", company.AUTOMATIC, BOT.user_id, detected_by="heartbeat")
        told.number, told.declared_at = self.stage.number_of(told.title), self.stage.now
        assert told.number, told.title
        told.says(f"A missing heartbeat detected it: {FAILED}", events=("incident.declared",))
        told.says(f"{BOT.user_id} declared it as {told.severity}.")
        self.stage.told.append(told)

    def _heartbeat(self, what: str) -> None:
        token = token_of(company.PAYROLL, *company.SETTLEMENT)
        assert httpx.post(f"{self.stage.address}{PATH}{token}{what}", timeout=20).is_success

    def _step(self, minute: int) -> None:
        """Time passes; then everybody does what they do, and the bot may die of it."""
        plan = self.stage.plan
        self.stage.passes(STEP)
        self.stage.loops()
        if minute + STEP in DIGESTS:
            self.stage.settles()
            open_ones = [each for each in self.stage.told if each.is_open and not (each.is_private or each.is_drill)]
            self.stage.digests[DIGESTS[minute + STEP]] = len(open_ones)
        due = [each for each in plan.acts if minute <= each.minute < minute + STEP]
        by_sev: dict[int, list[Act]] = {}
        for each in due:
            by_sev.setdefault(each.sev, []).append(each)
        doing = [self._pool.submit(self._acts, each) for each in _by_person(by_sev)]
        if minute in plan.kills:
            self.stage.bot.wait_for(self._chance.uniform(0, 0.1))
            self.stage.notes("* the bot is killed")
            self.stage.bot.kill()
            self.stage.bot.start()
        if minute in plan.stops:
            self.stage.notes("* the bot is stopped")
            assert self.stage.bot.stop() == 0
            self.stage.bot.start()
        if minute == plan.database_restart and self.server:
            self.stage.notes("* the database is away")
            self.server.server.stop()
            self.stage.bot.wait_for(0.5)
            self.server.server.start()
        for one in doing:
            one.result()

    def _acts(self, acts: Sequence[Act]) -> None:
        for each in acts:
            Acting(self.stage, each).happens()


def _by_person(by_sev: dict[int, list[Act]]) -> list[list[Act]]:
    """What is done about one SEV is done in turn, and nobody does two things at once: acts that share either are one list."""
    groups: list[list[Act]] = []
    for acts in by_sev.values():
        people = {each.who for each in acts}
        shared = [each for each in groups if people & {one.who for one in each}]
        groups = [each for each in groups if each not in shared]
        groups.append([*(one for each in shared for one in each), *acts])
    return groups


@contextmanager
def soaking(plan: Plan, url: str, folder: Path) -> Iterator[Stage]:
    """The stage of a day, with the bot at work on it."""
    begins = lambda: StandingSlacksClock(MONDAY)  # noqa: E731 - it takes the place of a class
    with patch("bot.playground.playground.Clock", begins), receiving() as receiver, Playground() as slack:
        slack.redelivery_delays = REDELIVERY_DELAYS
        settings = company.settings_in(folder / "config", alerting_sevs=plan.alerting, webhook=receiver.url)
        receiver.secret = company.STATUS_PAGE
        bot = SoakedBot(slack, url, settings, folder / "log", company.environment())
        database = Database(url)
        told = [Told(each.title, each.severity, "", each.is_private, each.is_drill) for each in plan.sevs]
        try:
            with bot:
                stage = Stage(plan, slack, bot, database, receiver, settings, told)
                stage.loops()
                stage.settles()
                yield stage
        finally:
            database.close()
