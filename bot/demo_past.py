"""What was before the demo began: a few SEVs, and a month of what customers did, with the dips those SEVs were."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot import schema
from bot.acme.parts import PARTS, Part, counted
from bot.clock import Clock
from bot.config import Category, Config
from bot.db import Database
from bot.directory.people import Actor, Standing
from bot.incidents import service
from bot.incidents.model import Incident
from bot.outbox.enqueue import Enqueuer
from bot.workflows.counts import rolling
from bot.workflows.counts.counting import Counted, Sender, take
from bot.workflows.counts.minutes import HOUR, HOURS_OF_DAY, Span, minute_of, moment_of
from bot.workflows.counts.model import CountDay, CountHour, WorkflowSignal
from bot.workflows.counts.sums import EACH, Way, minutes_kept_since
from bot.workflows.evaluation import judging, watching
from bot.workflows.evaluation.evaluating import ways
from bot.workflows.evaluation.objectives import watched
from bot.workflows.slos.slo import Counts, in_slices

DAYS_BACK = 31
SIGNAL, SOURCE = "counts", "acme-pay"
NOTICED_LATE = timedelta(minutes=9)
"""How long before its declaration a SEV began."""


@dataclass(frozen=True)
class Story:
    """A SEV of the past: who declared it, how long ago, and how it went. Durations count from its declaration."""

    title: str
    severity: str
    summary: str
    declarer: str
    ago: timedelta
    workflows: tuple[str, ...]
    identified: timedelta | None = None
    mitigated: timedelta | None = None
    resolved: timedelta | None = None
    closed: timedelta | None = None
    is_drill: bool = False
    failing: float = 0.0
    """Which share of its workflows' customers fared badly, from its start until it was mitigated."""

    @property
    def trouble(self) -> tuple[timedelta, timedelta]:
        """From when until when customers noticed, counted back from now."""
        return self.ago + NOTICED_LATE, self.ago - (self.mitigated or timedelta())


HISTORY = (
    Story(
        "Deposits by card fail for some banks", "SEV2",
        "The card processor rejects 3-D Secure answers of two banks. About a third of deposits fail.",
        "U02GRACE", timedelta(days=16, hours=3), ("deposit",),
        identified=timedelta(minutes=18), mitigated=timedelta(minutes=41), resolved=timedelta(hours=2, minutes=5),
        closed=timedelta(days=6), failing=0.33,
    ),
    Story(
        "Region failover exercise", "SEV3", "Planned: the eastern region is taken out of service.",
        "U06BARBARA", timedelta(days=9, hours=5), ("sign-in", "place-order"),
        mitigated=timedelta(minutes=22), resolved=timedelta(minutes=50), is_drill=True,
    ),
    Story(
        "Sign-in codes arrive late", "SEV2", "Text messages with sign-in codes take up to ten minutes.",
        "U05MARGARET", timedelta(days=4, hours=7), ("sign-in",),
        identified=timedelta(minutes=35), mitigated=timedelta(minutes=52), resolved=timedelta(hours=3, minutes=20),
        failing=0.2,
    ),
    Story(
        "Orders are confirmed twice by mail", "SEV3",
        "Customers get the confirmation of an order twice; the orders themselves are right.",
        "U02GRACE", timedelta(minutes=47), ("place-order",), identified=timedelta(minutes=21),
    ),
)  # fmt: skip


def prepare(database_url: str, config: Config, clock: Clock) -> None:
    """Make the bot's database, with the history if it has none. All at once, so that a half-told story is never seen."""
    database = Database(database_url)
    database.before_commit.append(Enqueuer(clock).flush)
    schema.upgrade(database)

    def tell(session: Session) -> None:
        if session.scalar(select(func.count()).select_from(Incident)) == 0:
            for story in HISTORY:
                _tell(session, story, config, clock.now())
            _count(session, config, clock.now())

    database.run(tell)
    database.close()


