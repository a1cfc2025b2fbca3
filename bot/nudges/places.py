"""Whose working hours are kept: a person's, a team's, the company's. Pure: what is remembered of people comes in."""

from bot.config import Config
from bot.config.nudges import WorkingHours
from bot.directory.calendars import calendar_of
from bot.directory.people import Person
from bot.nudges.hours import Away, Hours, known_zone


def company_hours(config: Config) -> Hours:
    """The company's, where no person and no team is meant."""
    return Hours(config.nudges.time_zone, config.nudges.working_hours, calendar_of(config, None))


def team_hours(config: Config, key: str, working: WorkingHours) -> Hours:
    """A team's: by its own clock and calendar, or by the company's."""
    team = config.team(key)
    zone = team.time_zone if team and team.time_zone else config.nudges.time_zone
    return Hours(zone, working, calendar_of(config, key))


def hours_of(config: Config, user_id: str, person: Person | None, working: WorkingHours | None = None) -> Hours:
    """A person's: where they live, by the calendar of their team, while they do not say that they are away.

    `person` is what is remembered of them; None: nothing yet. `working` stands for the usual working hours.
    """
    zone = known_zone(person.time_zone, otherwise=config.nudges.time_zone) if person else config.nudges.time_zone
    team = team_of_person(config, user_id)
    return Hours(zone, working or config.nudges.working_hours, calendar_of(config, team), _away(config, person))


def team_of_person(config: Config, user_id: str) -> str | None:
    """The first team that names a person among its members."""
    return next((team.key for team in config.teams if user_id in team.members), None)


def _away(config: Config, person: Person | None) -> Away | None:
    """Whether somebody's status says that they are away. Skin tones make no difference."""
    if person is None or person.status_emoji.partition("::")[0] not in config.nudges.away:
        return None
    return Away(person.status_until)
