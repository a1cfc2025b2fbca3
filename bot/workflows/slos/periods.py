"""The period over which a target must hold: the last 30 days, or a month of the calendar where somebody lives."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """What of the calendar a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


NOMINAL = {
    Unit.WEEK: timedelta(days=7),
    Unit.MONTH: timedelta(days=30),
    Unit.QUARTER: timedelta(days=90),
    Unit.YEAR: timedelta(days=365),
}
"""How long they are taken to be where it must not change from one to the next, as for alerting."""


@dataclass(frozen=True)
class Bounds:
    """A stretch of time, in UTC: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it really is: a month in which the clocks change is an hour shorter or longer."""
        return self.end - self.start


@dataclass(frozen=True)
class Rolling:
    """The time up to now."""

    length: timedelta

    def bounds(self, now: datetime) -> Bounds:
        """From where to where it reaches at `now`."""
        end = now.astimezone(UTC)
        return Bounds(end - self.length, end)

    def __str__(self) -> str:
        return f"last {self.length / timedelta(days=1):g} days"


@dataclass(frozen=True)
class Calendar:
    """The week (from Monday), month, quarter or year that it is in a time zone."""

    unit: Unit
    zone: str

    @property
    def length(self) -> timedelta:
        """How long it is taken to be; `bounds` knows how long it really is."""
        return NOMINAL[self.unit]

    def bounds(self, now: datetime) -> Bounds:
        """The one that `now` is in. They follow each other without gap or overlap, also where the clocks change."""
        zone = ZoneInfo(self.zone)
        first = _first_day(self.unit, now.astimezone(zone).date())
        return Bounds(_midnight(first, zone), _midnight(_next_first_day(self.unit, first), zone))

    def __str__(self) -> str:
        return f"this {self.unit.value}"


def _first_day(unit: Unit, day: date) -> date:
    match unit:
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return date(day.year, day.month - (day.month - 1) % 3, 1)
        case Unit.YEAR:
            return date(day.year, 1, 1)


def _next_first_day(unit: Unit, first: date) -> date:
    # 45, 135 and 500 days on it is in the middle of the next, however long this one is
    days = {Unit.WEEK: 7, Unit.MONTH: 45, Unit.QUARTER: 135, Unit.YEAR: 500}[unit]
    return _first_day(unit, first + timedelta(days=days))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins. Where the clocks skip midnight, that is the moment at which they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
