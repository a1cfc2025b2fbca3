"""Words of messages in private SEVs, which may be forgotten long before the SEV is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, not_, select
from sqlalchemy.orm import Session

from bot.config import Config
from bot.db import affected
from bot.incidents import lifecycle
from bot.incidents.model import Incident, TimelineEntry
from bot.operations.retention.sevs import over_since
from bot.remediation.model import ActionItem
from bot.timeline.adopting import PinnedMessage
from bot.timeline.capture import MENDED

GONE = "(no longer kept)"
"""What stands in their place."""
AT_ONCE = 200


def count(session: Session, config: Config, *, now: datetime, going: Sequence[int] = ()) -> int:
    """How many messages would lose their words, once the SEVs are gone that are `going`."""
    private = _of_old_private(config, now)
    if private is None:
        return 0
    private.append(Incident.id.not_in(going))
    conditions = (_entries(private), _quotes(private), (PinnedMessage.incident_id.in_(_ids(private)),))
    return sum(session.scalar(select(func.count()).where(*each)) or 0 for each in conditions)


def forget_some(session: Session, config: Config, *, now: datetime) -> int:
    """Forget some of them. Returns how many; 0: there are none left."""
    private = _of_old_private(config, now)
    if private is None:
        return 0
    entries = select(TimelineEntry).where(*_entries(private)).order_by(TimelineEntry.id).limit(AT_ONCE)
    items = select(ActionItem).where(*_quotes(private)).order_by(ActionItem.id).limit(AT_ONCE)
    done = 0
    for entry in session.scalars(entries.with_for_update()).all():
        entry.text = GONE
        kept = {name: value for name, value in entry.data.items() if name != "files"}
        entry.data = {**kept, MENDED: True}  # so that an edit in Slack does not bring them back
        done += 1
    for item in session.scalars(items.with_for_update()).all():
        item.quote = ""
        done += 1
    return done + affected(session, delete(PinnedMessage).where(PinnedMessage.incident_id.in_(_ids(private))))


def _of_old_private(config: Config, now: datetime) -> list[ColumnElement[bool]] | None:
    age = config.retention.private_text
    if age is None:
        return None
    kept = Incident.number.not_in(config.retention.keep)
    return [Incident.is_private.is_(True), kept, not_(lifecycle.open_now(config)), over_since() < now - age]


def _ids(private: list[ColumnElement[bool]]) -> ColumnElement[int]:
    return select(Incident.id).where(*private).scalar_subquery()


def _entries(private: list[ColumnElement[bool]]) -> tuple[ColumnElement[bool], ...]:
    """Entries that are messages, and have their words."""
    of_message = TimelineEntry.source_ts.is_not(None)
    return of_message, TimelineEntry.text != GONE, TimelineEntry.incident_id.in_(_ids(private))


def _quotes(private: list[ColumnElement[bool]]) -> tuple[ColumnElement[bool], ...]:
    return ActionItem.quote != "", ActionItem.incident_id.in_(_ids(private))
