"""What is forgotten by its age: of each table which rows, and by which setting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from bot.config import Config
from bot.db import Base, affected
from bot.outbox.model import OPEN, Mode, OutboxMessage
from bot.slack.posts import Post
from bot.webhooks.room import DELIVER
from bot.workflows.alerts.model import Progress
from bot.workflows.problems.model import Problem, ProblemIncident

AT_ONCE = 500
A_WEEK = timedelta(days=7)
FORGOTTEN = "retention.forgotten"
"""The audit's word for a SEV that was forgotten. These records stay for ever."""
OF_SEVS = ("incident:", "item:", "postmortem:", "access:")
"""How subjects begin that belong to a SEV."""

Conditions = Callable[[Any, Sequence[int]], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True)
class Ageing:
    """Rows of one table that are forgotten when they are old.

    `also`: which of them, by the table's columns, and the SEVs that are forgotten before.
    """

    table: str
    column: str
    setting: str
    keep: Callable[[Config], timedelta | None]
    also: Conditions = lambda _, _going: ()
    subject: str = ""
    """How deliveries and posts name a row (`problem:42`): what was sent of it goes with it."""
    at_once: int = AT_ONCE
    """How many go in one transaction, while which others wait."""
    is_nightly: bool = False
    """Whether it waits for `retention.at`; the others are forgotten every hour."""

    def old(self, config: Config, *, now: datetime, going: Sequence[int] = ()) -> list[ColumnElement[bool]] | None:
        """The conditions under which a row goes, once the SEVs are gone that are `going`; None: none does."""
        keep = self.keep(config)
        if keep is None:
            return None
        return [self.rows.c[self.column] < now - keep, *self.also(self.rows.c, going)]

    @property
    def rows(self) -> Table:
        return Base.metadata.tables[self.table]


@dataclass(frozen=True)
class Found:
    """How many rows are old, and from when to when."""

    count: int
    oldest: datetime | None
    newest: datetime | None


def _is_not_told(problems: Any, going: Sequence[int]) -> Sequence[ColumnElement[bool]]:
    """That no SEV tells of it, and its message lists none that goes on."""
    told = (ProblemIncident.problem_id == problems.id, ProblemIncident.incident_id.not_in(going))
    other = aliased(Problem)
    return ~exists().where(*told), ~exists().where(other.head_id == problems.id, other.recovered_at.is_(None))


def _concerns_no_sev(sent: Any, _going: Sequence[int]) -> Sequence[ColumnElement[bool]]:
    """What was said once and is done, and that nothing asks for again."""
    of_sev = or_(*(sent.subject.startswith(each, autoescape=True) for each in OF_SEVS))
    return (
        sent.state.not_in(OPEN), sent.second_look_at.is_(None), sent.revive_at.is_(None), sent.mode == Mode.ONCE,
        or_(~of_sev, sent.kind == DELIVER),
    )  # fmt: skip


AGES = (
    Ageing("inbound_keys", "at", "retention.inbound", lambda config: config.retention.inbound),
    Ageing("api_answers", "at", "retention.answers", lambda config: config.retention.answers),
    Ageing("nudges", "ended_at", "nudges.retention", lambda config: config.nudges.retention),
    Ageing("digest_issues", "due_at", "nudges.retention", lambda config: config.nudges.retention, subject="digest"),
    Ageing(
        "alert_deliveries", "received_at", "alerts.keep", lambda config: config.alerts.keep,
        also=lambda bodies, _: (bodies.state != Progress.KEPT,), at_once=200,
    ),
    Ageing("unknown_deliveries", "at", "always", lambda _: A_WEEK),
    Ageing("check_runs", "began_at", "checks.keep", lambda config: config.checks.keep),
    Ageing(
        "problems", "recovered_at", "retention.problems", lambda config: config.retention.problems, also=_is_not_told,
        subject="problem",
    ),
    Ageing(
        "audit_records", "at", "retention.audit", lambda config: config.retention.audit,
        also=lambda records, _: (records.action != FORGOTTEN,), is_nightly=True,
    ),
    Ageing(
        "outbox_messages", "queued_at", "retention.sent", lambda config: config.retention.sent, also=_concerns_no_sev,
        is_nightly=True,
    ),
)  # fmt: skip
"""Two more are rules of their own: who is on call (`paging.keep`), and counts (`retention.counts`)."""


def look(
    session: Session,
    rule: Ageing,
    config: Config,
    *,
    now: datetime,
    going: Sequence[int] = (),
    with_them: ColumnElement[bool] | None = None,
) -> Found:
    """What would go now, once the SEVs are gone that are `going`, and the rows that go `with_them`."""
    old = rule.old(config, now=now, going=going)
    if old is None:
        return Found(0, None, None)
    if with_them is not None:
        old.append(
            func.coalesce(with_them, false()).is_(False)
        )  # a subject may be missing: then nothing is known of it
    at = rule.rows.c[rule.column]
    return Found(*session.execute(select(func.count(), func.min(at), func.max(at)).where(*old)).one())


def forget_some(session: Session, rule: Ageing, config: Config, *, now: datetime) -> int:
    """Forget some of the old rows, and what was sent of them. Returns how many rows; 0: there are none left."""
    old = rule.old(config, now=now)
    if old is None:
        return 0
    keys = list(rule.rows.primary_key)
    some = session.execute(select(*keys).where(*old).order_by(*keys).limit(rule.at_once)).all()
    if not some:
        return 0
    if rule.rows is OutboxMessage.__table__:
        keys_of_posts = select(OutboxMessage.key).where(OutboxMessage.id.in_([row[0] for row in some]))
        session.execute(delete(Post).where(Post.key.in_(keys_of_posts)))
    if rule.subject:
        names = [f"{rule.subject}:{row[0]}" for row in some]
        session.execute(delete(OutboxMessage).where(OutboxMessage.subject.in_(names)))
        session.execute(delete(Post).where(Post.subject.in_(names)))
    chosen = (
        keys[0].in_([row[0] for row in some]) if len(keys) == 1 else tuple_(*keys).in_([tuple(row) for row in some])
    )
    return affected(session, delete(rule.rows).where(chosen, *old))
