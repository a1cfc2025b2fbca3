"""Writing down what happened to an action item: in its SEV's timeline, in the audit, and for the rooms that wait for it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import audit
from bot.config import Config
from bot.directory.people import Actor
from bot.incidents.model import TimelineEntry
from bot.incidents.noting import note
from bot.outbox.announcements import announce
from bot.remediation import giving, surfaces
from bot.remediation.drafts import NOBODY, Owner
from bot.remediation.model import ActionItem
from bot.remediation.surfaces import owner_of

ADDED, CHANGED, CLOSED, REOPENED = "added", "changed", "closed", "reopened"


def added(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """Somebody wrote it down."""
    facts = {"due": item.due_on, "owner": _owner(owner_of(item), config)}
    entry = _record(session, item, ADDED, facts, text=item.title, actor=actor, now=now)
    surfaces.show(session, item, config)
    giving.passed_on(session, item, NOBODY, entry, config)


def changed(
    session: Session,
    item: ActionItem,
    what: Mapping[str, tuple[Any, Any]],
    former: Owner,
    *,
    because: str = "",
    reason: str = "",
    together_with: ActionItem | None = None,
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    """Some of it is different now: `what` holds the values before and after, by column.

    `because` is the event it follows, `reason` what a person said, `together_with` an item that was just handed over by
    the same deed.
    """
    told = {name: pair for name, pair in what.items() if name not in ("owner_user", "owner_team")}
    if len(told) < len(what):
        told["owner"] = (_owner(former, config), _owner(owner_of(item), config))
    facts: dict[str, Any] = {"changes": {name: [_plain(each) for each in pair] for name, pair in told.items()}}
    if because:
        facts["because"] = because
    entry = _record(session, item, CHANGED, facts, text=reason, actor=actor, now=now)
    surfaces.show(session, item, config, former)
    if owner_of(item) == former:
        giving.show(session, item, former, config)
    else:
        giving.passed_on(session, item, former, entry, config, together_with=together_with)


def closed(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """It is done, won't be done, or was taken back."""
    _record(session, item, CLOSED, {"state": item.state}, text=item.evidence or item.reason, actor=actor, now=now)
    surfaces.show(session, item, config)
    giving.show(session, item, owner_of(item), config)


def reopened(session: Session, item: ActionItem, *, config: Config, actor: Actor, now: datetime) -> None:
    """It is owed again."""
    entry = _record(session, item, REOPENED, {"due": item.due_on}, text=item.reason, actor=actor, now=now)
    surfaces.show(session, item, config)
    giving.passed_on(session, item, owner_of(item), entry, config)


def _record(
    session: Session, item: ActionItem, what: str, facts: dict[str, Any], *, actor: Actor, now: datetime, text: str = ""
) -> TimelineEntry:
    """The entry names the item by its number, and by its title as it was then: it is read where nothing else is asked."""
    facts = {name: _plain(value) for name, value in facts.items()}
    entry = note(
        session, item.incident, f"item_{what}", actor=actor, now=now, text=text, item=item.name, title=item.title, **facts
    )  # fmt: skip
    audit.record(
        session, actor=actor.user_id, action=f"item.{what}", subject=item.subject, source=actor.door, now=now, **facts
    )
    announce(session, f"item.{what}", item.subject)
    return entry


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _owner(owner: Owner, config: Config) -> dict[str, str] | None:
    """Who owes it, so that it can be told later, also when the team is no more."""
    if owner.user:
        return {"user": owner.user}
    if owner.team is None:
        return None
    team = config.team(owner.team)
    return {"team": team.name if team else owner.team}
