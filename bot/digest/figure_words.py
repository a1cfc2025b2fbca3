"""Figures in words: what they rest on is always said, and what is noise is called so. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.digest.figures import FEW, Change, Detection, Measure, Spread
from bot.incidents.briefs import duration

CHANGES = {
    Change.SHORTER: "clearly shorter",
    Change.LONGER: "clearly longer",
    Change.NO_CLEAR_CHANGE: "no clear change",
    Change.TOO_FEW: "too few SEVs to tell",
}
SIGNS = {"alert": "alerts", "burn": "burning budgets", "check": "checks", "heartbeat": "heartbeats"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING = ("no SEV", "not known of the one SEV")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def number(count: int, one: str, many: str = "") -> str:
    """`1 SEV`, `2 SEVs`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def day(moment: date) -> str:
    """`26 Nov`."""
    return f"{moment.day} {MONTHS[moment.month - 1]}"


def weekday(moment: date) -> str:
    """`Thu 26 Nov`."""
    return f"{WEEKDAYS[moment.weekday()]} {day(moment)}"


def days_of(since: datetime, until: datetime, zone: str) -> str:
    """`16 to 22 Nov`: the first and the last day of a period that ends when a day does."""
    first = since.astimezone(ZoneInfo(zone)).date()
    last = (until - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date()
    begin = str(first.day) if (first.year, first.month) == (last.year, last.month) else day(first)
    return f"{begin} to {day(last)}"


def spread(measure: Measure, found: Spread) -> str:
    """`Time to mitigate (detected → mitigated): median *25 min*, p90 35 min, n = 3 of 4`."""
    label = measure.label[0].upper() + measure.label[1:]
    return f"{label}: {values(found)}"


def values(found: Spread) -> str:
    """A spread without its name; few values are called so."""
    if found.median is None or found.p90 is None:
        return f"not known of any of the {number(found.of, 'SEV')}" if found.of > 1 else NOTHING[found.of]
    few = f" (n < {FEW}: a hint, no more)" if found.is_small else ""
    return f"median *{duration(found.median)}*, p90 {duration(found.p90)}, n = {resting_on(found)}{few}"


def resting_on(found: Spread) -> str:
    """`17`, or `17 of 19` where some SEVs lack the times."""
    return f"{found.n:,}" if found.n == found.of else f"{found.n:,} of {found.of:,}"


def detection(found: Detection) -> str:
    """`by monitoring *7* of 19 (alerts 3, checks 1), by people *12*`."""
    signs = ", ".join(f"{SIGNS.get(sign, sign)} {count}" for sign, count in found.signs.items())
    split = f" ({signs})" if signs else ""
    return f"by monitoring *{found.by_monitoring:,}* of {found.n:,}{split}, by people *{found.by_people:,}*"


def change(said: Change) -> str:
    """What may be said of a change."""
    return CHANGES[said]
