"""When an action item is due, by the policy of the configuration. Pure."""

from datetime import date, timedelta

from bot.config import Config
from bot.directory.calendars import calendar_of
from bot.remediation.model import Priority


def due_date(config: Config, *, severity: str, priority: Priority, team: str | None, start: date) -> date:
    """The day an item is due whose days count from `start`; always a working day of the team (None: of the company)."""
    rules, calendar = config.remediation, calendar_of(config, team)
    days = rules.days(severity, priority.value, team)
    if rules.counted(team) == "working":
        return calendar.add_working_days(start, days)
    return calendar.next_working(start + timedelta(days=days))


def due_date_anew(
    config: Config, *, severity: str, priority: Priority, team: str | None, start: date, today: date
) -> date:
    """The same for an item whose severity or priority changed later: nobody is late by what was not asked of them before.

    So it is the next working day at the earliest.
    """
    wanted = due_date(config, severity=severity, priority=priority, team=team, start=start)
    return max(wanted, calendar_of(config, team).add_working_days(today, 1))


def team_of(config: Config, *, owner_user: str | None, owner_team: str | None) -> str | None:
    """The team whose policy and calendar count: that which owns the item, or else the first one its owner is in."""
    if owner_team or not owner_user:
        return owner_team
    return next((team.key for team in config.teams if owner_user in team.members), None)
