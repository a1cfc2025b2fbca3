"""When a digest is due: at a time of day, on some days of the week, where its clock hangs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config.nudges import DAYS


@dataclass(frozen=True)
class Occurrence:
    """A day on which it is due, and the moment."""

    day: date
    due_at: datetime


@dataclass(frozen=True)
class Timing:
    """At which time of day, on which days of the week (`mon` to `sun`), by the clock of which time zone."""

    at: time
    days: tuple[str, ...]
    zone: str

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
        while True:
            if DAYS[day.weekday()] in self.days:
                yield self.on(day)
            day += timedelta(days=1)
