"""When somebody may be reminded: their working hours in their own time zone, and days on which they work. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.config.nudges import DAYS, WorkingHours
from bot.directory.calendars import Calendar

NO_HOLIDAYS = Calendar()
FAR_ENOUGH = 400
"""In how many days there is a working day, whatever the holidays."""


class Quiet(StrEnum):
    """Why somebody may not be reminded now."""

    HOURS = "quiet_hours"
    HOLIDAY = "holiday"
    AWAY = "away"
    """They say so by their status."""


@dataclass(frozen=True)
class Away:
    """Somebody said that they are away: until a time, or (None) until they say otherwise."""

    until: datetime | None = None

    def is_on(self, now: datetime) -> bool:
        """Whether it still holds."""
        return self.until is None or now < self.until


@dataclass(frozen=True)
class Hours:
    """Working hours, where they are kept."""

    zone: str
    working: WorkingHours
    calendar: Calendar = NO_HOLIDAYS
    """Whose holidays are kept. The days of the week are those of `working`."""
    away: Away | None = None

    def day(self, now: datetime) -> date:
        """Which day it is there."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def are_quiet(self, now: datetime) -> bool:
        """Whether nobody may be reminded now. What counts is what the clock on the wall shows, also as it is changed."""
        return self.quiet_because(now) is not None

    def quiet_because(self, now: datetime) -> Quiet | None:
        """Why nobody may be reminded now, if so."""
        local = now.astimezone(ZoneInfo(self.zone))
        end = self.working.end
        has_begun, is_past = local.time() >= self.working.start, bool(end != time.min and local.time() >= end)
        if not self._is_of_the_week(local.date()) or not has_begun or is_past:
            return Quiet.HOURS
        if self.calendar.holiday(local.date()):
            return Quiet.HOLIDAY
        return Quiet.AWAY if self.away and self.away.is_on(now) else None

    def open_after(self, now: datetime) -> datetime:
        """When reminding somebody becomes possible next, after `now`: as the working hours begin, or as they are back."""
        is_away_until = self.away.until if self.away and self.away.is_on(now) else None
        back = is_away_until or now
        first = self.day(back)
        for day in (first + timedelta(days=ahead) for ahead in range(FAR_ENOUGH)):
            if not self._is_of_the_week(day) or self.calendar.holiday(day):
                continue
            opens = self._opening(day)
            if opens > back:
                return opens
            if back > now and day == first and self.quiet_because(back) is None:
                return back
        return back + timedelta(days=FAR_ENOUGH)

    def slot_from(self, moment: datetime) -> datetime:
        """The first beginning of working hours that is not before `moment`, holidays or not."""
        day = self.day(moment)
        slots = (self._opening(day + timedelta(days=ahead)) for ahead in range(9))
        return next(slot for slot in slots if slot >= moment and self._is_of_the_week(self.day(slot)))

    def slot_on(self, day: date) -> datetime:
        """The first beginning of working hours on that day or after it, holidays or not."""
        return self.slot_from(datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone)).astimezone(UTC))

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, self.working.start, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def _is_of_the_week(self, day: date) -> bool:
        return DAYS[day.weekday()] in self.working.days


def known_zone(name: str, *, otherwise: str) -> str:
    """The time zone of that name, or `otherwise` where this machine knows none."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return otherwise
    return name
