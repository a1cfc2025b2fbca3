"""The loop that asks Prometheus, once a minute for each query, a few at a time; and operators are told of what lasts."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from bot.addresses import Reach
from bot.clock import Clock
from bot.config import Config, Query, Settings, Workflow
from bot.db import Database
from bot.environment import LOOPBACK, PrometheusAccess
from bot.http import Http
from bot.integrations.prometheus import NotAnswered, Prometheus
from bot.workflows.counts.minutes import minute_of
from bot.workflows.queries import operators, turns
from bot.workflows.queries.reading import SECONDS, Reading, moments, put_together
from bot.workflows.queries.turns import Name, Turn

WORKERS = 8
"""How many queries are asked at once."""
LONGEST = timedelta(seconds=20)
"""After how long the loop's other jobs get their turn."""
CALLS = 2
"""For each query: for what went well, and for all."""
SPARE = timedelta(seconds=30)
"""How much longer than the calls a turn may take."""


class Asking:
    """Asks Prometheus what the settings say."""

    def __init__(self, access: PrometheusAccess, database: Database, clock: Clock, settings: Settings) -> None:
        self._access = access
        self._database = database
        self._clock = clock
        self._settings = settings
        self._followed: Config | None = None

    def ask(self) -> None:
        """Ask whatever is due. A recurring job calls this, on each of the replicas."""
        config, now = self._settings.current, self._clock.now()
        if config is not self._followed:
            self._follow(config, now)
        prometheus = self._prometheus(config)
        names = turns.known(config) if prometheus else {}
        if prometheus is None or not names:
            return
        until = minute_of(now - config.prometheus.delay)
        patience = CALLS * timedelta(seconds=prometheus.http.longest) + SPARE
        machine_now = self._clock.machine()
        ends = machine_now + LONGEST
        due: list[Name] = []
        while machine_now < ends:
            if not due:
                with self._database.read() as session:
                    due = [each for each in turns.due(session, until=until, machine_now=machine_now) if each in names]
            if not due:
                return
            some, due = due[:WORKERS], due[WORKERS:]
            for turn, reading in _ask_all(prometheus, names, self._take(some, until, patience, machine_now)):
                self._bring_back(turn, reading, names[turn.name][0], config)
            machine_now = self._clock.machine()

    def _follow(self, config: Config, now: datetime) -> None:
        names, machine_now = turns.known(config), self._clock.machine()

        def follow(session: Session) -> None:
            for day in turns.follow(session, names, now=now, machine_now=machine_now):
                operators.show(session, config, day)

        with self._database.read() as session:
            is_news = bool(names) or turns.was_any(session)
        if is_news:
            self._database.run(follow, aside=True)
        self._followed = config

    def _take(self, names: Sequence[Name], until: int, patience: timedelta, machine_now: datetime) -> Sequence[Turn]:
        return self._database.run(
            lambda session: turns.take_turns(session, names, until=until, patience=patience, machine_now=machine_now),
            aside=True,
        )

    def _bring_back(self, turn: Turn, reading: Reading, workflow: Workflow, config: Config) -> None:
        now, machine_now, zone = self._clock.now(), self._clock.machine(), config.nudges.time_zone

        def bring_back(session: Session) -> None:
            row = turns.bring_back(session, turn, reading, workflow, zone=zone, now=now, machine_now=machine_now)
            if row is not None:
                operators.look(session, row, config, now=now)

        self._database.run(bring_back, aside=True)

    def _prometheus(self, config: Config) -> Prometheus | None:
        """How it is spoken to; None: the settings name none."""
        rules, access = config.prometheus, self._access
        if rules.url is None:
            return None
        # An operator named the address, so it may be in the house.
        reach = Reach.LOOPBACK if urlsplit(rules.url).hostname in LOOPBACK else Reach.PRIVATE
        http = Http(vendor="prometheus", timeout=rules.timeout, reach=reach)
        return Prometheus(http=http, url=rules.url, token=access.token, user=access.user, password=access.password)


def _ask_all(
    prometheus: Prometheus, names: Mapping[Name, tuple[Workflow, Query]], taken: Sequence[Turn]
) -> Sequence[tuple[Turn, Reading]]:
    """What came of each turn: all are asked at once."""
    if not taken:
        return ()
    with ThreadPoolExecutor(len(taken), thread_name_prefix="queries") as pool:
        readings = pool.map(lambda turn: _read(prometheus, names[turn.name][1], turn), taken)
        return [*zip(taken, readings, strict=True)]


def _read(prometheus: Prometheus, query: Query, turn: Turn) -> Reading:
    """What Prometheus counted in the minutes of a turn; the second call is spared where the first failed."""
    first, last = moments(turn.span)
    try:
        good, total = (prometheus.ask(each, first=first, last=last, step=SECONDS) for each in (query.good, query.total))
    except NotAnswered as failure:
        return Reading(remark=str(failure), is_answer=False)
    return put_together(good, total, turn.span)