def _tell(session: Session, story: Story, config: Config, now: datetime) -> None:
    actor = Actor(user_id=story.declarer, standing=Standing.MEMBER, door="schedule")
    declared_at = now - story.ago
    said = service.Declaration(
        title=story.title, severity=story.severity, summary=story.summary, workflows=story.workflows,
        is_drill=story.is_drill,
    )  # fmt: skip
    incident = service.declare(session, said, config=config, actor=actor, now=declared_at).incident
    incident.started_at = declared_at - NOTICED_LATE
    incident.detected_at = declared_at - timedelta(minutes=3)
    steps = (
        (story.identified, Category.IDENTIFIED),
        (story.mitigated, Category.MITIGATED),
        (story.resolved, Category.RESOLVED),
        (story.closed, Category.CLOSED),
    )
    for after, category in steps:
        if after is not None:
            service.change_status(
                session, incident, config.status_of(category), config=config, actor=actor, now=declared_at + after
            )


def _count(session: Session, config: Config, now: datetime) -> None:
    """Let a month be counted, and look at every SLO: of the last days there are minutes, before that only hours and days."""
    slos = watched(config)
    by_signal = ways(slos)
    kept_since = minutes_kept_since(now)
    for part in PARTS:
        if config.workflow(part.key) is not None:
            take(
                session,
                Sender(part.key, SIGNAL, SOURCE),
                [*_minutes(part, Span(kept_since, minute_of(now)), now)],
                now=now,
            )
            before = Span(minute_of(now - timedelta(days=DAYS_BACK)) // HOUR, kept_since // HOUR)
            _roll_up(session, part, before, [EACH, *by_signal.get((part.key, SIGNAL), ())], now)
    while rolling.roll_up(session, by_signal, now=now):
        pass
    judging.quiet(session, watching.look(session, slos, zone=config.nudges.time_zone, now=now), now=now)


def _minutes(part: Part, span: Span, now: datetime) -> Iterator[Counted]:
    """What was counted in each minute, with the dips of the past."""
    dips = _dips(part, now)
    for minute in range(span.since, span.until):
        failing = next((share for dip, share in dips.items() if dip.since <= minute < dip.until), part.failing)
        yield Counted(minute, *counted(part, moment_of(minute), failing))


def _dips(part: Part, now: datetime) -> dict[Span, float]:
    """When customers of a part fared badly, and which share of them."""
    return {
        Span(minute_of(now - began), minute_of(now - ended)): story.failing
        for story in HISTORY
        if part.key in story.workflows and story.failing
        for began, ended in [story.trouble]
    }


def _roll_up(session: Session, part: Part, hours: Span, in_ways: Sequence[Way], now: datetime) -> None:
    """Put in hours whose minutes are kept no longer, and the days that are made of nothing else."""
    signal = select(WorkflowSignal.id).where(WorkflowSignal.workflow == part.key, WorkflowSignal.signal == SIGNAL)
    signal_id = session.scalars(signal).one()
    for way in in_ways:
        at: dict[str, object] = {"signal_id": signal_id, "way": way.key}
        sums = {hour: _sum_of(part, hour, way, now) for hour in range(hours.since, hours.until)}
        session.execute(
            insert(CountHour),
            [{**at, "hour": hour, "good": good, "total": total} for hour, (good, total) in sums.items()],
        )
        whole = range(-(-hours.since // HOURS_OF_DAY), hours.until // HOURS_OF_DAY)
        days = {day: [sums[hour] for hour in range(day * HOURS_OF_DAY, (day + 1) * HOURS_OF_DAY)] for day in whole}
        session.execute(
            insert(CountDay),
            [
                {**at, "day": day, "good": sum(good for good, _ in each), "total": sum(total for _, total in each)}
                for day, each in days.items()
            ],
        )


def _sum_of(part: Part, hour: int, way: Way, now: datetime) -> tuple[int, int]:
    """What was counted in an hour, in one way of counting. Where nothing happened, all minutes of it were alike."""
    span = Span(hour * HOUR, (hour + 1) * HOUR)
    if not any(dip.since < span.until and span.since < dip.until for dip in _dips(part, now)):
        slices = HOUR // way.slice_minutes if way.slice_minutes else 0
        return (slices, slices) if slices else counted(part, moment_of(span.since), part.failing, minutes=HOUR)
    minutes = [Counts(each.good, each.total) for each in _minutes(part, span, now)]
    if not way.slice_minutes:
        return sum(int(each.good) for each in minutes), sum(int(each.total) for each in minutes)
    length = way.slice_minutes
    parts = (sum(minutes[start : start + length], Counts(0, 0)) for start in range(0, HOUR, length))
    found = in_slices(parts, way.target)
    return int(found.good), int(found.total)
