"""When somebody may be reminded: their working hours in their own time zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config.nudges import DAYS, WorkingHours


@dataclass(frozen=True)
class Hours:
    """Working hours, where they are kept."""

    zone: str
    working: WorkingHours

    def are_quiet(self, now: datetime) -> bool:
        """Whether nobody may be reminded now. What counts is what the clock on the wall shows, also as it is changed."""
        local = now.astimezone(ZoneInfo(self.zone))
        end = self.working.end
        has_begun, is_past = local.time() >= self.working.start, bool(end != time.min and local.time() >= end)
        return DAYS[local.weekday()] not in self.working.days or not has_begun or is_past

    def open_after(self, now: datetime) -> datetime:
        """When the working hours begin next, after `now`."""
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        opens = (
            datetime.combine(today + timedelta(days=ahead), self.working.start, tzinfo=zone).astimezone(UTC)
            for ahead in range(9)
            if DAYS[(today + timedelta(days=ahead)).weekday()] in self.working.days
        )
        return next(moment for moment in opens if moment > now)


def known_zone(name: str, *, otherwise: str) -> str:
    """The time zone of that name, or `otherwise` where this machine knows none."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return otherwise
    return name
