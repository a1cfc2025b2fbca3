"""`/api/v1/incidents`: listing, reading, declaring and changing SEVs."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from bot.api import Call, Fault, Rejected, Reply
from bot.config import Config, Status
from bot.environment import SEE_PRIVATE
from bot.incidents import lifecycle, membership, service
from bot.incidents.facts import facts
from bot.incidents.field_filter import holding
from bot.incidents.fields import set_fields
from bot.incidents.model import AffectedWorkflow, Incident
from bot.incidents.words import checked_summary, checked_title
from bot.web.v1 import asked, shown
from bot.web.v1.asked import MOST_AT_ONCE, USUALLY_AT_ONCE, Fields
from bot.web.v1.custom_fields import FIELDS, said_of_fields
from bot.web.v1.doors import Caller, Doors, Work

FILTERS = ("status", "severity", "workflow", "field", "since", "limit", "cursor")
DECLARED = ("title", "severity", "summary", "workflows", "private", "drill", FIELDS)
CHANGED = ("title", "summary", "severity", "status", "reason", FIELDS)
OPEN = "open"
"""What stands for every status in which a SEV is open."""
PATH = "/api/v1/incidents"
WORKFLOW = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class IncidentsApi:
    """The calls about SEVs as a whole."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def listed(self, call: Call) -> Reply:
        """A page of SEVs, the newest first."""
        return self._doors.look(call, lambda caller: _list(call, caller))

    def declared(self, call: Call) -> Reply:
        """Declare a SEV."""
        return self._doors.change(call, lambda caller: _declare(call, caller))

    def shown(self, number: str, call: Call) -> Reply:
        """One SEV."""

        def show(session: Session, caller: Caller) -> Reply:
            return _told(caller.incident(session, number), caller.config)

        return self._doors.look(call, lambda _caller: show)

    def changed(self, number: str, call: Call) -> Reply:
        """Change a SEV: what is left out, and what is so already, stays."""
        return self._doors.change(call, lambda caller: _change(number, call, caller), number)


def _list(call: Call, caller: Caller) -> Work:
    fields = asked.query(call, FILTERS)
    limit = fields.number("limit", least=1, most=MOST_AT_ONCE, usual=USUALLY_AT_ONCE)
    conditions = _conditions(fields, caller.config)
    fields.require_right()
    cursor = shown.decoded(fields.text("cursor"), parts=1)
    if cursor:
        conditions.append(Incident.number < min(cursor[0], 2**31 - 1))

    def work(session: Session, caller: Caller) -> Reply:
        seen = [] if caller.sees_private else [membership.may_see(caller.actor.user_id)]
        found = session.scalars(
            select(Incident).where(*conditions, *seen).options(selectinload(Incident.workflows), selectinload(Incident.fields))
            .order_by(Incident.number.desc()).limit(limit + 1)
        ).all()  # fmt: skip
        rows = [facts(each, caller.config) for each in found[:limit]]
        goes_on = (found[limit - 1].number,) if len(found) > limit else None
        return Reply(HTTPStatus.OK, shown.page("incidents", rows, goes_on))

    return work


def _conditions(fields: Fields, config: Config) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if fields.has("status"):
        if fields.text("status") == OPEN:
            found.append(lifecycle.open_now(config))
        elif status := status_of(fields, config, also=OPEN):
            found.append(Incident.status == status.key)
    if fields.has("severity"):
        severity = config.severity(fields.text("severity"))
        if severity is None:
            fields.wrong("severity", f"Give {' or '.join(each.key for each in config.severities)}.")
        else:
            found.append(Incident.severity == severity.key)
    if fields.has("workflow"):
        key = fields.text("workflow")
        if not WORKFLOW.fullmatch(key):
            fields.wrong("workflow", "Give a workflow's key, such as place-order.")
        found.append(Incident.id.in_(select(AffectedWorkflow.incident_id).where(AffectedWorkflow.workflow == key)))
    since = fields.moment("since")
    if since:
        found.append(Incident.declared_at >= since)
    return found + _held(fields, config)


