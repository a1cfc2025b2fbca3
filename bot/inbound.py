"""What has arrived before: the durable memory that makes a second delivery of the same thing harmless.

A key is written in the transaction of the change it guards. So a delivery that changed nothing leaves no key, and a
transaction that was rolled back may be tried again.
"""

from datetime import datetime
from functools import cache

from sqlalchemy import Executable, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.db import Base, dialect_of, insert_for


class InboundKey(Base):
    """One thing that arrived and changed something."""

    __tablename__ = "inbound_keys"

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


def is_new(session: Session, source: str, key: str, *, now: datetime) -> bool:
    """Claim (source, key) in this transaction. False when it was claimed before, also by a transaction running beside."""
    values = {"source": source, "key": key[:255], "subject": None, "at": now}
    return session.connection().execute(_unless_there(dialect_of(session)), values).first() is not None


@cache
def _unless_there(dialect: str) -> Executable:
    return insert_for(dialect, InboundKey).on_conflict_do_nothing().returning(InboundKey.key)


def set_subject(session: Session, source: str, key: str, subject: str) -> None:
    """Remember what came of it, so that a repetition can be answered with the same."""
    session.execute(
        update(InboundKey).where(InboundKey.source == source, InboundKey.key == key[:255]).values(subject=subject)
    )


def subject_of(session: Session, source: str, key: str) -> str | None:
    """What came of it, or None."""
    return session.scalar(select(InboundKey.subject).where(InboundKey.source == source, InboundKey.key == key[:255]))
