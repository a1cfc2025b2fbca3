"""OpenSLO's lengths of time, and the periods of its SLOs."""

import re
from datetime import date, datetime, time, timedelta

from bot.config.openslo.places import Node
from bot.config.values import time_zone
from bot.config.workflows import LONGEST_PERIOD, SHORTEST_PERIOD

LENGTHS = {
    "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(days=7),
    "M": timedelta(days=30), "Q": timedelta(days=90), "Y": timedelta(days=365),
}  # fmt: skip
CALENDAR = {
    "1w": "week", "7d": "week", "1M": "month", "1Q": "quarter", "3M": "quarter", "1Y": "year", "12M": "year",
}  # fmt: skip
SHORTHAND = re.compile(r"([1-9][0-9]{0,8})([mhdwMQY])")

Period = dict[str, str]
"""`period`, and `time_zone` where it is one of the calendar, as `workflows.yaml` would have them."""


def length(node: Node) -> timedelta | None:
    """A length such as `4w`. None, and a fault, where it is none."""
    found = SHORTHAND.fullmatch(node.value) if isinstance(node.value, str) else None
    if found is None:
        node.fault(f"{node.value!r} is no duration: write a number with m, h, d, w, M (months), Q or Y, such as 28d")
        return None
    try:
        return int(found[1]) * LENGTHS[found[2]]
    except OverflowError:
        node.fault(f"{node.value!r} is too long")
        return None


def minutes(node: Node) -> timedelta | None:
    """The same, where a bare number means minutes."""
    number = node.number()
    if number is None:
        return length(node)
    if not 0 < number <= 1440:
        node.fault("write a number of minutes that is more than nothing and at most a day")
        return None
    return timedelta(minutes=number)


def period(windows: Node) -> Period | None:
    """Over which period an SLO must hold. None where that cannot be had here, which is noted."""
    if windows.value is None:
        return {}
    items = list(windows.each())
    if len(items) != 1:
        windows.fault("must be a list of exactly one window")
        return None
    (window,) = items
    is_calendar, rolling = window.has("calendar"), window.at("isRolling")
    if not isinstance(rolling.value, bool | None):
        rolling.fault("must be true or false")
        return None
    if rolling.value is False and not is_calendar:
        rolling.fault("a window that is not rolling needs a calendar")
        return None
    if rolling.value is True and is_calendar:
        rolling.fault("a rolling window has no calendar: leave one of them out")
        return None
    size = length(window.at("duration"))
    if size is None:
        return None
    if size < SHORTEST_PERIOD:
        hint = "; m is minutes, and a month is 1M" if str(window.at("duration").value).endswith("m") else ""
        window.at("duration").notice(f"left out: a period of less than a day cannot be watched here{hint}")
        return None
    return _calendar(window) if is_calendar else _rolling(window.at("duration"), size)


def _rolling(duration: Node, size: timedelta) -> Period | None:
    if size > LONGEST_PERIOD or size % timedelta(days=1):
        duration.notice(f"left out: a rolling period is of whole days here, and of {LONGEST_PERIOD.days} at most")
        return None
    if str(duration.value)[-1] in "MQY":
        duration.notice(f"taken as the last {size.days} days; for a real month, quarter or year give a calendar")
    return {"period": f"{size.days}d"}


def _calendar(window: Node) -> Period | None:
    zone, start = window.at("calendar", "timeZone"), _start(window.at("calendar", "startTime"))
    try:
        time_zone(zone.text() or "")
    except ValueError:
        zone.fault(f"{zone.value!r} is no time zone: write Europe/London or the like")
        return None
    if start is None:
        return None
    unit = CALENDAR.get(window.at("duration").value)
    if unit is None:
        window.at("duration").notice("left out: of the calendar there are 1w, 1M, 1Q and 1Y here")
        return None
    if not _begins(unit, start):
        window.at("calendar", "startTime").notice(
            f"a {unit} begins at midnight of its first day here, whatever this says"
        )
    return {"period": unit, "time_zone": str(zone.value)}


def _start(node: Node) -> datetime | None:
    """YAML makes a datetime of `2022-01-01 12:00:00` unless it is quoted."""
    if isinstance(node.value, datetime):
        return node.value
    if isinstance(node.value, date):
        return datetime.combine(node.value, time())
    try:
        return datetime.fromisoformat(node.text() or "")
    except ValueError:
        node.fault("write when the first period begins, such as 2026-01-01 00:00:00")
        return None


def _begins(unit: str, start: datetime) -> bool:
    first = {
        "week": start.weekday() == 0, "month": start.day == 1, "quarter": start.day == 1 and start.month % 3 == 1,
        "year": start.day == 1 and start.month == 1,
    }  # fmt: skip
    return first[unit] and start.time() == time()
