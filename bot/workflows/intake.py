"""Keeping what other services deliver, and forgetting it after a while."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.db import affected
from bot.workflows.intake_model import AlertDelivery, Progress

KEPT_FOR = timedelta(days=14)
"""How long bodies are kept. What is delivered again later than that counts as news."""


def forget(session: Session, *, now: datetime) -> int:
    """Forget bodies that were worked off and are old. Returns how many."""
    is_over = (AlertDelivery.state != Progress.KEPT, AlertDelivery.received_at < now - KEPT_FOR)
    return affected(session, delete(AlertDelivery).where(*is_over))
