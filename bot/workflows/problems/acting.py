"""What people do about a problem: attach it to a SEV, ignore it for a while, or say that it is over."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import lifecycle, membership
from bot.incidents.model import Incident
from bot.outbox.enqueue import retry_dead
from bot.workflows.problems import folding, sev_signs, showing
from bot.workflows.problems import service as problems
from bot.workflows.problems.model import Problem
from bot.workflows.problems.service import locked

IGNORED_FOR = timedelta(hours=1)


def attach(session: Session, problem_id: int, number: int, *, config: Config, actor: Actor, now: datetime) -> Incident:
    """Attach a problem, and those its message lists, to an open SEV that the actor can see; returns that. Raises `Refused`."""
    require(config, actor, "change")
    problem = the_problem(session, problem_id)
    together = folding.going_on(session, problem)
    incident = membership.by_number(session, number, user_id=actor.user_id, lock=True)
    if not lifecycle.is_open(config, incident):
        label = config.status(incident.status).label.lower()
        raise Refused(f"{incident.name} is {label}. Reopen it, or attach this to an open one.", field="number")
    are_new = [sev_signs.attach(session, each, incident, actor=actor, now=now) for each in together]
    if not any(are_new):
        raise Refused(f"{incident.name} knows of it already: it is in its timeline.", field="number")
    showing.show(session, problem)
    return incident


def ignore(session: Session, problem_id: int, *, config: Config, actor: Actor, now: datetime) -> None:
    """Say nothing more of a problem for an hour. Raises `Refused`."""
    require(config, actor, "change")
    problem = the_problem(session, problem_id)
    if problem.recovered_at:
        raise Refused("It has recovered, so there is nothing to ignore.")
    problem.ignored_until, problem.ignored_by = now + IGNORED_FOR, actor.user_id
    audit.record(
        session, actor=actor.user_id, action="problem.ignored", subject=problem.subject, source=actor.door, now=now
    )
    showing.show(session, problem)


def end(session: Session, problem_id: int, *, config: Config, actor: Actor, now: datetime) -> None:
    """Say that a problem is over, though its source has not. Raises `Refused`."""
    require(config, actor, "change")
    problem = the_problem(session, problem_id)
    if problem.recovered_at:
        raise Refused("It is over already.")
    audit.record(
        session, actor=actor.user_id, action="problem.ended", subject=problem.subject, source=actor.door, now=now
    )
    problems.end(session, problem, by=actor, now=now)


def retry(session: Session, problem_id: int, *, config: Config, actor: Actor, machine_now: datetime) -> None:
    """Try at once to post what could not be posted. Raises `Refused`."""
    require(config, actor, "change")
    if not retry_dead(session, the_problem(session, problem_id).subject, now=machine_now):
        raise Refused("There is nothing left to retry.")


def the_problem(session: Session, problem_id: int) -> Problem:
    """The problem, its row locked. Raises `Refused` where it was forgotten."""
    problem = locked(session, Problem.id == problem_id)
    if problem is None:
        raise Refused("This was so long ago that Sevbot has forgotten it. `/sev declare` declares a SEV.")
    return problem
