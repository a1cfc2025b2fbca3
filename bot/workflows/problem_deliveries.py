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
from bot.workflows import problem_views, sev_signs, showing
from bot.workflows.problem_model import Problem
from bot.workflows.problem_views import Shown


class ProblemDeliveries:
    """The kinds of this room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings

    def register(self, kinds: Kinds) -> None:
        """Add the kinds to the table."""
        kinds.add(posts.kind(self._slack, showing.MESSAGE, "Show a problem", self._load, overwrites=True))

    def _load(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        problem = session.get(Problem, message.subject_id)
        if problem is None:
            return Skip("the problem was forgotten")
        now, post = self._clock.now(), session.get(posts.Post, message.key)
        is_quiet = problem.ignored_until is not None and problem.ignored_until > now
        if post is None and is_quiet:
            return Skip("the problem is ignored for now")
        shown = _shown(session, problem, message, self._settings.current, now)
        return posts.draft_for(
            session, message, channel_id=channel_id(session, problem.place), join=True,
            text=problem_views.text(shown), blocks=problem_views.message(shown),
        )  # fmt: skip


def _shown(session: Session, problem: Problem, message: OutboxMessage, config: Config, now: datetime) -> Shown:
    """What everybody in the channel may read: private SEVs are left out."""
    knowing = sev_signs.attached_to(session, problem)
    return Shown(
        problem, config, now,
        sevs=[each for each in knowing if not each.is_private and lifecycle.is_open(config, each)],
        candidate=_newest_open(session, config),
        is_old=message.arguments.get("showing") != problem.showing,
    )  # fmt: skip


def _newest_open(session: Session, config: Config) -> Incident | None:
    is_offered = (Incident.is_private.is_(False), Incident.is_drill.is_(False), lifecycle.open_now(config))
    return session.scalars(select(Incident).where(*is_offered).order_by(lifecycle.NEWEST_OPEN_FIRST).limit(1)).first()
