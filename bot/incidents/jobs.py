"""What the loop does with SEVs."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, literal, not_, select, update
from sqlalchemy.orm import Session

from bot.config import Config
from bot.incidents import access, lifecycle, surfaces
from bot.incidents.model import Incident
from bot.nudges import service as nudges
from bot.nudges.model import NudgeWatch
from bot.outbox.model import OutboxMessage

RESPONSE_URL_LIFE = timedelta(minutes=20)
"""A response URL is a secret for 30 minutes; none is kept so long."""

PRIVATE_LOOKS = 50
"""How many private SEVs that are over are looked after at each turn."""


def forget_answers(session: Session, *, machine_now: datetime) -> None:
    """Forget the addresses for answering declarers, whether they were used or not."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.kind == surfaces.ANSWER, OutboxMessage.queued_at < machine_now - RESPONSE_URL_LIFE)
        .values(arguments={})
    )


def expire_requests(session: Session, *, now: datetime) -> None:
    """End the requests to be let into a private SEV that nobody answered."""
    access.expire(session, now=now)


def reconcile_open(session: Session, config: Config) -> None:
    """Ask for a look at the channel of every open SEV: events may have been missed.

    Of the private ones that are over too, the newest: whoever left their channels must not see them any more.
    """
    with_channel = select(Incident).where(Incident.channel_id.is_not(None))
    over = with_channel.where(
        Incident.is_private.is_(True), Incident.channel_trouble == "", not_(lifecycle.open_now(config))
    )
    newest_over = over.order_by(Incident.number.desc()).limit(PRIVATE_LOOKS)
    for query in (with_channel.where(lifecycle.open_now(config)), newest_over):
        for incident in session.scalars(query):
            surfaces.reconcile(session, incident)


def watch_open(session: Session, config: Config) -> None:
    """Let people be reminded of every open SEV, also of those that came into the database by another way."""
    subject = literal("incident:") + cast(Incident.id, String)
    is_watched = select(NudgeWatch.subject).where(NudgeWatch.subject == subject).exists()
    for incident in session.scalars(select(Incident).where(lifecycle.open_now(config), ~is_watched)):
        nudges.watch(session, incident.subject)
