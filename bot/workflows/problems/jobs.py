"""What the loop does about problems: shows how often they were seen, and again what was ignored for long enough."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import BOT
from bot.incidents import lifecycle
from bot.incidents.model import AffectedWorkflow, Incident
from bot.workflows.problems import folding, sev_signs, showing
from bot.workflows.problems import service as problems
from bot.workflows.problems.model import Problem, ProblemIncident

AT_ONCE = 200
SILENT_AFTER = timedelta(days=7)
"""A sender repeats what goes on far more often, or says that it is over."""


def show_news(session: Session, config: Config, *, now: datetime) -> None:
    """Show what was seen again since it was shown, and what is still there after it was ignored."""
    is_news = (Problem.recovered_at.is_(None), Problem.seen_count > Problem.told_count)
    for problem in _some(session, *is_news):
        showing.show(session, problem)
    is_due = (Problem.recovered_at.is_(None), Problem.ignored_until <= now)
    for problem in _some(session, *is_due):
        if problem.told_at is None:
            folding.fold(session, problem, config=config, now=now)
        showing.show_anew(session, problem)
        sev_signs.reach_sevs(session, problem, config=config, now=now)


def reach_missed(session: Session, config: Config, *, now: datetime) -> None:
    """Tell SEVs of problems that began in the very moment in which they did: neither transaction saw the other."""
    told = select(func.count()).where(ProblemIncident.incident_id == Incident.id)
    knows = select(ProblemIncident.problem_id).where(
        ProblemIncident.problem_id == Problem.id, ProblemIncident.incident_id == Incident.id
    )
    missed = (
        select(Incident.id).join(AffectedWorkflow, AffectedWorkflow.incident_id == Incident.id)
        .where(AffectedWorkflow.workflow == Problem.workflow, Incident.is_drill.is_(False), lifecycle.open_now(config))
        .where(~knows.exists(), told.scalar_subquery() < sev_signs.MOST_AT_ONCE)
    )  # fmt: skip
    is_quiet = and_(Problem.ignored_until.is_not(None), Problem.ignored_until > now)
    is_heard = (Problem.recovered_at.is_(None), Problem.seen_at > now - sev_signs.STALE_AFTER, ~is_quiet)
    for problem in _some(session, *is_heard, missed.exists(), most=sev_signs.MOST_AT_ONCE):
        sev_signs.note_in_open_sevs(session, problem, config, now)
        showing.show(session, problem)


def end_silent(session: Session, *, now: datetime) -> None:
    """Take alerts to be over that were not heard of for long: their sender was taken down, or forgot to say so."""
    is_silent = (Problem.source == "alert", Problem.recovered_at.is_(None), Problem.seen_at < now - SILENT_AFTER)
    for problem in _some(session, *is_silent):
        problems.end(session, problem, by=BOT, now=now)


def _some(session: Session, *conditions: ColumnElement[bool], most: int = AT_ONCE) -> list[Problem]:
    query = select(Problem).where(*conditions).order_by(Problem.id).limit(most).with_for_update(key_share=True)
    return list(session.scalars(query))
