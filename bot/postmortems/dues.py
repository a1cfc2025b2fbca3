"""Until when a postmortem's draft and its review are due: working days where the owning team is. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config import Category, Config, Team
from bot.directory.calendars import calendar_of
from bot.incidents.model import Incident
from bot.postmortems.model import Postmortem, State

OVER = frozenset({Category.RESOLVED, Category.CLOSED})


def needs_one(config: Config, incident: Incident) -> bool:
    """Whether a postmortem is owed of the SEV: it is over, and its severity calls for one.

    A drill, and what was only written down afterwards, may have one, and owe none.
    """
    return due_on(config, incident) is not None


def due_on(config: Config, incident: Incident) -> date | None:
    """The last day on which its draft is in time to be ready for review; None where the SEV owes none."""
    days = config.postmortems.due_days(incident.severity)
    is_over = config.status(incident.status).category in OVER
    if days is None or not is_over or incident.resolved_at is None or incident.is_drill or incident.is_quiet:
        return None
    return _days_after(config, incident, incident.resolved_at, days)


def review_due_on(config: Config, incident: Incident, postmortem: Postmortem) -> date | None:
    """The last day on which its review is in time; None while it is not in review."""
    if postmortem.state != State.IN_REVIEW or postmortem.submitted_at is None:
        return None
    return _days_after(config, incident, postmortem.submitted_at, config.postmortems.review)


def ends_at(config: Config, incident: Incident, day: date) -> datetime:
    """When a day is over where the owning team is."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=_zone(config, incident)).astimezone(UTC)


def owning_team(config: Config, incident: Incident) -> Team | None:
    """The team that owns the most critical of the affected workflows that have an owner."""
    affected = [found for key in incident.workflow_keys if (found := config.workflow(key)) and found.owner]
    first = min(affected, key=lambda each: each.tier, default=None)
    return config.team(first.owner) if first and first.owner else None


def _days_after(config: Config, incident: Incident, moment: datetime, days: int) -> date:
    team = owning_team(config, incident)
    calendar = calendar_of(config, team.key if team else None)
    return calendar.add_working_days(moment.astimezone(_zone(config, incident)).date(), days)


def _zone(config: Config, incident: Incident) -> ZoneInfo:
    team = owning_team(config, incident)
    return ZoneInfo((team.time_zone if team else None) or config.nudges.time_zone)
