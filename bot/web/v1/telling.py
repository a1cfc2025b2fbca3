"""`/api/v1/incidents/NUMBER/timeline` and `/updates`: what happened, and what people are told."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.api import Call, Reply
from bot.incidents import updates
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.promises import latest_update
from bot.timeline import listing, logbook
from bot.web.v1 import asked, shown
from bot.web.v1.asked import MOST_AT_ONCE, USUALLY_AT_ONCE
from bot.web.v1.doors import Caller, Doors, Work
from bot.web.v1.incidents import status_of

PAGED = ("limit", "cursor")
NOTED = ("text", "at")
UPDATED = ("text", "status", "next_update_in_minutes")
A_WEEK = 7 * 24 * 60
"""Minutes: for later than that no update can be promised."""
Show = Callable[[TimelineEntry, int, Caller], dict[str, Any]]


class TellingApi:
    """The calls about what is told of a SEV."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def entries(self, number: str, call: Call) -> Reply:
        """A page of the timeline, the latest first."""
        return self._doors.look(call, lambda _caller: _page(number, call, "entries", "all", _entry))

    def updates(self, number: str, call: Call) -> Reply:
        """A page of the status updates, the latest first."""
        return self._doors.look(call, lambda _caller: _page(number, call, "updates", "updates", _update))

    def noted(self, number: str, call: Call) -> Reply:
        """Write down what happened."""
        return self._doors.change(call, lambda caller: _note(number, call, caller), number)

    def updated(self, number: str, call: Call) -> Reply:
        """Post a status update."""
        return self._doors.change(call, lambda caller: _post(number, call, caller), number)


def _page(number: str, call: Call, name: str, group: str, show: Show) -> Work:
    fields = asked.query(call, PAGED)
    limit = fields.number("limit", least=1, most=MOST_AT_ONCE, usual=USUALLY_AT_ONCE)
    fields.require_right()
    place = shown.decoded(fields.text("cursor"), parts=2)
    wanted = listing.Wanted(group=group, cursor=(place[0], place[1]) if place else None)

    def work(session: Session, caller: Caller) -> Reply:
        incident = caller.incident(session, number)
        page = listing.page_of(session, incident, wanted, size=limit)
        rows = [show(each, page.numbers[each.id], caller) for each in reversed(page.entries)]
        goes_on = listing.cursor_of(page.entries[0]) if page.has_older and page.entries else None
        return Reply(HTTPStatus.OK, shown.page(name, rows, goes_on))

    return work


def _entry(found: TimelineEntry, number: int, caller: Caller) -> dict[str, Any]:
    return shown.entry(found, number, caller.config)


def _update(found: TimelineEntry, number: int, _caller: Caller) -> dict[str, Any]:
    return shown.update(found, number)


def _note(number: str, call: Call, caller: Caller) -> Work:
    caller.require("change")
    fields = asked.body(call, NOTED)
    text, at = fields.text("text"), fields.moment("at")
    fields.require_right()

    def work(session: Session, caller: Caller) -> Reply:
        incident = caller.incident(session, number, lock=True)
        entry = logbook.write_down(
            session, incident, text, at=at, config=caller.config, actor=caller.actor, now=caller.now
        )
        return Reply(HTTPStatus.CREATED, shown.entry(entry, _last_number(session, incident), caller.config))

    return work


def _post(number: str, call: Call, caller: Caller) -> Work:
    caller.require("change")
    fields = asked.body(call, UPDATED)
    text, name = fields.text("text"), UPDATED[2]
    minutes = fields.number(name, least=0, most=A_WEEK, usual=0)
    status = status_of(fields, caller.config) if fields.has("status") else None
    fields.require_right()
    said = updates.Update(
        text=text, status=status, promise=timedelta(minutes=minutes) if minutes else None,
        is_usual=not fields.has(name),
    )  # fmt: skip

    def work(session: Session, caller: Caller) -> Reply:
        incident = caller.incident(session, number, lock=True)
        is_new = updates.post_update(session, incident, said, config=caller.config, actor=caller.actor, now=caller.now)
        entry = latest_update(session, incident)
        assert entry is not None  # noqa: S101 - it was just posted, by this call or the same one before
        numbers = listing.numbers_of(session, incident, [entry])
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return Reply(status, shown.update(entry, numbers[entry.id]))

    return work


def _last_number(session: Session, incident: Incident) -> int:
    """The number of the entry written down last: how many there are."""
    session.flush()
    own = select(func.count(TimelineEntry.id)).where(TimelineEntry.incident_id == incident.id)
    return session.scalar(own) or 0
