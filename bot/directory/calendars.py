"""Which days people work on: the working days of the week, less their country's holidays and the company's days off. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bot.config import Config
from bot.config.calendar import country_and_part
from bot.config.nudges import DAYS

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The working days of those who share a country. Two that are the same are equal, and may stand for each other."""

    days: tuple[str, ...] = DAYS[:5]
    """Of each week: `mon` to `sun`, one at least."""
    country: str | None = None
    """ISO 3166's two letters; None: no holidays are kept."""
    subdivision: str | None = None
    days_off: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return DAYS[day.weekday()] in self.days and self.holiday(day) is None

    def holiday(self, day: date) -> str | None:
        """What keeps everybody from working on that day, whatever day of the week it is: `Christmas Day`."""
        if day in self.days_off:
            return "a day off"
        return _holidays(self.country, self.subdivision, day.year).get(day) if self.country else None

    def next_working(self, day: date) -> date:
        """That day if people work on it, or else the first one after it on which they do."""
        while not self.is_working(day):
            day += A_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day that is `count` of them after `day`, which itself does not count; with 0, see `next_working`."""
        if count <= 0:
            return self.next_working(day)
        for _ in range(count):
            day = self.next_working(day + A_DAY)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days there are after `first`, up to and with `last`; less than 0 where `last` is earlier."""
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working(first + A_DAY * ahead) for ahead in range(1, (last - first).days + 1))


def calendar_of(config: Config, team_key: str | None) -> Calendar:
    """The calendar of a team, or (None, or a team that is no more) of the company."""
    team = config.team(team_key) if team_key else None
    company = config.calendar
    country, subdivision = company.country, company.subdivision
    if team is not None:
        country, subdivision = country_and_part(team.country, team.subdivision, company=company)
    return Calendar(config.nudges.working_hours.days, country, subdivision, frozenset(company.days_off))


@lru_cache(maxsize=1000)
def _holidays(country: str, subdivision: str | None, year: int) -> dict[date, str]:
    """A year's public holidays by day, also as they are observed on another one, with their names in English."""
    import holidays  # it takes a while, and is only needed by those who name a country

    found = holidays.country_holidays(country, subdiv=subdivision, years=year, language="en_US")
    return {day: name for day, name in found.items() if day.year == year}
