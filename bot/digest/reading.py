"""Reading subscriptions and the digests there were."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.digest.model import DigestIssue, DigestSubscription
from bot.directory.channels import KnownChannel
from bot.outbox.model import OutboxMessage


def issue_of(session: Session, message: OutboxMessage) -> tuple[DigestIssue, DigestSubscription]:
    """The digest a row is about, and its subscription."""
    issue = session.get_one(DigestIssue, message.subject_id)
    return issue, session.get_one(DigestSubscription, issue.subscription_id)


def of_channel(session: Session, channel_id: str) -> list[DigestSubscription]:
    """The digests a channel is sent, in the order in which they were begun."""
    query = select(DigestSubscription).where(
        DigestSubscription.place.in_(_places(session, channel_id)), DigestSubscription.next_due_at.is_not(None)
    )
    return [*session.scalars(query.order_by(DigestSubscription.id))]


def last_issue(session: Session, subscription: DigestSubscription) -> DigestIssue | None:
    """The newest digest of a subscription, whatever became of it."""
    query = select(DigestIssue).where(DigestIssue.subscription_id == subscription.id)
    return session.scalars(query.order_by(DigestIssue.day.desc()).limit(1)).first()


def _places(session: Session, channel_id: str) -> Sequence[str]:
    """Whatever the channel is called in subscriptions: by its id, or by a name of the configuration."""
    named = session.scalars(select(KnownChannel.place).where(KnownChannel.channel_id == channel_id))
    return [channel_id, *named]
