"""Which action item a person means."""

import re

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.incidents.subject import subject
from bot.remediation import listing
from bot.remediation.model import ActionItem
from bot.remediation.reading import Wanted, item_of
from bot.slack.commands import NAME, Line
from bot.slack.visit import Visit

REFERENCE = re.compile(r"(?:sev-(\d{1,9})/|#)?(\d{1,6})(?=[\s:,]|$)[\s:,]*", re.IGNORECASE)


def named_item(session: Session, visit: Visit, line: Line, text: str, *, lock: bool = True) -> tuple[ActionItem, str]:
    """The item that a text begins with, and what follows: `SEV-42/2 …`, or `2 …` where it is clear of which SEV.

    Raises `Refused`.
    """
    found = REFERENCE.match(text)
    if found is None:
        raise Refused(
            f"Say which item: `{NAME} action {line.text.split()[0].lower() if line.text else 'done'} SEV-42/2 …`. "
            f"`{NAME} items` shows them."
        )
    if found[1]:
        incident = membership.by_number(session, int(found[1]), user_id=visit.user_id, lock=lock)
    else:
        incident = subject(session, visit, line, lock=lock)
    return item_of(session, incident, int(found[2])), text[found.end() :]


def clicked_item(session: Session, visit: Visit, value: str, *, lock: bool = True) -> tuple[ActionItem, Wanted | None]:
    """The item a button is for, and the list it stands in. Raises `Refused`."""
    sev, number, wanted = listing.named_by(value)
    return item_of(session, sev_of(session, visit, sev, lock=lock), number), wanted


def sev_of(session: Session, visit: Visit, number: int, *, lock: bool) -> Incident:
    """The SEV of that number, as far as the person may see it. Raises `Refused`."""
    return membership.by_number(session, number, user_id=visit.user_id, lock=lock)
