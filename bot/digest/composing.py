"""Putting a digest together: what its subscription asks for, since when, and how it is framed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.digest import health_plot, plot, views
from bot.digest.about import about, scope
from bot.digest.content import Content, gather
from bot.digest.model import DigestIssue, DigestSubscription
from bot.digest.plot import Plot
from bot.slack.text import when

LATE_AFTER = timedelta(minutes=10)
PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
LONGEST_PERIOD = timedelta(days=14)
"""How far back a digest looks at most, when those before it did not get through."""
NAMES = {"daily": "Daily digest", "weekly": "Weekly digest"}


@dataclass(frozen=True)
class Composed:
    """A digest as data, and its picture, where it has one."""

    content: Content
    framing: views.Framing
    plot: Plot | None


def compose(
    session: Session, config: Config, subscription: DigestSubscription, issue: DigestIssue | None, *, now: datetime
) -> Composed:
    """What a subscription has to tell now; `issue` is the one that was due, None where somebody looks in between."""
    due_at = issue.due_at if issue else now
    since = _since(session, subscription, due_at)
    content = gather(
        session, config, scope(config, subscription), since=since, now=now, zone=subscription.time_zone,
        private=subscription.counts_private, weekly=subscription.is_weekly,
    )  # fmt: skip
    named = about(config, subscription)
    drawn = _plot(session, config, subscription, content, now=now)
    framing = views.Framing(
        title=NAMES[subscription.rhythm], about=named, what=tuple(subscription.what), zone=subscription.time_zone,
        is_weekly=subscription.is_weekly, late=when(due_at) if now - due_at > LATE_AFTER else "", since=when(since),
        file_id=issue.file_id if issue else None, alt_text=drawn.alt_text if drawn else "",
    )  # fmt: skip
    return Composed(content, framing, drawn)


def _plot(
    session: Session, config: Config, subscription: DigestSubscription, content: Content, *, now: datetime
) -> Plot | None:
    """Its picture; None: it has none, or there is nothing to draw."""
    named = about(config, subscription)
    if subscription.picture == "none":
        return None
    if subscription.picture == "health":
        return health_plot.of_many(session, config, scope(config, subscription).workflows, about=named, now=now)
    return plot.of_week(subscription.picture, content.week, config=config, about=named, zone=subscription.time_zone)


def _since(session: Session, subscription: DigestSubscription, due_at: datetime) -> datetime:
    """From when on it tells what happened: where the last one that was posted ended."""
    told = select(func.max(DigestIssue.covers_until)).where(
        DigestIssue.subscription_id == subscription.id, DigestIssue.due_at < due_at
    )
    last = session.scalar(told) or due_at - PERIODS[subscription.rhythm]
    return max(last, due_at - LONGEST_PERIOD)
