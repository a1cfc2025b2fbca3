"""What the loop does about the tracker: asks what changed, and reads again what was not heard of for long."""

import math
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.integrations.tracker import News
from bot.outbox.kinds import Result
from bot.outbox.model import OPEN, OutboxMessage
from bot.remediation import tracking_surfaces
from bot.remediation.model import OPEN_STATES, ActionItem
from bot.remediation.trackers import Trackers
from bot.remediation.tracking_model import TrackerLink, TrackerWatch

OVERLAP_MINUTES = 5
"""How far before what was seen the next question begins: a tracker's search runs behind what is written."""
LONGEST_MINUTES = 30 * 24 * 60
READ_AT_ONCE = 25


def watch_tracker(
    session: Session, config: Config, trackers: Trackers, *, now: datetime, machine_now: datetime
) -> None:
    """Ask the tracker what changed, if it is time; and for some issues that were not heard of for long."""
    if not trackers.is_there(config):
        return
    rules = config.tracker
    asked = session.execute(
        select(OutboxMessage.state, OutboxMessage.queued_at).where(OutboxMessage.key == tracking_surfaces.POLL_KEY)
    ).first()
    if asked and (asked.state in OPEN or asked.queued_at > machine_now - rules.poll):
        return
    tracking_surfaces.poll(session)
    silent = session.scalars(
        select(TrackerLink)
        .join(ActionItem, ActionItem.id == TrackerLink.item_id)
        .where(
            TrackerLink.read_at < now - rules.reread, TrackerLink.key.is_not(None), ActionItem.state.in_(OPEN_STATES)
        )
        .order_by(TrackerLink.read_at)
        .limit(READ_AT_ONCE)
    )
    for link in silent:
        link.read_at = (
            now  # it counts from the wish, or a tracker that is down would be asked for the same again and again
        )
        tracking_surfaces.bring_together(session, link.item)


def minutes_to_ask_for(session: Session, config: Config, *, now: datetime) -> int:
    """Over how many minutes to ask what changed: since what was seen last, and some more."""
    watch = session.get(TrackerWatch, config.tracker.service or "")
    if watch is None:
        return OVERLAP_MINUTES
    since = math.ceil(max(now - watch.seen_until, timedelta()).total_seconds() / 60)
    return min(since + OVERLAP_MINUTES, LONGEST_MINUTES)


def record_news(session: Session, _message: OutboxMessage, result: Result, _now: datetime) -> None:
    """Read again what changed since it was read; remember up to when nothing was left out."""
    news: News = result["news"]
    changed = dict(news.changed)
    asked_at: datetime = result["asked_at"]
    for link in session.scalars(select(TrackerLink).where(TrackerLink.issue_id.in_(changed))):
        if link.issue_id and (link.updated_at is None or changed[link.issue_id] > link.updated_at):
            tracking_surfaces.bring_together(session, link.item)
    until = asked_at if news.is_all or not changed else min(max(changed.values()), asked_at)
    session.merge(TrackerWatch(tracker=result["tracker"], asked_at=asked_at, seen_until=until))
