"""The business's critical workflows: who answers for them, what they promise, and what is done when they break it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.config.alerts import AlertMatcher
from bot.config.checks import OF_SECRETS, Check, places, wrong_checks
from bot.config.heartbeats import Heartbeat, wrong_heartbeats
from bot.config.maintenance import Maintenance, wrong_maintenance
from bot.config.queries import Query, wrong_queries
from bot.config.values import Duration, Frozen, Key, Link, Place, TimeZone, parse_duration

CALENDAR = ("week", "month", "quarter", "year")
SHORTEST_PERIOD, LONGEST_PERIOD = timedelta(days=1), timedelta(days=366)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SHORT_PART = 12
"""The short window of a pair is so many times shorter than the long one, unless the settings say another."""
TIER_TARGETS = {1: 0.9999, 2: 0.999, 3: 0.99}
"""What a workflow of a tier promises unless its SLO says so itself: the SRE workbook's classes. Tier 4 promises nothing."""
PUSHED = "counts"
"""The signal that services feed themselves."""
NOBODY = "nobody"


def _period(value: object) -> object:
    """`30d`, or the week, month, quarter or year of the calendar."""
    if value in CALENDAR:
        return value
    if not isinstance(value, str):
        raise ValueError(f"write a period such as 30d, or one of {', '.join(CALENDAR)}")  # noqa: TRY004 - pydantic asks for it
    length = parse_duration(value)
    if isinstance(length, timedelta) and not SHORTEST_PERIOD <= length <= LONGEST_PERIOD:
        raise ValueError("give a period of 1d to 366d")
    return length


def _target(value: object) -> object:
    if isinstance(value, str) or (isinstance(value, int | float) and not 0 < value < 1):
        raise ValueError("write it as a part of one: 0.999 for 99.9 %; less than 1, since nothing always works")
    return value


Period = Annotated[timedelta | Literal["week", "month", "quarter", "year"], BeforeValidator(_period)]
Target = Annotated[float, BeforeValidator(_target)]


class Burn(Frozen):
    """A pair of windows in both of which the budget must burn faster than `rate` before somebody is told."""

    over: Duration
    lately: Duration | None = None
    """The short window, which shows whether it still goes on; None: a twelfth of the long one."""
    rate: Annotated[float, Field(gt=0)]
    urgency: Literal["page", "ticket"]

    @property
    def short(self) -> timedelta:
        return self.lately or self.over / SHORT_PART


class Objective(Frozen):
    """An SLO: which share of what is counted over a period goes well."""

    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    target: Target | None = None
    """None: that of the workflow's tier."""
    period: Period = timedelta(days=30)
    time_zone: TimeZone | None = None
    """Whose week, month, quarter or year it is; None: that of `nudges.time_zone`."""
    method: Literal["occurrences", "timeslices"] = "occurrences"
    slice: Duration = MINUTE
    slice_target: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Which share of a slice must go well for it to be good."""
    low_traffic: Literal["rate", "budget_share"] = "rate"
    min_bad_events: Annotated[int, Field(ge=1)] = 2
    signals: Annotated[tuple[Key, ...], Field(min_length=1)] = (PUSHED,)
    """What is counted, all of it together."""
    burns: tuple[Burn, ...] = ()
    """None: the SRE workbook's four pairs, for the period."""


class Dashboard(Frozen):
    label: Annotated[str, Field(min_length=1, max_length=60)]
    url: Link


class Workflow(Frozen):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    owner: Key | None = None
    tier: Annotated[int, Field(ge=1, le=4)] = 2
    runbook: Link | None = None
    announce: tuple[Place, ...] = ()
    channel: Place | None = None
    """Where its troubles are told; None: the owner's channel."""
    dashboards: Annotated[tuple[Dashboard, ...], Field(max_length=10)] = ()
    slos: Annotated[tuple[Objective, ...], Field(max_length=10)] = ()
    declares: Annotated[str, Field(pattern=rf"^({NOBODY}|SEV[0-9])$")] = NOBODY
    """As which severity a critical sign of trouble declares a SEV by itself, or `nobody`: then people decide."""
    alerts: tuple[AlertMatcher, ...] = ()
    """Which alerts are about it, besides those whose label `workflow` says so."""

    maintenance: Annotated[tuple[Maintenance, ...], Field(max_length=20)] = ()
    """What is counted meanwhile counts as up, whatever it was."""

    heartbeats: Annotated[tuple[Heartbeat, ...], Field(max_length=20)] = ()
    """Its jobs that say whenever they ran."""

    checks: Annotated[tuple[Check, ...], Field(max_length=20)] = ()
    """What is tried again and again."""
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    """How many of its checks must fail for that to be critical."""
    queries: Annotated[tuple[Query, ...], Field(max_length=20)] = ()
    """What Prometheus is asked of it."""

    def is_in_maintenance(self, moment: datetime, *, zone: str) -> bool:
        """Whether it is worked on at that moment, as announced. `zone`: the one of windows that name none."""
        return any(each.covers(moment, zone=zone) for each in self.maintenance)

    def target_of(self, slo: Objective) -> float | None:
        """What an SLO of it promises. None: neither it nor the tier says so, which is a fault."""
        return slo.target or TIER_TARGETS.get(self.tier)


