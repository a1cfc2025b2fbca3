"""Reading what a digest tells, in one go: what is open, what happened, what is owed, who is needed, and the week in figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import Session

from bot.config import COMMANDER, Config
from bot.digest import backlog, figures, history
from bot.digest.backlog import OwedItem, OwnersShare
from bot.digest.figures import Change, Measure, Sev, Span, Spread
from bot.digest.history import Scope
from bot.incidents import lifecycle
from bot.incidents.model import Incident, RoleHolder
from bot.postmortems.reading import Owed, owed
from bot.remediation.prevention import Recurrence, lately
from bot.workflows.health.brief import Brief, brief_of

WORST_FIRST = Incident.severity.concat("")
"""No index has this order, so that the few SEVs that matter are found by what they are, and then put in order."""
MOST_SEVS = 10
MOST_ITEMS = 5
SOON = 7
"""Days. What is due within them is upcoming."""
WEEKS_BEFORE = 8
LONGEST = timedelta(days=30)
"""How old a SEV may be whose end is still told."""


@dataclass(frozen=True)
class Week:
    """The last seven days in figures, beside the eight weeks before."""

    spans: tuple[Span, ...]
    """The weeks, the last one last."""
    sevs: tuple[Sev, ...]
    """The SEVs of all of them."""
    overdue: tuple[int, ...]
    """How many items were overdue when each week had passed."""

    @property
    def last(self) -> list[Sev]:
        return self.spans[-1].of(self.sevs)

    @property
    def before(self) -> list[Sev]:
        return [each for span in self.spans[:-1] for each in span.of(self.sevs)]

    @property
    def by_severity(self) -> dict[str, int]:
        """How many SEVs there were in the last week, by severity, the worst first."""
        return dict(sorted(Counter(each.severity for each in self.last).items()))

    @property
    def usual_count(self) -> float:
        """The median of the weeks before."""
        return median(len(span.of(self.sevs)) for span in self.spans[:-1])

    def spreads(self, measure: Measure) -> tuple[Spread, Spread]:
        """A duration in the weeks before, and in the last week."""
        return figures.spread(self.before, measure), figures.spread(self.last, measure)

    def change(self, measure: Measure) -> Change:
        """Whether a duration changed in the last week, or whether that is noise."""
        return figures.change(figures.durations(self.before, measure), figures.durations(self.last, measure))


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a digest tells. Lists are cut, the worst first; their true lengths stand beside them."""

    now: datetime
    today: date
    open: tuple[Incident, ...] = ()
    number_open: int = 0
    number_open_private: int = 0
    commanders: dict[int, str] = field(default_factory=dict)
    """Who commands which open SEV, by its id."""
    over: tuple[Incident, ...] = ()
    """The SEVs that began or ended since the last digest, and are over."""
    number_over: int = 0
    prevented: tuple[tuple[Incident, Recurrence], ...] = ()
    """SEVs declared since the last digest that what is still open from before would have prevented, the newest first."""
    late_updates: tuple[Incident, ...] = ()
    number_of_late_updates: int = 0
    unled: tuple[Incident, ...] = ()
    number_unled: int = 0
    overdue: tuple[OwedItem, ...] = ()
    number_reminded: int = 0
    """How many overdue items are left out here, since a reminder names them in the same channel today."""
    shares: tuple[OwnersShare, ...] = ()
    upcoming: tuple[OwedItem, ...] = ()
    number_upcoming: int = 0
    postmortems: tuple[Owed, ...] = ()
    """The SEVs that owe a postmortem, the longest due first."""
    number_of_postmortems: int = 0
    number_unowned: int = 0
    number_of_the_departed: int = 0
    health: Brief = field(default_factory=Brief)
    """How the workflows fare."""
    week: Week

    @property
    def number_overdue(self) -> int:
        return sum(share.count for share in self.shares)

    @property
    def number_waiting(self) -> int:
        """How many things wait for a person."""
        people = self.number_of_late_updates + self.number_unled
        return people + self.number_unowned + self.number_of_the_departed

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say: figures alone are no news."""
        sevs = self.number_open + self.number_open_private + self.number_over
        promised = self.number_overdue + self.number_upcoming + self.number_of_postmortems
        return not sevs + promised + self.number_waiting + self.health.number_ill + self.health.number_of_signs


def gather(
    session: Session,
    config: Config,
    scope: Scope,
    *,
    since: datetime,
    now: datetime,
    zone: str,
    private: bool = False,
    weekly: bool = False,
) -> Content:
    """What there is to tell of what happened from `since` until now; days are those of the time zone.

    `private`: whether the readers may know how many private SEVs there are.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    found_open = select(Incident.id).where(lifecycle.open_now(config)).correlate(None)
    is_open = and_(Incident.id.in_(found_open), Incident.is_drill.is_(False))  # by the index of statuses, and no other
    here = and_(is_open, history.within(scope))
    hidden = and_(is_open, history.within(replace(scope, seen=Incident.is_private.is_(True))))
    opened = _worst(session, here, MOST_SEVS)
    over = and_(
        not_(lifecycle.open_now(config)), history.counts(config), history.within(scope),
        Incident.declared_at >= since - LONGEST, or_(Incident.declared_at >= since, Incident.resolved_at >= since),
    )  # fmt: skip
    came = and_(history.counts(config), history.within(scope))
    late = and_(here, Incident.next_update_at < now)
    led = select(RoleHolder.incident_id).where(RoleHolder.incident_id == Incident.id, RoleHolder.role == COMMANDER)
    unled = and_(here, not_(led.correlate(Incident).exists()))
    unwritten = [each for each in owed(session, config, now=now) if _tells_of(scope, each.incident)]
    return Content(
        now=now, today=today,
        open=opened, number_open=_count(session, here),
        number_open_private=_count(session, hidden) if private else 0,
        commanders=_commanders(session, opened),
        over=_worst(session, over, MOST_SEVS), number_over=_count(session, over),
        prevented=tuple(lately(session, since=since, most=MOST_ITEMS, which=came)),
        late_updates=_worst(session, late, MOST_ITEMS), number_of_late_updates=_count(session, late),
        unled=_worst(session, unled, MOST_ITEMS), number_unled=_count(session, unled),
        overdue=tuple(backlog.overdue(session, scope, today, limit=MOST_ITEMS)),
        shares=tuple(backlog.shares(session, scope, today)),
        upcoming=tuple(backlog.upcoming(session, scope, today, days=SOON, limit=MOST_ITEMS)),
        number_upcoming=backlog.number_upcoming(session, scope, today, days=SOON),
        postmortems=tuple(unwritten[:MOST_ITEMS]), number_of_postmortems=len(unwritten),
        number_unowned=backlog.number_without_owner(session, scope),
        number_of_the_departed=backlog.number_of_the_departed(session, scope),
        health=brief_of(session, config, scope.workflows, most=MOST_ITEMS, weekly=weekly, now=now),
        week=week_of(session, config, scope, today=today, zone=zone, private=private),
    )  # fmt: skip