def _held(fields: Fields, config: Config) -> list[ColumnElement[bool]]:
    if not fields.has("field"):
        return []
    condition = holding(config, fields.text("field"))
    if condition is None:
        fields.wrong("field", "Give a custom field and what it holds, such as region=eu.")
        return []
    return [condition]


def status_of(fields: Fields, config: Config, *, also: str = "") -> Status | None:
    """The status of that key; what is none is noted as wrong."""
    key = fields.text("status")
    found = next((each for each in config.statuses if each.key == key), None)
    if found is None:
        possible = [*([also] if also else []), *(each.key for each in config.statuses)]
        fields.wrong("status", f"Give {' or '.join(possible)}.")
    return found


def _declare(call: Call, caller: Caller) -> Work:
    caller.require("declare")
    fields, config = asked.body(call, DECLARED), caller.config
    said = service.Declaration(
        title=fields.text("title"), severity=fields.text("severity"), summary=fields.text("summary"),
        workflows=tuple(fields.words("workflows")), is_private=fields.flag("private"), is_drill=fields.flag("drill"),
        fields=said_of_fields(fields, config),
    )  # fmt: skip
    unknown = [place for place, key in enumerate(said.workflows) if config.workflow(key) is None]
    known = ", ".join(each.key for each in config.workflows[:20])
    fields.faults += [
        Fault(f"/workflows/{place}", f"There is no such workflow. There are {known or 'none'}.") for place in unknown
    ]
    fields.require_right()
    if said.is_private and not caller.sees_private:
        detail = f"The token {caller.token.name} needs the scope {SEE_PRIVATE}, to declare what it could not see."
        raise Rejected(HTTPStatus.FORBIDDEN, detail)

    def work(session: Session, caller: Caller) -> Reply:
        declared = service.declare(session, said, config=config, actor=caller.actor, now=caller.now)
        status = HTTPStatus.CREATED if declared.is_new else HTTPStatus.OK
        return _told(declared.incident, config, status=status)

    return work


def _change(number: str, call: Call, caller: Caller) -> Work:
    caller.require("change")
    fields = asked.body(call, CHANGED)
    texts = {name: fields.text(name) for name in CHANGED if fields.has(name) and name != FIELDS}
    said = said_of_fields(fields, caller.config)
    status = status_of(fields, caller.config) if "status" in texts else None
    if not texts.keys() - {"reason"} and not fields.has(FIELDS):
        fields.wrong("", f"Say what to change: {', '.join(name for name in CHANGED if name != 'reason')}.")
    fields.require_right()

    def work(session: Session, caller: Caller) -> Reply:
        incident = caller.incident(session, number, lock=True)
        who: dict[str, Any] = {"config": caller.config, "actor": caller.actor, "now": caller.now}
        for name, change in SIMPLE_CHANGES:
            if name in texts and _differs(incident, name, texts[name]):
                change(session, incident, texts[name], **who)
        set_fields(session, incident, said, **who)
        if status is not None and status.key != incident.status:
            _move(session, incident, status, texts.get("reason", ""), who)
        return _told(incident, caller.config)

    return work


SIMPLE_CHANGES: Sequence[tuple[str, Any]] = (
    ("title", service.change_title), ("summary", service.change_summary), ("severity", service.change_severity),
)  # fmt: skip


def _differs(incident: Incident, name: str, text: str) -> bool:
    """Whether a field would change. It is asked before the verb, which refuses to change what is so already."""
    before: str = getattr(incident, name)
    if name == "severity":
        return text.upper() != before.upper()
    return (checked_title(text) if name == "title" else checked_summary(text)) != before


def _move(session: Session, incident: Incident, status: Status, reason: str, who: dict[str, Any]) -> None:
    """Move it on; what is over is opened again where the status says that it is being investigated."""
    config: Config = who["config"]
    is_over = not lifecycle.is_open(config, incident)
    if is_over and status.category is config.status_of(lifecycle.ORDER[0]).category:
        service.reopen(session, incident, reason, **who)
        if incident.status == status.key:
            return
    service.change_status(session, incident, status, reason=reason, **who)


def _told(incident: Incident, config: Config, *, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    headers = {"Location": f"{PATH}/{incident.number}"} if status == HTTPStatus.CREATED else {}
    return Reply(status, facts(incident, config), headers)
