"""Events from Slack, fanned out in order. Bolt runs only the first listener that matches, and several rooms may care."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import inbound
from bot.db import Database

SOURCE = "slack.event"
Event = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """What one room does about some events. `concerns` is asked first, without the database: most messages end there."""

    types: frozenset[str]
    concerns: Callable[[Event], bool]
    apply: Callable[[Session, Event, datetime], bool]
    """Does it, and says whether anything changed: only then the delivery needs to be remembered."""
    notice: Callable[[Event], None] | None = None
    """Remembers in memory what an event of these types says, whether or not it concerns the database."""


class Events:
    """The rules, in the order they run."""

    def __init__(self, database: Database, rules: tuple[EventRule, ...]) -> None:
        self._database = database
        self._rules = rules

    def take(self, body: dict[str, Any], *, now: datetime) -> None:
        """Apply one delivery, in one transaction, once however often it is delivered. Raises if it could not be kept."""
        event: Event = body.get("event") or {}
        listening = [rule for rule in self._rules if event.get("type") in rule.types]
        for rule in listening:
            if rule.notice:
                rule.notice(event)
        rules = [rule for rule in listening if rule.concerns(event)]
        if not rules:
            return
        event_id = str(body.get("event_id") or "")

        def apply(session: Session) -> None:
            changes = [rule.apply(session, event, now) for rule in rules]
            if any(changes) and event_id and not inbound.is_new(session, SOURCE, event_id, now=now):
                raise _DeliveredBefore

        with suppress(_DeliveredBefore):
            self._database.run(apply)


class _DeliveredBefore(Exception):  # noqa: N818
    """Rolls back what a repeated delivery did."""
