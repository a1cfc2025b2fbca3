"""What would be forgotten now, and forgetting it: in small transactions, each whole, so that it may end anywhere and go on later."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from prometheus_client import Counter as Metric
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import Database
from bot.operations.retention import ages, forgetting, sevs, texts
from bot.operations.retention.ages import AGES, Found
from bot.operations.retention.forgetting import Counts
from bot.operations.retention.residue import forget_words, overwriting
from bot.operations.retention.sevs import Old

log = logging.getLogger(__name__)

FORGOTTEN = Metric("sevbot_forgotten_rows", "Rows that were forgotten, by table.", ["table"])
TEXTS = "words of messages"
WITHIN = timedelta(hours=3)
"""How long after `retention.at` the night's forgetting may begin, or go on."""
MOST_AT_NIGHT, MOST_AT_ONCE = 200, 5000
"""How many SEVs one run of the nightly job forgets; and how many are foretold and forgotten by hand at once."""


@dataclass(frozen=True)
class Plan:
    """What would go now, and what would stay."""

    by_age: tuple[tuple[str, str, Found], ...]
    """Table, setting, rows."""
    texts: int
    going: tuple[Old, ...]
    staying: tuple[Old, ...]
    """SEVs that are old enough, with why they stay."""
    with_sevs: Counts
    """Rows of each table that go with their SEVs."""


def plan(session: Session, config: Config, *, now: datetime) -> Plan:
    """What `forget_all` would do now. Changes nothing."""
    found = list(_old(session, config, now))
    going = [each for each in found if not each.why_not][:MOST_AT_ONCE]
    ids = [each.id for each in going]
    with_them = {table.name: condition for table, condition in forgetting.belongings(going)}
    by_age = [
        (rule, ages.look(session, rule, config, now=now, going=ids, with_them=with_them.get(rule.table)))
        for rule in AGES
    ]
    return Plan(
        by_age=tuple((rule.table, rule.setting, rows) for rule, rows in by_age),
        texts=texts.count(session, config, now=now, going=ids),
        going=tuple(going),
        staying=tuple(each for each in found if each.why_not),
        with_sevs=forgetting.count(session, going),
    )


def _old(session: Session, config: Config, now: datetime) -> Iterator[Old]:
    last = 0
    while found := sevs.old(session, config, now=now, after=last):
        yield from found
        last = found[-1].id


class Forgetting:
    """Forgets what is kept no longer. The hourly and the nightly job call this, and `sevbot retention --apply`."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._may_have_residue = True
        """Whether the indexes may still know words that are gone: one that was killed meanwhile left some, maybe."""

    def hourly(self) -> Counts:
        """Forget by age what is no part of the record. A recurring job calls this."""
        return self._by_age(is_nightly=False)

    def nightly(self) -> Counts:
        """Forget SEVs, words, audit and deliveries, if it is the time for it. A recurring job calls this."""
        if not is_time(self._settings.current, now=self._clock.now()):
            return Counter()
        return self._record(operator="", most=MOST_AT_NIGHT)

    def all(self, *, operator: str) -> Counts:
        """Forget what is kept no longer, as the plan foretells it, since an `operator` asked for it at a shell."""
        return self._record(operator=operator, most=MOST_AT_ONCE) + self._by_age(is_nightly=False)

    def _record(self, *, operator: str, most: int) -> Counts:
        gone = self._sevs(operator=operator, most=most)
        gone += self._again_and_again(
            TEXTS, lambda session: texts.forget_some(session, self._settings.current, now=self._clock.now())
        )
        if gone or self._may_have_residue:
            self._may_have_residue = True
            forget_words(self._database)
            self._may_have_residue = False
        return gone + self._by_age(is_nightly=True)

    def _by_age(self, *, is_nightly: bool) -> Counts:
        gone: Counts = Counter()
        for rule in AGES:
            if rule.is_nightly is is_nightly:
                gone += self._again_and_again(
                    rule.table,
                    lambda session: ages.forget_some(session, rule, self._settings.current, now=self._clock.now()),  # noqa: B023 - it is run at once
                )
        return gone

    def _again_and_again(self, name: str, some: Callable[[Session], int]) -> Counts:
        gone: Counts = Counter()
        while count := self._database.run(overwriting(some), aside=True):
            gone[name] += count
        return _counted(gone)

    def _sevs(self, *, operator: str, most: int) -> Counts:
        now = self._clock.now()
        with self._database.read() as session:
            going = [each.id for each in _old(session, self._settings.current, now) if not each.why_not]
        gone: Counts = Counter()
        for sev_id in going[:most]:
            # by the settings of this moment: somebody may just have said that it is to be kept
            forget = partial(
                forgetting.forget, sev_id=sev_id, config=self._settings.current, operator=operator, now=now
            )
            done = self._database.run(overwriting(forget), aside=True)
            if done is not None:
                sev, rows = done
                log.info("retention.forgotten", extra={"sev": sev.number, "rule": sev.rule})
                gone += _counted(rows)
        return gone


def _counted(gone: Counts) -> Counts:
    for table, count in gone.items():
        FORGOTTEN.labels(table).inc(count)
    return gone


def is_time(config: Config, *, now: datetime) -> bool:
    """Whether the night's forgetting may go on now, by the company's clock."""
    at = config.retention.at
    if at is None:
        return False
    local = now.astimezone(ZoneInfo(config.nudges.time_zone))
    begun = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if begun > local:
        begun -= timedelta(days=1)
    return local - begun < WITHIN
