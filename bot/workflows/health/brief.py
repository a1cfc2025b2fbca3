"""The health of many workflows in few words, for everybody to read: of SEVs only public ones are named."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.workflows.checks import reading as checks
from bot.workflows.checks.model import CheckRow
from bot.workflows.checks.model import State as CheckState
from bot.workflows.checks.reading import Expiring, Failing
from bot.workflows.evaluation import objectives
from bot.workflows.evaluation.watching import Watched
from bot.workflows.health.portrait import PUBLIC, Standing, standings
from bot.workflows.health.spending import Spending, spending
from bot.workflows.heartbeats.reading import Troubled, troubled
from bot.workflows.problems.noise import Noise, noise
from bot.workflows.slos.burning import State

EXPIRES_WITHIN = timedelta(days=21)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_BURNED = 3


@dataclass(frozen=True)
class Week:
    """What the last seven days did to the workflows."""

    burned: Sequence[Spending] = ()
    """The SLOs whose budgets burned most, one of each workflow."""
    noise: Noise = field(default_factory=Noise)


@dataclass(frozen=True)
class Brief:
    """Lists are cut, the worst first; their true lengths stand beside them."""

    ill: Sequence[Standing] = ()
    """Some of those that are not well."""
    number_ill: int = 0
    number_measured: int = 0
    left_before: dict[str, float] = field(default_factory=dict)
    """What was left of the budget of those a day ago, in a weekly brief a week ago, by workflow: as a share."""
    failing: Sequence[Failing] = ()
    late: Sequence[Troubled] = ()
    expiring: Sequence[Expiring] = ()
    week: Week | None = None
    """None: it is a daily one."""

    @property
    def number_of_signs(self) -> int:
        """How many checks, heartbeats and certificates need somebody."""
        return len(self.failing) + len(self.late) + len(self.expiring)


def brief_of(
    session: Session, config: Config, keys: Collection[str] | None, *, most: int, weekly: bool, now: datetime
) -> Brief:
    """How the workflows of these keys (None: all) fare."""
    known = {each.key for each in config.workflows if keys is None or each.key in keys}
    measured = [each for each in standings(session, config, known, PUBLIC) if each.state is not None]
    ill = [each for each in measured if each.state is not State.OK]
    back = WEEK if weekly else DAY
    return Brief(
        ill[:most], len(ill), len(measured), _left_before(session, config, ill[:most], back, now),
        failing=_failing(session, config, known),
        late=[each for each in troubled(session, config) if each.workflow in known],
        expiring=[
            each for each in checks.expiring(session, config, now=now, within=EXPIRES_WITHIN) if each.workflow in known
        ],
        week=_week(session, config, known, None if keys is None else known, now) if weekly else None,
    )  # fmt: skip


def _left_before(
    session: Session, config: Config, ill: Sequence[Standing], back: timedelta, now: datetime
) -> dict[str, float]:
    worst = {(each.workflow.key, each.worst.slo) for each in ill if each.worst}
    watched = [each for each in _watched(config, {key for key, _ in worst}) if each.key in worst]
    found = spending(session, watched, back=back, now=now)
    return {each.watched.workflow: each.left_then for each in found if each.left_then is not None}


def _failing(session: Session, config: Config, keys: set[str]) -> list[Failing]:
    some = session.scalars(select(CheckRow.workflow).where(CheckRow.state == CheckState.FAILS).distinct()).all()
    found = [each for key in some if key in keys for each in checks.failing(session, config, key)]
    return sorted(found, key=lambda each: (each.since, each.workflow, each.key))


def _week(session: Session, config: Config, known: set[str], keys: set[str] | None, now: datetime) -> Week:
    found = spending(session, _watched(config, known), back=WEEK, now=now)
    worst: dict[str, Spending] = {}
    for each in sorted(found, key=lambda each: (-each.burned, each.watched.key)):
        worst.setdefault(each.watched.workflow, each)
    burned = [each for each in worst.values() if each.burned > 0]
    return Week(burned[:MOST_BURNED], noise(session, keys, since=now - WEEK, until=now))


def _watched(config: Config, keys: set[str]) -> list[Watched]:
    workflows = (each for each in config.workflows if each.key in keys)
    return [each for workflow in workflows for each in objectives.watched_of(config, workflow)]
