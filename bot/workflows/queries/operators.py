"""What operators are told: that queries fail for longer. One message a day, edited when more of them do, and when they are well."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
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
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, when
from bot.workflows.problems.places import place_of
from bot.workflows.queries import turns
from bot.workflows.queries.model import QueryState

TROUBLE = "queries.trouble"
LASTS = timedelta(minutes=10)
"""For how long a query must fail until somebody is told."""
LISTED = 8


def look(session: Session, row: QueryState, config: Config, *, now: datetime) -> None:
    """Tell of a query, locked, that has failed for long enough; and once it does no more."""
    if row.told_on and not row.trouble:
        day, row.told_on = row.told_on, ""
        show(session, config, day)
    elif row.trouble and not row.told_on and row.since and row.since <= now - LASTS:
        row.told_on = f"{now.astimezone(UTC):%Y-%m-%d}"
        show(session, config, row.told_on)


def show(session: Session, config: Config, day: str) -> None:
    """Let the message of a day show how things are."""
    place = place_of(config, "")
    if place is not None:
        learn_place(session, place, purpose="operators")
        key = f"{TROUBLE}:{day}"
        enqueue(session, Request(kind=TROUBLE, subject="prometheus", key=key, mode=Mode.LATEST, rule=TROUBLE))


def message(rows: Sequence[QueryState], config: Config) -> tuple[str, list[Block]]:
    """Which queries fail, and why: the notification's text, and the message. Pure."""
    known = turns.known(config)
    if not rows:
        text = "Prometheus answers all queries again."
        return text, [kit.section(f":white_check_mark: {text}")]
    text = "A query of Prometheus fails" if len(rows) == 1 else f"{len(rows)} queries of Prometheus fail"
    lines = [
        f"• *{mrkdwn(known[row.workflow, row.key][1].name, 100)}* of `{row.workflow}`"
        f"{f', since {when(row.since)}' if row.since else ''}: {mrkdwn(row.remark, 200)}."
        for row in rows[:LISTED]
    ]
    more = f" And {len(rows) - LISTED} more." if len(rows) > LISTED else ""
    hint = (
        f"What is not known counts neither as good nor as bad.{more} `{NAME} workflow {rows[0].workflow}` tells more."
    )
    return text, [kit.section(f":grey_question: *{text}*"), kit.section("\n".join(lines)), kit.context(hint)]


def kind(slack: Slack, settings: Settings) -> Kind[posts.Draft]:
    """The outbox kind that tells them."""

    def load(session: Session, row: OutboxMessage) -> posts.Draft | Skip:
        config = settings.current
        place = place_of(config, "")
        if place is None:
            return Skip("there is no channel for it")
        failing = _told_on(session, row.key.partition(":")[2], config)
        if not failing and session.get(posts.Post, row.key) is None:
            return Skip("they were answered again before it was told")
        text, blocks = message(failing, config)
        return posts.draft_for(session, row, channel_id=channel_id(session, place), text=text, blocks=blocks, join=True)

    return posts.kind(slack, TROUBLE, "Tell operators of queries that fail", load, overwrites=True)


def _told_on(session: Session, day: str, config: Config) -> list[QueryState]:
    known = turns.known(config)
    rows = session.scalars(
        select(QueryState).where(QueryState.told_on == day).order_by(QueryState.workflow, QueryState.key)
    )
    return [row for row in rows if (row.workflow, row.key) in known]