def _tells_of(scope: Scope, incident: Incident) -> bool:
    """Whether a channel that is about this scope may be told of a SEV's postmortem."""
    is_within = scope.workflows is None or bool({*scope.workflows} & {*incident.workflow_keys})
    return is_within and not incident.is_private and not incident.is_drill


def week_of(
    session: Session,
    config: Config,
    scope: Scope,
    *,
    today: date,
    zone: str,
    private: bool,
    count: int = WEEKS_BEFORE + 1,
) -> Week:
    """The seven days before today, and the weeks before these."""
    spans = figures.weeks(today, count, zone)
    counted = replace(scope, seen=true()) if private else scope
    found = history.sevs(session, config, counted, Span(spans[0].since, spans[-1].until))
    ends = [today - figures.WEEK * back for back in range(count - 1, -1, -1)]
    return Week(tuple(spans), tuple(found), tuple(backlog.overdue_at(session, scope, ends, zone)))


def _worst(session: Session, condition: ColumnElement[bool], limit: int) -> tuple[Incident, ...]:
    query = select(Incident).where(condition).order_by(WORST_FIRST, Incident.declared_at, Incident.id)
    return tuple(session.scalars(query.limit(limit)))


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(Incident.id)).where(condition)) or 0


def _commanders(session: Session, incidents: Sequence[Incident]) -> dict[int, str]:
    query = select(RoleHolder.incident_id, RoleHolder.user_id).where(
        RoleHolder.role == COMMANDER, RoleHolder.incident_id.in_([each.id for each in incidents])
    )
    return {row.incident_id: row.user_id for row in session.execute(query)}
