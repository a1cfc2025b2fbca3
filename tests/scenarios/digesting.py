"""The ground of the stories about digests: a bot whose configuration has some, and a clock that is moved to when they are due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import Bot
from bot.config import Digest, Settings, load
from bot.digest import service
from bot.digest.model import DigestIssue, DigestSubscription
from bot.incidents.model import AffectedWorkflow, Incident
from bot.outbox.model import OutboxMessage, State
from bot.playground import Playground
from bot.remediation.model import ActionItem
from tests.conftest import environment_for
from tests.environments import at_work
from tests.processes import CONFIG
from tests.scenarios.stories import Stage

DAILY: dict[str, Any] = {
    "key": "daily", "channel": "#incidents", "at": "08:30", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "picture": "none",
}  # fmt: skip
PATIENT = {"attempt_limit": timedelta(seconds=20)}
"""A picture takes longer to draw than the tests' bot has patience."""


@contextmanager
def digesting_bot(slack: Playground, database_url: str, *digests: dict[str, Any], **delivery: Any) -> Iterator[Bot]:
    """A bot at work that sends digests."""
    config = load(CONFIG)
    wanted = tuple(Digest.model_validate(each) for each in digests)
    config = config.model_copy(update={"digests": wanted, "delivery": config.delivery.model_copy(update=delivery)})
    with at_work(Bot(environment_for(slack, database_url), settings=Settings(CONFIG, config=config)), slack) as bot:
        yield bot


def looks(stage: Stage) -> None:
    """The loop looks whether a digest is due."""
    stage.bot.house.digests.send_due()
    stage.settles()


def comes(stage: Stage, *, late: float = 0.0, settles: bool = True) -> datetime:
    """The next digest is due, or was `late` seconds ago, and the loop looks. Returns when it was due."""
    stage.bot.house.digests.send_due()
    next_one = select(DigestSubscription.next_due_at).order_by(DigestSubscription.next_due_at)
    with stage.bot.database.read() as session:
        due_at = session.scalars(next_one).first()
    assert due_at is not None
    moves_on(stage, (due_at - stage.bot.clock.now()).total_seconds() + late + 1)
    stage.bot.house.digests.send_due()
    if settles:
        stage.settles()
    return due_at


def moves_on(stage: Stage, seconds: float) -> None:
    """Time passes."""
    stage.slack.advance_clock(seconds)
    stage.bot.slack.call("auth.test")  # by whose answer the bot learns what time it is


def issues(stage: Stage) -> list[str]:
    """Which digests there were, in order: `posted`, or why not."""
    with stage.bot.database.read() as session:
        rows = session.scalars(select(DigestIssue).order_by(DigestIssue.id))
        return [row.left_out or ("posted" if row.posted_at else "asked for") for row in rows]


def was_left_out(stage: Stage) -> list[str | None]:
    """Why digests that were asked for were not posted after all."""
    query = select(OutboxMessage.last_error).where(
        OutboxMessage.kind == service.POST, OutboxMessage.state == State.SKIPPED
    )
    with stage.bot.database.read() as session:
        return list(session.scalars(query.order_by(OutboxMessage.id)))


def tries(stage: Stage) -> int:
    """How often posting a digest was tried."""
    query = select(OutboxMessage.attempts).where(OutboxMessage.kind == service.POST)
    with stage.bot.database.read() as session:
        return sum(session.scalars(query))


def changes(stage: Stage, number: int, *, workflows: list[str]) -> None:
    """A SEV affects these workflows."""

    def write(session: Session) -> None:
        incident = session.scalars(select(Incident).where(Incident.number == number)).one()
        incident.workflows = [AffectedWorkflow(workflow=key) for key in workflows]

    stage.bot.database.run(write)


def owes(stage: Stage, number: int, title: str, *, days: int, **owner: Any) -> None:
    """A SEV gets an action item that is due in so many days from today (UTC)."""
    now = stage.bot.clock.now()

    def add(session: Session) -> None:
        incident = session.scalars(select(Incident).where(Incident.number == number)).one()
        present = session.scalars(select(ActionItem.number).where(ActionItem.incident_id == incident.id)).all()
        session.add(
            ActionItem(
                incident_id=incident.id, number=len(present) + 1, title=title,
                due_on=now.astimezone(UTC).date() + timedelta(days=days), created_by="U01ADA", created_at=now,
                changed_at=now, **owner,
            )
        )  # fmt: skip

    stage.bot.database.run(add)
