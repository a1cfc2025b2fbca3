"""How far Prometheus was asked, and what is not as it should be: one row for each query."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base
from bot.workflows.counts.model import KEY_LIMIT

REMARK_LIMIT = 300


class Trouble(StrEnum):
    """How much of what was asked for can't be used."""

    NONE = ""
    PART = "part"
    """Something was counted, and something is wrong with it."""
    ALL = "all"
    """Nothing is counted: nobody knows how the workflow does."""


class QueryState(Base):
    """One query. Who asks takes its turn by `next_ask_at`, and keeps the answer only while nobody else took one."""

    __tablename__ = "query_states"

    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    asked_until: Mapped[int]
    """The first minute that was not answered for yet."""
    next_ask_at: Mapped[datetime]
    """Machine time, before which nobody asks."""
    turns: Mapped[int] = mapped_column(BigInteger, default=0)
    """How often somebody took a turn at it."""
    newest_minute: Mapped[int | None]
    """The newest minute in which something was counted; None: nothing ever was."""
    good: Mapped[int] = mapped_column(BigInteger, default=0)
    """In that minute."""
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    trouble: Mapped[str] = mapped_column(String(8), default=Trouble.NONE)
    since: Mapped[datetime | None]
    """Since when there is trouble, whichever."""
    remark: Mapped[str] = mapped_column(String(REMARK_LIMIT), default="")
    """What is wrong."""
    told_on: Mapped[str] = mapped_column(String(10), default="")
    """The day (UTC) of the message in which operators are told of it; empty: they are not."""
