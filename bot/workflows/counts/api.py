"""`POST /api/v1/workflows/KEY/counts`: what services count of a workflow, minute by minute."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from bot import inbound
from bot.api import Call, Callers, Fault, Rejected, Reply, require_scope
from bot.clock import Clock
from bot.config import Settings, Workflow
from bot.config.workflows import PUSHED
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.environment import ApiToken
from bot.workflows.catalog import nearest, pushed_signals
from bot.workflows.counts import counting
from bot.workflows.counts.counting import Counted, Sender
from bot.workflows.counts.minutes import minute_of, moment_of
from bot.workflows.counts.model import SOURCE_LIMIT

log = logging.getLogger(__name__)

SCOPE = "counts:write"
INBOUND = "api_counts"
MOST_MINUTES = 1500
"""In one call: a day, and some more."""
LARGEST = 10**12
MOST_FAULTS = 20
FIELDS = frozenset({"signal", "source", "counts"})
COUNT_FIELDS = frozenset({"minute", "good", "total"})
SOURCE = re.compile(rf"[A-Za-z0-9._:/-]{{0,{SOURCE_LIMIT}}}")
MINUTE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:00(?:\.0{1,6})?(?:[Zz]|[+-]\d\d:\d\d)")
"""RFC 3339, and no seconds."""


@dataclass(frozen=True)
class Batch:
    """What a call brings."""

    signal: str
    source: str
    counted: Sequence[Counted]


@dataclass(frozen=True)
class Named:
    """A call its sender named (`Idempotency-Key`): by what it is known again, and what it brought."""

    key: str
    digest: str


class CountsApi:
    """Takes counts, and answers once they are kept."""

    def __init__(self, callers: Callers, database: Database, clock: Clock, settings: Settings) -> None:
        self.callers = callers
        self._database = database
        self._clock = clock
        self._settings = settings

    def take(self, key: str, call: Call) -> Reply:
        """One call about the workflow of that key."""
        try:
            return self._take(key, call)
        except Rejected as rejected:
            return rejected.reply

    def _take(self, key: str, call: Call) -> Reply:
        token, config, now = self.callers.admit(call), self._settings.current, self._clock.now()
        require_scope(token, SCOPE, key)
        workflow = config.workflow(key)
        if workflow is None:
            near = " or ".join(nearest(config, key))
            raise Rejected(
                HTTPStatus.NOT_FOUND, f"There is no workflow of that key.{f' Did you mean {near}?' if near else ''}"
            )
        batch = read(call.body, pushed_signals(workflow), now=now)
        sender = Sender(workflow.key, batch.signal, batch.source)
        named = _once(call, token, sender)
        counted = counted_as_up(batch.counted, workflow, zone=config.nudges.time_zone)
        try:
            self._database.run(lambda session: _keep(session, named, sender, counted, now))
        except (*UNAVAILABLE, CommitUnknown) as error:
            log_failure(log, "counts.not_kept", error)
            detail = "The database is away. Send it again: it does no harm if it was kept."
            raise Rejected(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"}) from None
        return Reply(HTTPStatus.OK, {"workflow": workflow.key, "signal": batch.signal, "minutes": len(counted)})


def read(body: bytes, signals: Sequence[str], *, now: datetime) -> Batch:
    """What a call brings. Raises `Rejected`, naming each place at which it is wrong."""
    content = _content(body)
    faults = [Fault(f"/{_escaped(name)}", "There is no such field here.") for name in sorted(set(content) - FIELDS)]
    signal, source, rows = content.get("signal", PUSHED), content.get("source", ""), content.get("counts")
    if signal not in signals:
        faults.append(Fault("/signal", f"The workflow's SLOs know no such signal: give {' or '.join(signals)}."))
    if not isinstance(source, str) or not SOURCE.fullmatch(source):
        faults.append(
            Fault("/source", f"Give up to {SOURCE_LIMIT} letters, digits and . _ : / -, such as the name of the host.")
        )
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_MINUTES:
        faults.append(Fault("/counts", f"Give a list of 1 to {MOST_MINUTES} minutes."))
        rows = []
    counted: dict[int, Counted] = {}
    for place, row in enumerate(rows):
        found = _minute(row, f"/counts/{place}", faults, now)
        if found is not None and found.minute in counted:
            faults.append(Fault(f"/counts/{place}/minute", "This minute is there twice."))
        if found is not None:
            counted[found.minute] = found
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, faults[0].detail, faults=faults[:MOST_FAULTS])
    return Batch(signal, source, [*counted.values()])


def counted_as_up(counted: Sequence[Counted], workflow: Workflow, *, zone: str) -> list[Counted]:
    """The same, where all of a minute of maintenance went well: else the budget would be spent on what was announced."""
    return [
        replace(each, good=each.total) if workflow.is_in_maintenance(moment_of(each.minute), zone=zone) else each
        for each in counted
    ]


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Rejected(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from None
    if not isinstance(content, dict):
        raise Rejected(
            HTTPStatus.BAD_REQUEST, 'Send an object: {"counts": [{"minute": ..., "good": ..., "total": ...}]}.'
        )
    return content


def _minute(row: object, place: str, faults: list[Fault], now: datetime) -> Counted | None:
    """One minute's counts; what is wrong with them is added to `faults`."""
    if not isinstance(row, dict) or set(row) != COUNT_FIELDS:
        faults.append(Fault(place, "Give minute, good and total, and nothing else."))
        return None
    before = len(faults)
    faults += [
        Fault(f"{place}/{name}", f"Give a whole number from 0 to {LARGEST}.")
        for name in ("good", "total")
        if type(row[name]) is not int or not 0 <= row[name] <= LARGEST
    ]
    if len(faults) == before and row["good"] > row["total"]:
        faults.append(Fault(f"{place}/good", "There can't be more good ones than there are in all."))
    moment = _moment(row["minute"])
    if moment is None:
        faults.append(Fault(f"{place}/minute", "Give a full minute with its time zone, such as 2026-11-27T10:02:00Z."))
    elif minute_of(moment) > counting.takes_until(now):
        faults.append(
            Fault(f"{place}/minute", f"This lies in the future: here it is {_said(now)}. Is the sender's clock right?")
        )
    elif minute_of(moment) < counting.takes_since(now):
        oldest = _said(moment_of(counting.takes_since(now)))
        faults.append(
            Fault(f"{place}/minute", f"This comes too late: counts are taken from {oldest} on. Leave it out.")
        )
    return Counted(minute_of(moment), row["good"], row["total"]) if moment and len(faults) == before else None


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str) or not MINUTE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _escaped(name: str) -> str:
    """As RFC 6901 writes a name in a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:00Z")


def _once(call: Call, token: ApiToken, sender: Sender) -> Named | None:
    name = call.headers.get("idempotency-key", "").strip()
    parts = f"{token.name}\n{sender.workflow}\n{name}".encode(), call.body
    return Named(*(hashlib.sha256(each).hexdigest() for each in parts)) if name else None


def _keep(session: Session, named: Named | None, sender: Sender, counted: Sequence[Counted], now: datetime) -> None:
    """Keep what came; a call that has a name only once: what was sent meanwhile is not undone by an old one."""
    if named is not None:
        if not inbound.is_new(session, INBOUND, named.key, now=now):
            if inbound.subject_of(session, INBOUND, named.key) != named.digest:
                detail = "This Idempotency-Key was used for other counts. Give each call one of its own."
                raise Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
            return
        inbound.set_subject(session, INBOUND, named.key, named.digest)
    counting.take(session, sender, counted, now=now)
