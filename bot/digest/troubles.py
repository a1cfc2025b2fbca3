"""What is done about a digest that can't be posted: who is to be told is told, once until it works again, and can retry."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.digest.model import DigestIssue, DigestSubscription
from bot.digest.reading import issue_of
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.outbox.enqueue import Request, enqueue, retry_dead
from bot.outbox.kinds import Kind, Skip
from bot.outbox.model import Mode, OutboxMessage, State
from bot.slack import blocks as kit
from bot.slack import posts
from bot.slack.client import Slack
from bot.slack.text import channel, mrkdwn

log = logging.getLogger(__name__)

TROUBLE = "digest.trouble"
RETRY = "digest.retry"
WHY = {
    "is_archived": "the channel is archived",
    "channel_not_found": "the channel is gone, or private and Sevbot is not in it",
    "not_in_channel": "Sevbot is not in that channel; `/invite` it there",
}
"""What Slack refuses a post with, as people understand it."""


def on_trouble(session: Session, message: OutboxMessage) -> None:
    """A digest could not be posted, is late, or got through after that: see `Kind.on_trouble`.

    Who is to be told is told of the first one only; what they were told is kept true. Operators read it in the log.
    """
    issue, subscription = issue_of(session, message)
    is_told = session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == _key(issue))) is not None
    if message.last_error is not None:
        if subscription.trouble and not is_told:
            return
        if is_told and message.state != State.DEAD and subscription.trouble == message.last_error:
            return  # it is still late, for the same reason
        subscription.trouble = message.last_error
        log.error("digest.not_posted", extra={"place": subscription.place, "error": message.last_error})
    if subscription.tell and (is_told or message.last_error is not None):
        enqueue(
            session,
            Request(
                kind=TROUBLE, subject=issue.subject, key=_key(issue), mode=Mode.LATEST, rule=TROUBLE,
                audience=subscription.tell,
            ),
        )  # fmt: skip


def retry(session: Session, issue_id: int, *, config: Config, actor: Actor, machine_now: datetime) -> None:
    """Try at once to post a digest that was given up. Raises `Refused`."""
    require(config, actor, "digest")
    issue = session.get(DigestIssue, issue_id)
    if issue is None or not retry_dead(session, issue.subject, now=machine_now):
        raise Refused("There is nothing left to retry.")


def kind(slack: Slack) -> Kind[posts.Draft]:
    """The outbox kind that tells of it."""
    return posts.kind(slack, TROUBLE, "Say that a digest can't be posted", _load, overwrites=True)


def _key(issue: DigestIssue) -> str:
    return f"{issue.key}:trouble"


def _load(session: Session, message: OutboxMessage) -> posts.Draft | Skip:
    issue, subscription = issue_of(session, message)
    post = session.scalars(select(OutboxMessage).where(OutboxMessage.key == issue.key)).one()
    if issue.posted_at is not None and session.get(posts.Post, message.key) is None:
        return Skip("it works again")
    is_over = issue.posted_at is not None or post.state == State.SKIPPED
    text = told(subscription, issue, post)
    buttons = [] if is_over else [kit.actions([kit.button("Retry", RETRY, value=str(issue.id))])]
    return posts.draft_for(
        session, message, channel_id="", users=(message.audience,), text=text, blocks=[kit.section(text), *buttons]
    )


def told(subscription: DigestSubscription, issue: DigestIssue, post: OutboxMessage) -> str:
    """What became of a digest that could not be posted at first; `post` is its row in the outbox."""
    place = subscription.place
    what = f"The {subscription.rhythm} digest of {mrkdwn(place, 200) if place.startswith('#') else channel(place)}"
    if issue.posted_at is not None:
        return f"{what} is posted now."
    if post.state == State.SKIPPED:
        return f"{what} was left out: {mrkdwn(post.last_error or '', 300)}."
    error = post.last_error or subscription.trouble
    code = error.partition(":")[0]
    why = f"{WHY[code]} ({code})" if code in WHY else f"Slack says {mrkdwn(error, 300)}"
    if post.state != State.DEAD:
        return f"{what} is late: {why}. It is tried again by itself."
    return f"{what} could not be posted: {why}. It is tried again when it is due next, and you are told only once."
