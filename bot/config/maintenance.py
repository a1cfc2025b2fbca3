"""When a workflow is worked on, as announced: what fails meanwhile counts as up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.config.nudges import DAYS, Day, TimeOfDay
from bot.config.values import Frozen, TimeZone

LONGEST = timedelta(days=14)


class Maintenance(Frozen):
    """Every week on some `days` from `start` to `end`, or once from `begins` to `ends`."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)] | None = None
    start: TimeOfDay | None = None
    end: TimeOfDay | None = None
    """Not after `start`: on the day after."""
    begins: datetime | None = None
    ends: datetime | None = None
    time_zone: TimeZone | None = None
    """By whose clock; None: that of `nudges.time_zone`. A moment may bear its own."""

    def covers(self, moment: datetime, *, zone: str) -> bool:
        """Whether it lasts at that moment. `zone`: the one that holds where it names none."""
        own = ZoneInfo(self.time_zone or zone)
        if self.begins is not None and self.ends is not None:
            return _aware(self.begins, own) <= moment < _aware(self.ends, own)
        if self.days is None or self.start is None or self.end is None:
            return False
        local = moment.astimezone(own)
        today, before = DAYS[local.weekday()] in self.days, DAYS[local.weekday() - 1] in self.days
        if self.start < self.end:
            return today and self.start <= local.time() < self.end
        return (today and local.time() >= self.start) or (before and local.time() < self.end)


def wrong_maintenance(windows: tuple[Maintenance, ...]) -> Iterator[str]:
    """A fault for each window that is none, beginning with its place: `.maintenance.0: ...`."""
    for place, each in enumerate(windows):
        weekly, once = (each.days, each.start, each.end), (each.begins, each.ends)
        if None not in weekly and once == (None, None):
            continue
        if weekly != (None, None, None) or None in once:
            yield f".maintenance.{place}: give days, start and end for every week, or begins and ends for once"
            continue
        if not timedelta() < _length(each) <= LONGEST:
            yield f".maintenance.{place}.ends: must be after begins, and {LONGEST.days} days later at most"


def _length(once: Maintenance) -> timedelta:
    zone = ZoneInfo(once.time_zone or "UTC")
    if once.begins is None or once.ends is None:
        return timedelta()
    return _aware(once.ends, zone) - _aware(once.begins, zone)


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
