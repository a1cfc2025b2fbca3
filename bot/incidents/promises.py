"""When the next update of a SEV is due: what was promised, by default or in so many words, and what becomes of it."""

import re
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.config import Config, parse_duration
from bot.errors import Refused
from bot.incidents.lifecycle import is_open
from bot.incidents.model import Incident, TimelineEntry

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=7)
SPAN = re.compile(r"(\d{1,4}[mhd]){1,3}$", re.IGNORECASE)
UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))

_LATEST = (
    select(TimelineEntry)
    .where(
        TimelineEntry.incident_id == bindparam("incident"),
        TimelineEntry.kind == "update",
        TimelineEntry.withdrawn_at.is_(None),
    )
    .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
    .limit(1)
)


def latest_update(session: Session, incident: Incident) -> TimelineEntry | None:
    """The newest status update that was not withdrawn."""
    return session.scalars(_LATEST, {"incident": incident.id}).first()


def usual_promise(config: Config, severity: str) -> timedelta | None:
    """After how long the next update is due where nobody says otherwise; None where none is."""
    return config.updates.get(severity)


def split_promise(text: str) -> tuple[timedelta | None, str]:
    """`45m TEXT` as a promise and the text; (None, text) where it begins with no span of time. Raises `Refused`."""
    first, *rest = text.split(maxsplit=1) or [""]
    if not SPAN.match(first):
        return None, text
    span = parse_duration(first.lower())
    assert isinstance(span, timedelta)  # noqa: S101 - the pattern is narrower than what it reads
    check_promise(span)
    return span, "".join(rest)


def check_promise(span: timedelta, *, field: str | None = None) -> None:
    """Raise `Refused`, at a form's `field`, for an update promised for too soon, for the past, or for too late."""
    if not SHORTEST <= span <= LONGEST:
        raise Refused(
            "The next update can be promised for a minute to 7 days from now, such as `45m` or `2h`.", field=field
        )


def in_words(span: timedelta) -> str:
    """`45 minutes`, `1 hour 30 minutes`."""
    parts = []
    for unit, name in UNITS:
        count, span = divmod(span, unit)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts) or "less than a minute"


def follow_status(session: Session, incident: Incident, *, was_open: bool, config: Config, now: datetime) -> None:
    """Nothing more is promised once a SEV is over. What was promised comes back when it is reopened.

    A promise whose time has passed meanwhile is made anew for the usual time: nobody is late with it at once.
    """
    if not is_open(config, incident):
        incident.next_update_at = None
        return
    if was_open:
        return
    update = latest_update(session, incident)
    promised = update and update.data.get("next_update_at")
    if not promised:
        return
    moment = datetime.fromisoformat(promised)
    usual = usual_promise(config, incident.severity)
    incident.next_update_at = moment if moment > now else now + usual if usual else None
