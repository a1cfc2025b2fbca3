"""What operators are told where all checks fail at once, and the control too: one message for each day."""

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
from bot.workflows.checks.model import CheckRun
from bot.workflows.problems.places import place_of

HELD = "checks.held"
VERDICT = "held"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class HeldRuns:
    """The runs of a day that proved nothing."""

    count: int
    first: datetime
    last: datetime
    control: str


def tell(session: Session, config: Config, *, at: datetime) -> None:
    """Tell operators that runs were held back at that time, in the message of its day (UTC)."""
    place = place_of(config, "")
    if place is None:
        return
    learn_place(session, place, purpose="problems")
    key = f"{HELD}:{at.astimezone(UTC):%Y-%m-%d}"
    enqueue(session, Request(kind=HELD, subject="checks:all", key=key, mode=Mode.LATEST, rule=HELD))


def message(held: HeldRuns) -> list[Block]:
    """Since when checks prove nothing, and why. Pure."""
    failed = "One failed check was" if held.count == 1 else f"{held.count} failed checks were"
    said = (
        f":electric_plug: *Sevbot itself seems to have no network.* {failed} not counted, and nobody is told of them."
    )
    why = f"From {when(held.first)} to {when(held.last)} all checks failed at once, and {mrkdwn(held.control, 300)} did not answer either."
    return [kit.section(said), kit.context(why)]


def kind(slack: Slack, settings: Settings) -> Kind[posts.Draft]:
    """The outbox kind that tells them."""

    def load(session: Session, row: OutboxMessage) -> posts.Draft | Skip:
        config = settings.current
        place = place_of(config, "")
        found = _held(session, row, config.checks.control_url or "the control")
        if place is None or found is None:
            return Skip("there is no channel for it" if found else "the runs were forgotten")
        text = "Sevbot itself seems to have no network"
        return posts.draft_for(
            session, row, channel_id=channel_id(session, place), text=text, blocks=message(found), join=True
        )

    return posts.kind(slack, HELD, "Tell operators that checks prove nothing", load, overwrites=True)


def _held(session: Session, row: OutboxMessage, control: str) -> HeldRuns | None:
    begins = datetime.strptime(row.key.removeprefix(f"{HELD}:"), "%Y-%m-%d").replace(tzinfo=UTC)
    is_meant = (CheckRun.verdict == VERDICT, CheckRun.began_at >= begins, CheckRun.began_at < begins + DAY)
    bounds = select(func.count(), func.min(CheckRun.began_at), func.max(CheckRun.began_at)).where(*is_meant)
    count, first, last = session.execute(bounds).one()
    return HeldRuns(count, first, last, control) if count else None
