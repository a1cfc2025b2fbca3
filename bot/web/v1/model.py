"""What the HTTP API remembers: the answers it gave to calls that have a name, and when which token was used."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base


class ApiAnswer(Base):
    """The answer to a call that its caller named (`Idempotency-Key`), so that a repetition gets the same."""

    __tablename__ = "api_answers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The SHA-256 of whose call it was and of the name it had."""
    request: Mapped[str] = mapped_column(String(64))
    """The SHA-256 of what was asked."""
    status: Mapped[int] = mapped_column(default=0)
    location: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


class TokenUse(Base):
    """When a token of the HTTP API was used last, to the minute."""

    __tablename__ = "api_token_uses"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
