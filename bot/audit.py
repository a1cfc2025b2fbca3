"""Who did what, when, from where. Written in the transaction of the change, never altered afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.db import Base


class AuditRecord(Base):
    """One change. `data` holds the values before and after, by field name."""

    __tablename__ = "audit_records"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(session: Session, *, actor: str, action: str, subject: str, source: str, now: datetime, **data: Any) -> None:
    """Write down one change: `actor` (a Slack user id or `sevbot`) did `action` to `subject` (`incident:42`).

    `source` is the door it came through: `command`, `click`, `modal`, `event`, `schedule`.
    """
    session.add(AuditRecord(at=now, actor=actor, action=action, subject=subject, source=source, data=data))
