"""What operators are told: that a service sends what can't be understood. One message for each service and day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.channels import channel_id, learn_place
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.kinds import Kind, Skip
from bot.outbox.model import Mode, OutboxMessage
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.blocks import Block
from bot.slack.client import Slack
from bot.slack.text import mrkdwn, when
from bot.workflows.alerts.model import AlertDelivery, Progress
from bot.workflows.alerts.sources.table import SOURCES
from bot.workflows.problems.places import place_of

UNKNOWN = "alerts.unknown"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Unknown:
    """What a service sent on a day that could not be understood."""

    label: str
    count: int
    last: AlertDelivery
    kept_until: datetime


def tell(session: Session, source: str, config: Config, *, at: datetime) -> None:
    """Tell operators of what was sent at that time, in the message of its day (UTC)."""
    place = place_of(config, "")
    if place is None:
        return
    learn_place(session, place, purpose="problems")
    key = f"{UNKNOWN}:{source}:{at.astimezone(UTC):%Y-%m-%d}"
    enqueue(session, Request(kind=UNKNOWN, subject=f"hook:{source}", key=key, mode=Mode.LATEST, rule=UNKNOWN))


def message(unknown: Unknown) -> list[Block]:
    """How much it was, and what is wrong with the last of it. Pure."""
    things = "one delivery" if unknown.count == 1 else f"{unknown.count} deliveries"
    last = unknown.last
    said = f":grey_question: *{unknown.label}* sent {things} today that Sevbot does not understand."
    why = f"The last one, {when(last.received_at)}: {mrkdwn(last.outcome, 900)}."
    kept = f"Until {when(unknown.kept_until)}, `sevbot delivery {last.id}` prints what was sent."
    return [kit.section(said), kit.context(f"{why} {kept}")]


def kind(slack: Slack, settings: Settings) -> Kind[posts.Draft]:
    """The outbox kind that tells them."""

    def load(session: Session, row: OutboxMessage) -> posts.Draft | Skip:
        config = settings.current
        place = place_of(config, "")
        found = _unknown(session, row, config.alerts.keep)
        if place is None or found is None:
            return Skip("there is no channel for it" if found else "what was sent was forgotten")
        blocks = message(found)
        text = f"{found.label} sent what Sevbot does not understand"
        return posts.draft_for(session, row, channel_id=channel_id(session, place), text=text, blocks=blocks, join=True)

    return posts.kind(slack, UNKNOWN, "Tell operators what was not understood", load, overwrites=True)


def _unknown(session: Session, row: OutboxMessage, keep: timedelta) -> Unknown | None:
    _, source, day = row.key.split(":")
    begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    is_meant = (
        AlertDelivery.source == source, AlertDelivery.state == Progress.UNKNOWN,
        AlertDelivery.received_at >= begins, AlertDelivery.received_at < begins + DAY,
    )  # fmt: skip
    count = session.scalar(select(func.count()).where(*is_meant)) or 0
    last = session.scalars(select(AlertDelivery).where(*is_meant).order_by(AlertDelivery.id.desc()).limit(1)).first()
    known = SOURCES.get(source)
    return Unknown(known.label if known else source, count, last, last.received_at + keep) if last else None
