"""When the recurring jobs last ran, kept where every process sees it: each bot writes down its own about once a minute.

So it is known of bots on other machines too, and of those that are gone. All times are machine time.
"""

import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Double, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.db import Base, dialect_of, insert_for
from bot.errors import CallFailed

KEPT_FOR = timedelta(days=1)
"""How long a bot is remembered that is gone."""
HOST_LIMIT, REASON_LIMIT = 40, 100


class JobRun(Base):
    """How one job fared in one bot."""

    __tablename__ = "job_runs"

    bot: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The process, as `here` names it."""
    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    every: Mapped[float] = mapped_column(Double)
    """Seconds from one run to the next."""
    since: Mapped[datetime]
    """When this bot began to run it."""
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it last ran to its end."""
    failed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT), default="")
    """Why it failed then: an error's name or code, and no text of anybody."""
    noted_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    """When this bot was stopped on purpose."""


@dataclass(frozen=True)
class Run:
    """How one job fares in this process: what of it is written down."""

    job: str
    every: timedelta
    since: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    failed_at: datetime | None = None
    reason: str = ""

    def begun(self, now: datetime) -> "Run":
        return replace(self, began_at=now)

    def ended(self, now: datetime) -> "Run":
        return replace(self, ended_at=now)

    def failed(self, error: Exception, now: datetime) -> "Run":
        return replace(self, failed_at=now, reason=reason_of(error))


def here() -> str:
    """A name for this process, which no other has or gets: the machine's, its number there, and something by chance."""
    return f"{socket.gethostname()[:HOST_LIMIT]}:{os.getpid()}:{uuid4().hex[:8]}"


def host_of(bot: str) -> str:
    """The machine's name in the name of a bot."""
    return bot.partition(":")[0]


def reason_of(error: Exception) -> str:
    """Why it failed, in a word: messages may hold what people wrote, and stay in the log."""
    said = error.code if isinstance(error, CallFailed) else type(error).__name__
    return said[:REASON_LIMIT]


class Notes:
    """Writes down what changed since it last did."""

    def __init__(self, bot: str) -> None:
        self._bot = bot
        self._noted: dict[str, Run] = {}

    def write(self, session: Session, runs: Iterable[Run], *, now: datetime) -> dict[str, Run]:
        """Write down how the jobs fare, and forget bots that are gone for long. Give what it returns to `written`."""
        news = {run.job: run for run in runs if self._noted.get(run.job) != run}
        if not news:
            return {}
        rows = [_row(self._bot, run, now) for _, run in sorted(news.items())]
        insert = insert_for(dialect_of(session), JobRun)
        changing = {name: insert.excluded[name] for name in rows[0] if name not in ("bot", "job")}
        session.connection().execute(insert.on_conflict_do_update(index_elements=["bot", "job"], set_=changing), rows)
        latest = select(JobRun.bot).where(JobRun.noted_at >= now - KEPT_FOR)
        session.execute(delete(JobRun).where(JobRun.bot.not_in(latest)))
        return news

    def written(self, news: dict[str, Run]) -> None:
        """These were committed."""
        self._noted |= news

    def stop(self, session: Session, *, now: datetime) -> None:
        """This bot ends, as it was told to."""
        session.execute(update(JobRun).where(JobRun.bot == self._bot).values(stopped_at=now, noted_at=now))


def known(session: Session) -> Sequence[JobRun]:
    """Everything that is known of all bots."""
    return session.scalars(select(JobRun).order_by(JobRun.job, JobRun.bot)).all()


def _row(bot: str, run: Run, now: datetime) -> dict[str, Any]:
    return {
        "bot": bot, "job": run.job, "every": run.every.total_seconds(), "since": run.since, "began_at": run.began_at,
        "ended_at": run.ended_at, "failed_at": run.failed_at, "reason": run.reason, "noted_at": now, "stopped_at": None,
    }  # fmt: skip
