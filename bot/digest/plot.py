"""What a digest's picture shows, and what it says to those who can't see it. Pure: it is drawn elsewhere (`picture.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.digest import figure_words as words
from bot.digest import figures
from bot.digest.content import Week
from bot.digest.figures import Measure, Span
from bot.incidents.briefs import duration


@dataclass(frozen=True)
class Plot:
    """Plain data for the child process that draws it, and the same in words."""

    data: dict[str, Any]
    alt_text: str


def of_week(kind: str, week: Week, *, config: Config, about: str, zone: str) -> Plot:
    """The weeks as a picture: `sevs` by severity with the overdue items, or the time to `mitigate`."""
    return (
        mitigate(week, about=about, zone=zone)
        if kind == "mitigate"
        else sevs(week, config=config, about=about, zone=zone)
    )


def sevs(week: Week, *, config: Config, about: str, zone: str) -> Plot:
    """SEVs per week, stacked by severity, above how many action items were overdue at the end of each."""
    known = [each.key for each in config.severities]
    present = sorted({each.severity for each in week.sevs} | set(known[:3]))
    series = [
        {"name": key, "counts": [sum(each.severity == key for each in span.of(week.sevs)) for span in week.spans]}
        for key in present
    ]
    counts = [len(span.of(week.sevs)) for span in week.spans]
    title = f"SEVs per week{_of(about)}"
    data = {
        "kind": "sevs", "title": title, "weeks": _labels(week.spans, zone), "series": series,
        "overdue": list(week.overdue), "below": "Overdue action items at the end of each week",
    }  # fmt: skip
    split = ", ".join(f"{each['name']} {each['counts'][-1]}" for each in series if each["counts"][-1])
    alt = (
        f"{title}, by severity, in the last {len(counts)} weeks, the newest last: {_listed(counts)}. "
        f"The last week: {split or 'none'}. Overdue action items at the end of each week: {_listed(week.overdue)}."
    )
    return Plot(data, alt)


def mitigate(week: Week, *, about: str, zone: str) -> Plot:
    """The time to mitigate of each SEV by the week it was declared in, with the medians, and the p90 and n of all."""
    measure = Measure.TIME_TO_MITIGATE
    by_week = [figures.durations(span.of(week.sevs), measure) for span in week.spans]
    every = figures.spread(week.sevs, measure)
    title = f"Time to mitigate{_of(about)}"
    medians = [figures.spread(span.of(week.sevs), measure).median for span in week.spans]
    told = (
        f"median {duration(every.median)}, p90 {duration(every.p90)}, n = {words.resting_on(every)}"
        if every.median is not None and every.p90 is not None
        else "no SEV has both times"
    )
    data = {
        "kind": "mitigate", "title": title, "subtitle": f"detected → mitigated: {told}",
        "weeks": _labels(week.spans, zone), "minutes": [[_minutes(each) for each in took] for took in by_week],
        "medians": [None if each is None else _minutes(each) for each in medians],
        "median": None if every.median is None else _minutes(every.median),
        "p90": None if every.p90 is None else _minutes(every.p90),
    }  # fmt: skip
    shown = ", ".join("none" if each is None else duration(each) for each in medians)
    alt = (
        f"{title} (detected → mitigated) in the last {len(week.spans)} weeks: {told}. "
        f"Medians by week, the newest last: {shown}."
    )
    return Plot(data, alt)


def _of(about: str) -> str:
    return f": {about}" if about else ""


def _labels(spans: Sequence[Span], zone: str) -> list[str]:
    return [words.day(span.since.astimezone(ZoneInfo(zone)).date()) for span in spans]


def _listed(counts: Sequence[int]) -> str:
    return ", ".join(str(each) for each in counts)


def _minutes(length: timedelta) -> float:
    return round(length.total_seconds() / 60, 1)
