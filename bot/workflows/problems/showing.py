"""Where problems show in Slack. It asks for deliveries; it renders nothing."""

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from bot.directory.channels import learn_place
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.model import Mode
from bot.slack import posts
from bot.workflows.problems.model import Problem

MESSAGE = "problem.message"
ELSEWHERE = "problem.elsewhere"
AFTER_SEVS = -1
"""The priority of what is said of problems: a channel takes one post a second, and in a storm SEVs come first."""


def message_key(problem: Problem, showing: int) -> str:
    """The outbox key of one of its messages."""
    return f"{problem.subject}:message:{showing}"


def show(session: Session, problem: Problem) -> None:
    """Show the problem as it is now: in its message, which is posted if there is none."""
    problem.told_count = problem.seen_count
    if not problem.place:
        return
    learn_place(session, problem.place, purpose="problems")
    show_message(session, problem, problem.showing)


def show_anew(session: Session, problem: Problem) -> None:
    """Say it anew, where people notice it: an edit tells nobody. Its message before says so. It is ignored no longer."""
    problem.ignored_until, problem.ignored_by = None, ""
    before = problem.showing
    if session.get(posts.Post, message_key(problem, before)) is not None:
        problem.showing += 1
        show_message(session, problem, before)
    show(session, problem)
    show_last_told(session, problem)


def show_older(session: Session, problem: Problem) -> None:
    """Show what has become of the problem in its messages before the one that people act on."""
    made = set(session.scalars(select(posts.Post.key).where(posts.Post.subject == problem.subject)))
    for showing in range(1, problem.showing):
        if message_key(problem, showing) in made:
            show_message(session, problem, showing)


def show_last_told(session: Session, problem: Problem) -> None:
    """Let the message of the last episode before this one that was told say what has become of it since."""
    is_told = (
        select(posts.Post.key).where(posts.Post.subject == literal("problem:") + cast(Problem.id, String)).exists()
    )
    earlier = (Problem.source == problem.source, Problem.key == problem.key, Problem.episode < problem.episode)
    told = session.scalars(select(Problem).where(*earlier, is_told).order_by(Problem.episode.desc()).limit(1)).first()
    if told is not None:
        show_message(session, told, told.showing)


def head_of(session: Session, problem: Problem) -> Problem | None:
    """The problem in whose message this one is told; None: in its own."""
    return session.get(Problem, problem.head_id) if problem.head_id else None


def show_message(session: Session, problem: Problem, showing: int) -> None:
    """Show one of the problem's messages as it is now; or the message that lists it."""
    if (head := head_of(session, problem)) is not None:
        problem, showing = head, head.showing
    enqueue(
        session,
        Request(
            kind=MESSAGE, subject=problem.subject, key=message_key(problem, showing), mode=Mode.LATEST,
            arguments={"showing": showing}, priority=AFTER_SEVS, audience=problem.place, rule=f"problem.{problem.source}",
        ),
    )  # fmt: skip


def elsewhere_key(problem: Problem) -> str:
    """The outbox key of the message about a problem whose own channel can't be posted in."""
    return f"{problem.subject}:elsewhere"


def show_elsewhere(session: Session, problem: Problem, place: str) -> None:
    """Tell of the problem in another channel, since its own can't be posted in; or that it can again."""
    learn_place(session, place, purpose="problems")
    enqueue(
        session,
        Request(
            kind=ELSEWHERE, subject=problem.subject, key=elsewhere_key(problem), mode=Mode.LATEST,
            priority=AFTER_SEVS,
            audience=place, rule=f"problem.{problem.source}",
        ),
    )  # fmt: skip
