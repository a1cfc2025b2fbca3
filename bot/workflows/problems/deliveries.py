"""How a problem's message gets to Slack: it is read as it is now, and posted, or edited where it stands."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.directory.channels import channel_id
from bot.incidents import lifecycle
from bot.incidents.model import Incident
from bot.outbox.kinds import Kinds, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import posts
from bot.slack.client import Slack
from bot.workflows.problems import folding, sev_signs, showing
from bot.workflows.problems import views as problem_views
from bot.workflows.problems.model import Problem
from bot.workflows.problems.places import place_of
from bot.workflows.problems.views import Shown


class ProblemDeliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings

    def register(self, kinds: Kinds) -> None:
        """Add the kinds to the table."""
        kinds.add(
            posts.kind(
                self._slack, showing.MESSAGE, "Show a problem", self._load, on_trouble=self._on_trouble, overwrites=True
            ),
            posts.kind(
                self._slack, showing.ELSEWHERE, "Show a problem in another channel", self._load_elsewhere, overwrites=True
            ),
        )  # fmt: skip

    def _load(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        problem = session.get(Problem, message.subject_id)
        if problem is None:
            return Skip("the problem was forgotten")
        now, post = self._clock.now(), session.get(posts.Post, message.key)
        is_quiet = problem.ignored_until is not None and problem.ignored_until > now
        shown = _shown(session, problem, message, self._settings.current, now)
        if post is None and is_quiet and not shown.others:
            return Skip("the problem is ignored for now")
        return posts.draft_for(
            session, message, channel_id=channel_id(session, problem.place), join=True,
            text=problem_views.text(shown), blocks=problem_views.message(shown),
        )  # fmt: skip

    def _on_trouble(self, session: Session, message: OutboxMessage) -> None:
        """Its channel can't be posted in, or can again: tell of it where other signs are told, with *Retry*."""
        problem = session.get(Problem, message.subject_id)
        place = place_of(self._settings.current, "")
        if problem is None or place in (None, problem.place):
            return
        is_told = select(OutboxMessage.id).where(OutboxMessage.key == showing.elsewhere_key(problem))
        if message.last_error is not None or session.scalar(is_told) is not None:
            showing.show_elsewhere(session, problem, place)

    def _load_elsewhere(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        problem = session.get(Problem, message.subject_id)
        if problem is None:
            return Skip("the problem was forgotten")
        own = session.scalars(
            select(OutboxMessage).where(OutboxMessage.key == showing.message_key(problem, problem.showing))
        ).one()
        if own.last_error is None and session.get(posts.Post, message.key) is None:
            return Skip("its own channel can be posted in again")
        shown = _shown(session, problem, own, self._settings.current, self._clock.now())
        return posts.draft_for(
            session, message, channel_id=channel_id(session, message.audience), join=True,
            text=problem_views.text(shown), blocks=problem_views.elsewhere(shown, own.last_error),
        )  # fmt: skip


def _shown(session: Session, problem: Problem, message: OutboxMessage, config: Config, now: datetime) -> Shown:
    """What everybody in the channel may read: private SEVs are left out."""
    others = folding.folded(session, problem)
    known = sev_signs.public(session, [problem, *others], config)
    return Shown(
        problem, config, now,
        sevs=list(dict.fromkeys(sev for sevs in known.values() for sev in sevs)),
        others=others,
        are_all_known=all(each.id in known for each in (problem, *others) if each.recovered_at is None),
        candidate=_newest_open(session, config),
        back=_quietly_back(session, problem, now),
        is_old=message.arguments.get("showing") != problem.showing,
    )  # fmt: skip


def _quietly_back(session: Session, problem: Problem, now: datetime) -> Problem | None:
    """The later episode that goes on and is quiet, if this problem is over."""
    if problem.recovered_at is None:
        return None
    later = (Problem.source == problem.source, Problem.key == problem.key, Problem.episode > problem.episode)
    return session.scalars(
        select(Problem).where(*later, Problem.recovered_at.is_(None), Problem.ignored_until > now)
    ).first()


def _newest_open(session: Session, config: Config) -> Incident | None:
    is_offered = (Incident.is_private.is_(False), Incident.is_drill.is_(False), lifecycle.open_now(config))
    return session.scalars(select(Incident).where(*is_offered).order_by(lifecycle.NEWEST_OPEN_FIRST).limit(1)).first()
