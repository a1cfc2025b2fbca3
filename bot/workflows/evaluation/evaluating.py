"""What the loop does about counts: rolls them up, looks at every SLO once a minute, and forgets what is old."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import CommitUnknown, Database
from bot.workflows.counts import rolling
from bot.workflows.counts.minutes import minute_of
from bot.workflows.counts.sums import EACH, Way
from bot.workflows.evaluation import judging, watching
from bot.workflows.evaluation.watching import Finding, Watched

log = logging.getLogger(__name__)

EVALUATING = "evaluate"
SHORTEST_KEPT = timedelta(days=35)
"""How long hours are kept at least; longer where the period of an SLO is."""
LOOKED_AT_ONCE = 1000


class Evaluating:
    """Looks at every SLO once a minute, on one of the replicas."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, watched: Callable[[Config], Sequence[Watched]]
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._watched = watched
        self._followed: Config | None = None
        self._slos: Sequence[Watched] = ()

    def evaluate(self) -> None:
        """Roll up what came, and look at every SLO, if nobody did so yet this minute. A recurring job calls this."""
        config, now = self._settings.current, self._clock.now()
        watched = self.roll_up()
        if not watched:
            return
        minute = minute_of(now)
        if self._database.run(lambda session: rolling.claim_minute(session, EVALUATING, minute), aside=True):
            for start in range(0, len(watched), LOOKED_AT_ONCE):
                self._judge(watched[start : start + LOOKED_AT_ONCE], config, now)

    def forget(self) -> None:
        """Let go of counts that are kept no longer. A recurring job calls this."""
        now = self._clock.now()
        longest = max((each.slo.period.length for each in self._watched(self._settings.current)), default=SHORTEST_KEPT)
        hours_kept = max(longest + timedelta(days=3), SHORTEST_KEPT)
        days_kept = self._settings.current.retention.counts
        rolled = partial(rolling.forget_rolled, hours_kept=hours_kept, days_kept=days_kept, now=now)
        with self._database.read() as session:
            signals = rolling.signals(session)
        for start in range(0, len(signals), rolling.FORGOTTEN_AT_ONCE):
            some = signals[start : start + rolling.FORGOTTEN_AT_ONCE]
            while self._database.run(lambda session: rolling.forget_minutes(session, some, now=now), aside=True):  # noqa: B023 - it is run at once
                pass
            self._database.run(partial(rolled, signal_ids=some), aside=True)
        if signals:
            self._database.run(
                lambda session: rolling.forget_signals(session, days_kept=days_kept, now=now), aside=True
            )

    def roll_up(self) -> Sequence[Watched]:
        """Roll up what came, as everybody must who sums it up. Returns every SLO there is."""
        watched, now = self._follow(self._settings.current), self._clock.now()
        with self._database.read() as session:
            is_needed = rolling.is_needed(session, now=now)
        while is_needed:
            is_needed = self._database.run(lambda session: rolling.roll_up(session, ways(watched), now=now), aside=True)
        return watched

    def _follow(self, config: Config) -> Sequence[Watched]:
        """Every SLO there is. Where the configuration is new, some may be counted in a new way, and others be gone."""
        if config is self._followed:
            return self._slos
        watched = self._watched(config)

        def follow(session: Session) -> None:
            rolling.begin_ways(session, ways(watched))
            judging.forget_others(session, watched, now=self._clock.now())

        with self._database.read() as session:
            has_others = bool(judging.others(session, watched))
        if has_others or ways(watched):
            self._database.run(follow, aside=True)
        self._slos, self._followed = watched, config
        return watched

    def _judge(self, watched: Sequence[Watched], config: Config, now: datetime) -> None:
        with self._database.read() as session:
            findings = watching.look(session, watched, zone=config.nudges.time_zone, now=now)
            told = judging.told_to_burn(session)
        some, others = judging.has_news(findings, told)
        for part in _parts(some, judging.BURNS_AT_ONCE):
            try:
                self._database.run(lambda session: judging.burning(session, part, config=config, now=now), aside=True)  # noqa: B023 - it is run at once
            except (SQLAlchemyError, CommitUnknown):
                log.exception("workflows.burn_not_told")  # it still burns in a minute
        for part in _parts(others, judging.STATES_AT_ONCE):
            self._database.run(lambda session: judging.quiet(session, part, now=now), aside=True)  # noqa: B023 - it is run at once


def ways(watched: Sequence[Watched]) -> rolling.Ways:
    """In which ways signals are counted besides each occurrence."""
    found: dict[tuple[str, str], set[Way]] = defaultdict(set)
    for each in watched:
        if each.way != EACH:
            for signal in each.signals:
                found[each.workflow, signal].add(each.way)
    return found


def _parts(findings: Sequence[Finding], size: int) -> list[Sequence[Finding]]:
    return [findings[start : start + size] for start in range(0, len(findings), size)]
