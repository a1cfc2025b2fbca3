"""Problems and SEVs: a SEV learns of the problems of its workflows, and that they are over. Nothing here closes one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.config.workflows import NOBODY
from bot.directory.people import BOT, Actor
from bot.directory.permissions import may
from bot.incidents import lifecycle, membership, service, surfaces
from bot.incidents.model import TITLE_LIMIT, AffectedWorkflow, Incident
from bot.incidents.noting import note
from bot.incidents.numbers import lock_numbers
from bot.slack.text import clip
from bot.workflows.problems import showing
from bot.workflows.problems.model import Problem, ProblemIncident
from bot.workflows.problems.words import heading_words

SIGN = "sign"
RECOVERED = "sign_recovered"
CRITICAL = "critical"
MOMENT = timedelta(microseconds=1)
STALE_AFTER = timedelta(days=3)
"""A problem of which nothing was heard for so long is no news to a SEV: its source may have been taken down."""
MOST_AT_ONCE = 50
"""Of how many problems a SEV is told when it begins: what is critical first, then what began last."""


def reach_sevs(session: Session, problem: Problem, *, config: Config, now: datetime) -> None:
    """Note the problem in every open SEV of its workflow, private ones too: only their members read that.

    Where none is open that everybody may see, a SEV is declared if the workflow wants that, once for each problem.
    """
    note_in_open_sevs(session, problem, config, now)
    severity = to_be_declared(config, problem.workflow, problem.urgency)
    if severity is None or _was_told(session, problem):
        return
    lock_numbers(session)
    note_in_open_sevs(session, problem, config, now)
    if not _was_told(session, problem):
        _declare(session, problem, severity, config, now)


def note_in_open_sevs(session: Session, problem: Problem, config: Config, now: datetime) -> None:
    """Note the problem, locked, in every open SEV of its workflow that does not know of it."""
    for incident_id in _open_of(session, problem.workflow, config):
        attach(session, problem, membership.lock(session, incident_id), now=now)


def to_be_declared(config: Config, key: str, urgency: str) -> str | None:
    """The severity as which a workflow wants a SEV to be declared for something so urgent; None: it wants none."""
    workflow = config.workflow(key)
    is_wanted = workflow is not None and workflow.declares != NOBODY and may(config, BOT, "declare")
    return workflow.declares if workflow and is_wanted and urgency == CRITICAL else None


def _was_told(session: Session, problem: Problem) -> bool:
    """Whether a SEV that everybody may see knows of it, or knew."""
    session.flush()
    return any(not each.is_private for each in attached_to(session, problem))


def _declare(session: Session, problem: Problem, severity: str, config: Config, now: datetime) -> None:
    said = service.Declaration(
        title=clip(heading_words(config, problem), TITLE_LIMIT), severity=severity, summary=problem.detail,
        workflows=(problem.workflow,),
    )  # fmt: skip
    incident = service.declare(session, said, config=config, actor=BOT, now=now).incident
    attach(session, problem, incident, now=now, detected=True)


def attach(
    session: Session, problem: Problem, incident: Incident, *, now: datetime, actor: Actor = BOT, detected: bool = False
) -> bool:
    """Note the problem in the timeline of a SEV, locked, once. Whether it was not there before.

    `detected`: the SEV was declared because of it, so that it was detected when the problem began.
    """
    if session.get(ProblemIncident, (problem.id, incident.id)) is not None:
        return False
    session.add(ProblemIncident(problem_id=problem.id, incident_id=incident.id, at=now))
    at = now
    if detected:
        incident.detected_by, incident.detected_at = problem.source, min(problem.began_at, incident.declared_at)
        at = min(incident.detected_at, incident.declared_at - MOMENT)  # its timeline begins with it
    note(
        session, incident, SIGN, actor=actor, now=now, text=problem.title, at=at,
        sign=problem.source, link=problem.link, problem=problem.id, **({"detected": True} if detected else {}),
    )  # fmt: skip
    if problem.recovered_at:
        _note_end(session, problem, incident, by=BOT, now=now)
    surfaces.show_card(session, incident)
    return True


def tell_sev(session: Session, incident: Incident, *, config: Config, now: datetime) -> None:
    """A SEV, locked, was opened, or affects other workflows: note in it what is wrong with them now."""
    session.flush()
    if incident.is_drill or not incident.workflow_keys or not lifecycle.is_open(config, incident):
        return
    is_wrong = (
        Problem.workflow.in_(incident.workflow_keys), Problem.recovered_at.is_(None), Problem.seen_at > now - STALE_AFTER
    )  # fmt: skip
    worst_first = (case((Problem.urgency == CRITICAL, 0), else_=1), Problem.began_at.desc())
    found = session.scalars(select(Problem).where(*is_wrong).order_by(*worst_first).limit(MOST_AT_ONCE))
    for problem in sorted(found, key=lambda each: each.began_at):
        attach(session, problem, incident, now=now)
    show_known(session, incident)


def show_known(session: Session, incident: Incident) -> None:
    """The messages of the open problems that a SEV knows of tell how it stands: show them anew."""
    known = select(Problem).join(ProblemIncident, ProblemIncident.problem_id == Problem.id)
    for problem in session.scalars(
        known.where(ProblemIncident.incident_id == incident.id, Problem.recovered_at.is_(None)).limit(MOST_AT_ONCE)
    ):
        showing.show_message(session, problem, problem.showing)


def note_recovery(session: Session, problem: Problem, *, by: Actor, now: datetime) -> None:
    """Say in the timelines of the SEVs that know of it that it is over, and who says so."""
    for incident in attached_to(session, problem):
        if incident.closed_at is None:
            membership.lock(session, incident.id)
            _note_end(session, problem, incident, by=by, now=now)
            surfaces.show_card(session, incident)


def _note_end(session: Session, problem: Problem, incident: Incident, *, by: Actor, now: datetime) -> None:
    told: dict[str, Any] = {"ended_by": problem.ended_by} if problem.ended_by else {}
    note(
        session, incident, RECOVERED, actor=by, now=now, text=problem.title, sign=problem.source, problem=problem.id, **told
    )  # fmt: skip


def attached_to(session: Session, problem: Problem) -> Sequence[Incident]:
    """The SEVs that know of a problem, private ones too, in the order of their numbers."""
    query = select(Incident).join(ProblemIncident, ProblemIncident.incident_id == Incident.id)
    return session.scalars(query.where(ProblemIncident.problem_id == problem.id).order_by(Incident.id)).all()


def known_to(session: Session, incident: Incident) -> Sequence[Problem]:
    """The problems a SEV knows of, the oldest first."""
    query = select(Problem).join(ProblemIncident, ProblemIncident.problem_id == Problem.id)
    return session.scalars(query.where(ProblemIncident.incident_id == incident.id).order_by(Problem.began_at)).all()


def public(session: Session, problems: Sequence[Problem], config: Config) -> dict[int, list[Incident]]:
    """The open SEVs of which everybody may read that know of these problems, by the ids of these."""
    query = select(ProblemIncident.problem_id, Incident).join(Incident, ProblemIncident.incident_id == Incident.id)
    is_meant = (ProblemIncident.problem_id.in_([each.id for each in problems]), Incident.is_private.is_(False))
    found: dict[int, list[Incident]] = {}
    for problem_id, incident in session.execute(query.where(*is_meant).order_by(Incident.id)):
        if lifecycle.is_open(config, incident):
            found.setdefault(problem_id, []).append(incident)
    return found


def _open_of(session: Session, workflow: str, config: Config) -> Sequence[int]:
    """The open SEVs that affect a workflow; drills aside."""
    if not workflow:
        return ()
    query = select(Incident.id).join(AffectedWorkflow, AffectedWorkflow.incident_id == Incident.id)
    query = query.where(
        AffectedWorkflow.workflow == workflow, Incident.is_drill.is_(False), lifecycle.open_now(config)
    )  # fmt: skip
    return session.scalars(query.order_by(Incident.id)).all()
