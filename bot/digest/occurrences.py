"""When a digest is due: at a time of day, on some days of the week, where its clock hangs; after a holiday, if it is moved. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config.nudges import DAYS
from bot.directory.calendars import Calendar

LONGEST_HOLIDAYS = timedelta(days=31)
"""For so long, at most, people don't work in one go."""


@dataclass(frozen=True)
class Occurrence:
    """A day on which it is due, and the moment."""

    day: date
    due_at: datetime


@dataclass(frozen=True)
class Timing:
    """At which time of day, on which days of the week (`mon` to `sun`), by the clock of which time zone.

    One that falls on a holiday of the calendar, if there is one, is moved to the next working day.
    """

    at: time
    days: tuple[str, ...]
    zone: str
    calendar: Calendar | None = None

    def on(self, day: date) -> Occurrence:
        """When it is due on a day, which is once, whatever the clock does.

        A time that the clock skips that day is due once it goes on; of one that it shows twice, the first time counts.
        """
        moment = datetime.combine(day, self.at, tzinfo=ZoneInfo(self.zone))
        return Occurrence(day, moment.astimezone(UTC))

    def after(self, moment: datetime) -> Occurrence:
        """The first one that is due later than `moment`."""
        return next(each for each in self._from(moment.astimezone(ZoneInfo(self.zone)).date()) if each.due_at > moment)

    def through(self, first: datetime, last: datetime) -> Iterator[Occurrence]:
        """Those due from `first` to `last`, both included, in order."""
        for each in self._from(first.astimezone(ZoneInfo(self.zone)).date()):
            if each.due_at > last:
                return
            if each.due_at >= first:
                yield each

    def _from(self, day: date) -> Iterator[Occurrence]:
        """Those that are due on a day or later, in order."""
        found, each = day - timedelta(days=1), day - LONGEST_HOLIDAYS if self.calendar else day
        while True:
            if DAYS[each.weekday()] in self.days and (moved := self._moved(each)) > found:
                found = moved
                yield self.on(moved)
            each += timedelta(days=1)

    def _moved(self, day: date) -> date:
        if self.calendar is None or self.calendar.holiday(day) is None:
            return day
        return self.calendar.next_working(day)
