"""Alerts of other services: each body is kept first, then answered, then worked off, once, in the order they came.

What a body does, and that it was done, is one transaction. So a bot that dies right after its answer loses nothing.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from bot import inbound
from bot.config import Config
from bot.db import dialect_of, insert_for
from bot.slack.text import clip, one_line
from bot.workflows.alerts import operators
from bot.workflows.alerts.model import OUTCOME_LIMIT, AlertDelivery, Progress
from bot.workflows.alerts.sources.alert import WORKFLOW_LABEL, Alert, NotUnderstood, Source, State, Understood
from bot.workflows.problems import service as problems
from bot.workflows.problems import sev_signs
from bot.workflows.problems.service import Sign

log = logging.getLogger(__name__)

ALERT: Final = "alert"
AT_ONCE = 20
"""How many alerts one transaction works off: people wait for it, since it locks SEVs."""
MOST_FAULTS = 3
"""How many of the faults of one body are written down."""


def keep(session: Session, source: Source, body: bytes, *, now: datetime) -> bool:
    """Keep a body; False where it was kept before."""
    mark = hashlib.sha256(body).hexdigest()
    if source.may_repeat:
        newest = select(AlertDelivery.mark).where(AlertDelivery.source == source.name).order_by(AlertDelivery.id.desc())
        if (session.scalar(newest.limit(1)) or "").startswith(mark):
            return False  # said twice in a row, it was repeated; said again after something else, it is news
        mark = f"{mark}@{now:%Y%m%d%H%M%S.%f}"
    values = {
        "source": source.name,
        "mark": mark,
        "body": body,
        "received_at": now,
        "state": Progress.KEPT,
        "outcome": "",
    }
    return session.connection().execute(_unless_there(dialect_of(session)), values).first() is not None


@cache
def _unless_there(dialect: str) -> Executable:
    """Made once for each engine: making it costs more than executing it, and alerts come in floods."""
    return insert_for(dialect, AlertDelivery).on_conflict_do_nothing().returning(AlertDelivery.id)


def understood(source: Source, body: bytes, config: Config) -> Understood:
    """What a body says. Where none of it could be understood, that is its one fault. Pure."""
    try:
        return source.understand(json.loads(body), config)
    except (ValueError, RecursionError):
        return Understood(faults=("it is no JSON",))
    except NotUnderstood as fault:
        return Understood(faults=(str(fault),))


def work_off(session: Session, delivery_id: int, found: Understood, config: Config, *, now: datetime) -> bool:
    """Work off the next few alerts of a body that says this. Whether it is over, here or elsewhere.

    Replicas wait for each other here: what came first is done first.
    """
    row = session.get_one(AlertDelivery, delivery_id, with_for_update=True, populate_existing=True)
    if row.state != Progress.KEPT:
        return True
    if (
        not row.alerts_done
        and found.id
        and not inbound.is_new(session, f"alerts.{row.source}", _digest(found.id), now=now)
    ):
        row.state, row.outcome = Progress.DONE, "it was delivered before"
        return True
    alerts = _slice(found.alerts[row.alerts_done :], row.source, config)
    problems.lock_open(session, ALERT, [_key(row, alert) for alert in alerts])
    for alert in alerts:
        _apply(session, row, alert, config, now=now)
    row.alerts_done += len(alerts)
    if row.alerts_done < len(found.alerts):
        return False
    row.state = Progress.DONE
    if found.faults:
        more = f"; and {len(found.faults) - MOST_FAULTS} more" if len(found.faults) > MOST_FAULTS else ""
        _give_up(session, row, "; ".join(found.faults[:MOST_FAULTS]) + more, config)
    return True


def set_aside(session: Session, delivery_id: int, why: str, config: Config) -> None:
    """Leave a body alone that can't be worked off: those behind it wait no longer, and operators are told."""
    row = session.get_one(AlertDelivery, delivery_id, with_for_update=True)
    if row.state == Progress.KEPT:
        _give_up(session, row, why, config)


def oldest_waiting(session: Session) -> AlertDelivery | None:
    """The oldest body that is still to be worked off."""
    waiting = select(AlertDelivery).where(AlertDelivery.state == Progress.KEPT).order_by(AlertDelivery.id)
    return session.scalars(waiting.limit(1)).first()


def body_of(session: Session, delivery_id: int) -> bytes | None:
    """What was delivered, by its number; None where it is not kept."""
    return session.scalar(select(AlertDelivery.body).where(AlertDelivery.id == delivery_id))


def workflow_of(config: Config, source: str, labels: Mapping[str, str]) -> str:
    """Which workflow an alert is about: the one its label names, else the first whose settings mean it; else none."""
    named = labels.get(WORKFLOW_LABEL, "")
    if config.workflow(named):
        return named
    meant = (each.key for each in config.workflows if any(rule.matches(source, labels) for rule in each.alerts))
    return next(meant, "")


def _slice(alerts: Sequence[Alert], source: str, config: Config) -> Sequence[Alert]:
    """The first few. One that may declare a SEV is the last: nobody else can declare one until the transaction ends."""
    for count, alert in enumerate(alerts[:AT_ONCE], start=1):
        workflow = workflow_of(config, source, alert.labels)
        if alert.state is not State.RESOLVED and sev_signs.to_be_declared(config, workflow, alert.urgency):
            return alerts[:count]
    return alerts[:AT_ONCE]


def _apply(session: Session, row: AlertDelivery, alert: Alert, config: Config, *, now: datetime) -> None:
    key = _key(row, alert)
    if alert.state is State.RESOLVED:
        problems.recovered(session, ALERT, key, at=alert.at, now=now)
        return
    if alert.at and problems.was_over(session, ALERT, key, alert.at):
        return  # it comes late
    if alert.state is State.NEWS and not problems.is_known(session, ALERT, key):
        return
    sign = Sign(
        workflow=workflow_of(config, row.source, alert.labels), source=ALERT, key=key, title=alert.title,
        detail=alert.detail, link=alert.link, urgency=alert.urgency, since=alert.since or row.received_at,
    )  # fmt: skip
    problems.seen(session, sign, config=config, now=now)


def _key(row: AlertDelivery, alert: Alert) -> str:
    return f"{row.source}:{alert.key}"


def _give_up(session: Session, row: AlertDelivery, why: str, config: Config) -> None:
    row.state, row.outcome = Progress.UNKNOWN, clip(one_line(why), OUTCOME_LIMIT)
    log.warning("alerts.not_understood", extra={"source": row.source, "delivery": row.id})
    operators.tell(session, row.source, config, at=row.received_at)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
