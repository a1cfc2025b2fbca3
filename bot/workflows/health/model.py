"""What SEVs burned of the error budgets of their workflows."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base
from bot.workflows.counts.model import KEY_LIMIT


class Standing(StrEnum):
    """How an SLO did last, over its shortest window."""

    OUTSIDE = "outside"
    """More went wrong than its target allows."""
    WITHIN = "within"
    SILENT = "silent"
    """Nothing was counted, so nobody knows."""


class SevBudget(Base):
    """What was burned of an SLO's error budget between the start of a SEV and its end, or now: as it was told last."""

    __tablename__ = "sev_budgets"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    workflow: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    slo: Mapped[str] = mapped_column(String(KEY_LIMIT), primary_key=True)
    share: Mapped[float]
    """Of the budget of the SLO's whole period; above 1 where it burned more than there was."""
    whole_seconds: Mapped[float]
    """That whole budget as time of which nothing may go well."""
    standing: Mapped[str] = mapped_column(String(8))
    within_since: Mapped[datetime | None]
    """Since when it is within its target again, if it was outside and is no more."""
    measured_at: Mapped[datetime]
    is_settled: Mapped[bool] = mapped_column(default=False, index=True)
    """Whether the SEV has been over for so long that it is measured no more."""

    @property
    def whole(self) -> timedelta:
        return timedelta(seconds=self.whole_seconds)