def wrong_workflows(workflows: Sequence[Workflow], *, severities: set[str]) -> Iterator[str]:
    """A fault for whatever no single setting of a workflow shows."""
    for workflow in workflows:
        place = f"workflows.{workflow.key}"
        if workflow.declares not in {NOBODY, *severities}:
            yield f"{place}.declares: there is no severity {workflow.declares!r}"
        yield from (f"{place}{fault}" for fault in wrong_maintenance(workflow.maintenance))
        yield from (f"{place}{fault}" for fault in wrong_heartbeats(workflow.heartbeats))
        yield from (f"{place}{fault}" for fault in wrong_checks(workflow.checks))
        if workflow.quorum > max(len(workflow.checks), 1):
            yield f"{place}.quorum: it has {len(workflow.checks)} checks: give no more"
        yield from (f"{place}{fault}" for fault in wrong_queries(workflow.queries, pushed=PUSHED))
        for key in sorted({each.key for each in workflow.checks} & {each.key for each in workflow.queries}):
            yield f"{place}.queries: a check is called {key!r} already, and their counts would be mixed"
        keys = [each.key for each in workflow.slos]
        yield from (
            f"{place}.slos: {key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1})
        )
        for slo in workflow.slos:
            yield from (f"{place}.slos.{slo.key}{fault}" for fault in wrong_objective(slo, workflow.target_of(slo)))


def wrong_objective(slo: Objective, target: float | None) -> Iterator[str]:
    """A fault for each setting of an SLO that does not go with the others, each beginning with the place: `.target: ...`."""
    if target is None:
        yield ".target: a workflow of tier 4 promises nothing by itself: give a target, such as 0.99"
    if isinstance(slo.period, timedelta) and slo.time_zone:
        yield f".time_zone: leave it out: a period of so many days needs none, only {', '.join(CALENDAR)} do"
    if slo.slice < MINUTE or slo.slice > HOUR or HOUR % slo.slice or slo.slice % MINUTE:
        yield ".slice: give whole minutes of which an hour holds a whole number: 1m, 5m, 10m, 15m, 30m or the like"
    if slo.method == "timeslices" and len(set(slo.signals)) > 1:
        yield ".signals: give one: a slice of time is good or bad by one signal. Give each of the others an SLO of its own"
    for place, burn in enumerate(slo.burns):
        yield from (f".burns.{place}{fault}" for fault in _wrong_burn(slo, burn, target))


def _wrong_burn(slo: Objective, burn: Burn, target: float | None) -> Iterator[str]:
    longest = slo.period if isinstance(slo.period, timedelta) else timedelta(days=7)
    if burn.over > longest:
        yield f".over: give no more than {longest.days}d"
    if burn.short < MINUTE or burn.short % MINUTE or burn.over % MINUTE:
        yield ".lately: give whole minutes; left out, it is a twelfth of over, so give that as 12m, 1h, 6h or the like"
    elif burn.short >= burn.over:
        yield ".lately: give less than over"
    # the burn of an outage in which nothing goes well: nothing exceeds it
    if target is not None and burn.rate >= (highest := 1 / (1 - target)) * (1 - 1e-9):
        yield f".rate: nothing can exceed it: with a target of {target:g} the budget burns {highest:g} times at most. Give less"


def secrets_of(workflows: Sequence[Workflow]) -> set[str]:
    """The names of the secrets that their checks fill in, in lower case."""
    requests = [step.request for workflow in workflows for each in workflow.checks for step in each.steps]
    named = (name for request in requests for name in places(request.texts))
    return {name.removeprefix(OF_SECRETS).lower() for name in named if name.startswith(OF_SECRETS)}
