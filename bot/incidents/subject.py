"""Which SEV a person means, and which are open."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import actor_of
from bot.directory.permissions import may
from bot.errors import Refused
from bot.incidents import lifecycle, membership
from bot.incidents.model import Incident
from bot.slack.commands import NAME, Line
from bot.slack.visit import OF_ANOTHER_VERSION, Visit

LONGEST_LIST = 15
NUMBER = re.compile(r"[0-9]{1,9}")


def subject(session: Session, visit: Visit, line: Line, *, lock: bool = True) -> Incident:
    """The SEV that was named, or else the one whose channel this is. Raises `Refused`."""
    if line.target is not None:
        return membership.by_number(session, line.target, user_id=visit.user_id, lock=lock)
    incident = membership.by_channel(session, visit.channel_id, user_id=visit.user_id, lock=lock)
    if incident is None:
        raise Refused(
            f"This is no SEV's channel. Name the SEV: `{NAME} {line.verb} SEV-42 …`, or type it in its channel."
        )
    return incident


def of_number(session: Session, visit: Visit, number: object) -> Incident:
    """The SEV of that number, locked. Raises `Refused`."""
    found = str(number)
    if not NUMBER.fullmatch(found):
        raise Refused(OF_ANOTHER_VERSION)
    return membership.by_number(session, int(found), user_id=visit.user_id, lock=True)


def open_incidents(session: Session, config: Config, visit: Visit) -> list[Incident]:
    """The open SEVs a person may see, the newest first; one more than a list shows at most."""
    if not may(config, actor_of(session, visit), "see"):
        return []
    return [
        *session.scalars(
            select(Incident)
            .where(membership.may_see(visit.user_id), lifecycle.open_now(config))
            .order_by(lifecycle.NEWEST_OPEN_FIRST)
            .limit(LONGEST_LIST + 1)
        )
    ]
