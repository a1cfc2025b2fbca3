"""Days as people write and read them. Pure, but for asking where somebody lives."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.config import Config
from bot.directory.people import Person
from bot.nudges.hours import known_zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:next\s+)?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}"
DAY = rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|today|tomorrow|{_WEEKDAY}|\d{{1,4}}\s*(?:days?|weeks?|d|w)|\d{{1,2}}\.?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}"
"""What `parsed_day` understands, to be looked for in any case."""
HOW_TO_WRITE = "`2026-12-24`, `24 dec`, `friday`, `tomorrow` or `2w`"


def parsed_day(text: str, *, today: date) -> date | None:
    """The day a person means, seen from `today`; None where it is none. `friday` is the next one that is to come."""
    words = " ".join(text.lower().split())
    if not re.fullmatch(DAY, words):
        return None
    if words in ("today", "tomorrow"):
        return today + timedelta(days=words == "tomorrow")
    if words[:4].isdecimal() and "-" in words:
        return _made(*(int(part) for part in words.split("-")))
    span = re.fullmatch(r"(\d+)\s*([dw]).*", words)
    if span and not re.search(rf"\d\.?\s+{_MONTH}$", words):
        return _later(today, int(span[1]) * (7 if span[2] == "w" else 1))
    weekday = words.removeprefix("next ")[:3]
    for index, name in enumerate(WEEKDAYS):
        if name.startswith(weekday):
            return today + timedelta(days=(index - today.weekday() - 1) % 7 + 1)
    return _of_month(words, today)


def _of_month(words: str, today: date) -> date | None:
    """`24 dec`: the next one that is to come, or today."""
    number = re.search(r"\d+", words)
    month = next(place for place, name in enumerate(MONTHS, 1) if re.search(rf"\b{name}", words))
    days = (_made(today.year + ahead, month, int(number[0]) if number else 0) for ahead in range(5))
    return next((day for day in days if day and day >= today), None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _later(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def day_text(day: date) -> str:
    """`Thu 24 Dec 2026`: the same for every reader, since a due date is no moment."""
    return f"{WEEKDAYS[day.weekday()][:3].capitalize()} {day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def lateness(due: date, today: date) -> str:
    """`due today`, `3 days late`, `1 day late`; empty while there is time."""
    late = (today - due).days
    if late < 0:
        return ""
    return "due today" if late == 0 else f"{late} day{'' if late == 1 else 's'} late"


def today_for(session: Session, config: Config, user_id: str | None, *, now: datetime) -> date:
    """Which day it is where somebody lives; None, or where that is not known, by the company's clock."""
    person = session.get(Person, user_id) if user_id else None
    zone = known_zone(person.time_zone if person else "", otherwise=config.nudges.time_zone)
    return now.astimezone(ZoneInfo(zone)).date()
