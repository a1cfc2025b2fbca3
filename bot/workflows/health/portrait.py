"""How workflows fare, for who asks: from what was found last for lists, and looked at anew for a single one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config, Workflow
from bot.incidents import lifecycle, membership
from bot.incidents.model import AffectedWorkflow, Incident
from bot.workflows.checks.reading import failing_by_workflow
from bot.workflows.counts.model import SloState
from bot.workflows.evaluation import objectives, watching
from bot.workflows.evaluation.watching import Finding
from bot.workflows.heartbeats.reading import troubled
from bot.workflows.slos.burning import State

PAGE = 10
"""How many workflows a page of the list shows."""
MOST_SEVS = 5
PUBLIC = ""
"""A reader who is a member of no SEV."""
FAILING: Literal["failing"] = "failing"
Fare = State | Literal["failing"] | None
"""How a workflow fares: by its SLOs, and `FAILING` where a check or a heartbeat of it is not well. None: it is not measured."""
FARES: Sequence[Fare] = (State.PAGE, FAILING, State.TICKET, State.SPENT, State.NO_DATA, State.OK, None)
"""The worst first. What fails now comes before what burns slowly, however well its SLOs are as yet."""
RANKS = {fare: place for place, fare in enumerate(FARES)}

Lines = Callable[[Session, Config, str, str, datetime], Sequence[str]]
"""What another room says of a workflow: lines of mrkdwn for the one of that key, for a user, at a moment."""
Buttons = Callable[[Workflow], Sequence[Any]]
"""What another room offers at a workflow."""


def together(*rooms: Lines) -> Lines:
    """What several rooms say of a workflow, in order."""
    return lambda *asked: [line for lines in rooms for line in lines(*asked)]


@dataclass(frozen=True)
class Signs:
    """How many checks of a workflow fail, and how many of its heartbeats are late, hang or fail."""

    checks: int = 0
    heartbeats: int = 0

    def __bool__(self) -> bool:
        return bool(self.checks or self.heartbeats)


@dataclass(frozen=True)
class Standing:
    """How a workflow fares, by the worst of its SLOs, its checks and its heartbeats."""

    workflow: Workflow
    worst: SloState | None
    """None: nothing was looked at yet, or there is nothing to look at."""
    sevs: Sequence[int] = ()
    """The numbers of its open SEVs, as far as the reader may see them."""
    signs: Signs = Signs()

    @property
    def state(self) -> State | None:
        """By its SLOs alone."""
        return State(self.worst.state) if self.worst else None

    @property
    def fare(self) -> Fare:
        return FAILING if self.signs and self.state is not State.PAGE else self.state

    @property
    def order(self) -> tuple[int, float, str]:
        """The worst first: by how it fares, an open SEV, what is left of its budget."""
        left = self.worst.budget_left if self.worst and self.worst.budget_left is not None else 1.0
        return 2 * RANKS[self.fare] + (not self.sevs), left, self.workflow.key


@dataclass(frozen=True)
class HealthPage:
    """Some of the workflows, the worst first, and how all of them fare."""

    standings: Sequence[Standing]
    start: int
    count: int
    by_fare: Mapping[Fare, int]

    @property
    def has_more(self) -> bool:
        return self.start + len(self.standings) < self.count


@dataclass(frozen=True)
class Portrait:
    """All there is to say of one workflow."""

    workflow: Workflow
    findings: Sequence[Finding]
    states: Mapping[str, SloState]
    """By the SLO's key."""
    open_sevs: Sequence[Incident]
    past_sevs: Sequence[Incident]
    past_count: int
    signs: Signs = Signs()
    lines: Sequence[str] = field(default_factory=tuple)
    """What other rooms say of it."""


def page_of(session: Session, config: Config, *, team: str | None, start: int, reader: str) -> HealthPage:
    """A page of the workflows (of a team, where one is given), as they were found last."""
    known = {each.key for each in config.workflows if team is None or each.owner == team}
    found = standings(session, config, known, reader)
    start = min(start, max(len(found) - 1, 0) // PAGE * PAGE)
    by_fare = Counter(each.fare for each in found)
    return HealthPage(found[start : start + PAGE], start, len(found), by_fare)


def standings(session: Session, config: Config, keys: set[str], reader: str) -> list[Standing]:
    """How the workflows of these keys fare, as it was found last, the worst first."""
    worst, sevs, signs = _worst(session, config, keys), _open_numbers(session, config, reader), _signs(session, config)
    found = (
        Standing(each, worst.get(each.key), sevs.get(each.key, ()), signs.get(each.key, Signs()))
        for each in config.workflows
        if each.key in keys
    )
    return sorted(found, key=lambda each: each.order)


def portrait(
    session: Session, config: Config, workflow: Workflow, *, reader: str, now: datetime, lines: Lines
) -> Portrait:
    """One workflow, looked at now."""
    findings = watching.look(session, objectives.watched_of(config, workflow), zone=config.nudges.time_zone, now=now)
    states = session.scalars(select(SloState).where(SloState.workflow == workflow.key))
    affecting = (
        select(Incident)
        .join(AffectedWorkflow, AffectedWorkflow.incident_id == Incident.id)
        .where(AffectedWorkflow.workflow == workflow.key, membership.may_see(reader), Incident.is_drill.is_(False))
    )
    is_open = lifecycle.open_now(config)
    newest = AffectedWorkflow.incident_id.desc()
    past = affecting.where(~is_open)
    return Portrait(
        workflow, findings, {each.slo: each for each in states},
        open_sevs=session.scalars(affecting.where(is_open).order_by(newest).limit(MOST_SEVS)).all(),
        past_sevs=session.scalars(past.order_by(newest).limit(MOST_SEVS)).all(),
        past_count=session.scalar(select(func.count()).select_from(past.subquery())) or 0,
        signs=_signs(session, config).get(workflow.key, Signs()),
        lines=lines(session, config, workflow.key, reader, now),
    )  # fmt: skip


def _signs(session: Session, config: Config) -> dict[str, Signs]:
    """What is not well beside SLOs, by workflow."""
    checks = failing_by_workflow(session, config)
    heartbeats = Counter(each.workflow for each in troubled(session, config))
    return {key: Signs(checks[key], heartbeats[key]) for key in {*checks, *heartbeats}}


def _worst(session: Session, config: Config, keys: set[str]) -> dict[str, SloState]:
    """The worst SLO of each workflow, of those in the configuration."""
    slos = {(workflow.key, slo.key) for workflow in config.workflows for slo in workflow.slos}
    found: dict[str, SloState] = {}
    for each in session.scalars(select(SloState)):
        if each.workflow in keys and (each.workflow, each.slo) in slos:
            before = found.get(each.workflow)
            if before is None or _order(each) < _order(before):
                found[each.workflow] = each
    return found


def _order(state: SloState) -> tuple[int, float, str]:
    return RANKS[State(state.state)], 1.0 if state.budget_left is None else state.budget_left, state.slo


def _open_numbers(session: Session, config: Config, reader: str) -> Mapping[str, Sequence[int]]:
    """The open SEVs that somebody may see, by workflow."""
    query = (
        select(AffectedWorkflow.workflow, Incident.number)
        .join(Incident, Incident.id == AffectedWorkflow.incident_id)
        .where(lifecycle.open_now(config), membership.may_see(reader), Incident.is_drill.is_(False))
        .order_by(Incident.number)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for workflow, number in session.execute(query):
        found[workflow].append(number)
    return found
