"""How patiently people are reminded: each rule's severities and steps, and everybody's working hours."""

import re
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bot.config.item_nudges import ItemNudges
from bot.config.postmortem_nudges import PostmortemNudges
from bot.config.values import Duration, Emoji, Frozen, TimeZone, parse_duration

NEVER = "never"
OTHER = "other"
"""Stands for every severity that is not named."""

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SEVERITY = re.compile(rf"sev[0-9]|{OTHER}")
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Tell = Literal["owner", "channel", "page"]


def _time_of_day(value: object) -> object:
    """`09:00` as a time. YAML reads an unquoted 18:00 as a number of minutes."""
    if isinstance(value, int):
        value = f"{value // 60:02}:{value % 60:02}"
    try:
        return time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"{value!r} is no time of day: write 09:00") from None


def _by_severity(value: object) -> object:
    """One duration for all, or one for each severity; `never` is None."""
    given = value if isinstance(value, Mapping) else {OTHER: value}
    unknown = [str(key) for key in given if not SEVERITY.fullmatch(str(key).lower())]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no severity: write SEV1, or {OTHER} for all that are not named")
    return {str(key).lower(): None if each in (NEVER, None) else parse_duration(each) for key, each in given.items()}


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Patience = Annotated[dict[str, timedelta | None], BeforeValidator(_by_severity)]


class WorkingHours(Frozen):
    """When people may be reminded, each in their own time zone."""

    days: tuple[Day, ...] = DAYS[:5]
    start: TimeOfDay = time(9)
    end: TimeOfDay = time(18)
    """`00:00` is the end of the day."""

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if not self.days or (self.end != time.min and self.start >= self.end):
            raise ValueError("give a day at least, and a start that is before the end")
        return self


class NudgeStep(Frozen):
    """Whom a rule tells, how long after it was first due, and how often again."""

    tell: Tell
    after: Duration = timedelta()
    every: Duration = timedelta(hours=1)
    times: Annotated[int, Field(ge=1, le=50)] = 1


class NudgeRule(Frozen):
    after: Patience
    """How long things may stay as they are, by severity. A severity that is not named is one of the `other`."""
    wake: tuple[str, ...] = ()
    """Severities for which people are told in their quiet hours too. A page always does."""
    steps: tuple[NudgeStep, ...]

    def patience(self, severity: str) -> timedelta | None:
        """How long it may last at that severity; None: for ever."""
        return self.after.get(severity.lower(), self.after.get(OTHER))

    def wakes(self, severity: str) -> bool:
        """Whether people are told in their quiet hours too."""
        return severity.lower() in {each.lower() for each in self.wake}


def _over(default: Mapping[str, Any]) -> Callable[[object], object]:
    """What is given of a rule, over its defaults; `never` switches it off."""

    def merge(value: object) -> object:
        if value == NEVER:
            value = {"after": NEVER}
        return {**default, **value} if isinstance(value, Mapping) else value

    return merge


NO_COMMANDER = {
    "after": {"SEV0": "5m", "SEV1": "5m", "SEV2": "10m", "SEV3": "30m", OTHER: "2h"},
    "wake": ("SEV0", "SEV1", "SEV2"),
    "steps": (
        {"tell": "channel", "every": "10m", "times": 2},
        {"tell": "owner", "every": "10m", "times": 2},
        {"tell": "page", "after": "10m"},
    ),
}
UPDATE_OVERDUE = {
    "after": "0m",
    "wake": ("SEV0", "SEV1", "SEV2"),
    "steps": (
        {"tell": "owner", "every": "15m", "times": 2},
        {"tell": "channel", "after": "15m", "every": "30m", "times": 3},
    ),
}
OPEN_TOO_LONG = {
    "after": {"SEV0": "4h", "SEV1": "4h", "SEV2": "12h", "SEV3": "3d", OTHER: "14d"},
    "steps": (
        {"tell": "owner", "every": "1d", "times": 3},
        {"tell": "channel", "after": "1d", "every": "1d", "times": 3},
    ),
}
STATUS_STUCK = {
    "after": {"SEV0": "30m", "SEV1": "30m", "SEV2": "1h", "SEV3": "1d", OTHER: "7d"},
    "wake": ("SEV0", "SEV1"),
    "steps": (
        {"tell": "owner", "every": "1h", "times": 2},
        {"tell": "channel", "after": "30m", "every": "4h", "times": 2},
    ),
}
FIELDS_MISSING = {
    "after": {"SEV0": "30m", "SEV1": "30m", "SEV2": "1h", OTHER: "1d"},
    "steps": ({"tell": "owner", "every": "4h", "times": 3},),
}


AWAY = ("palm_tree", "face_with_thermometer", "beach_with_umbrella", "desert_island", "thermometer", "baby")
"""Slack offers the first two itself, for a vacation and for being sick."""


class Nudges(Frozen):
    """Reminders about open SEVs, and what comes after them. Each rule can be changed in part, or switched off with `never`."""

    time_zone: TimeZone = "UTC"
    """Of channels, and of people whose own is not known."""
    working_hours: WorkingHours = WorkingHours()
    daily_at: TimeOfDay = time(9)
    """When people get what they are reminded of once a day, in their own time zone, within the working hours."""
    away: tuple[Emoji, ...] = AWAY
    """Who shows one of these as their status is away: they are not reminded until it expires."""
    leave_in_peace: Duration = timedelta(minutes=2)
    """How long nobody is reminded of a SEV about which somebody just did something."""
    retention: Duration = timedelta(days=400)
    """How long the ledger is kept after its case ended."""
    no_commander: Annotated[NudgeRule, BeforeValidator(_over(NO_COMMANDER))] = NudgeRule.model_validate(NO_COMMANDER)
    update_overdue: Annotated[NudgeRule, BeforeValidator(_over(UPDATE_OVERDUE))] = NudgeRule.model_validate(
        UPDATE_OVERDUE
    )
    open_too_long: Annotated[NudgeRule, BeforeValidator(_over(OPEN_TOO_LONG))] = NudgeRule.model_validate(OPEN_TOO_LONG)
    status_stuck: Annotated[NudgeRule, BeforeValidator(_over(STATUS_STUCK))] = NudgeRule.model_validate(STATUS_STUCK)
    fields_missing: Annotated[NudgeRule, BeforeValidator(_over(FIELDS_MISSING))] = NudgeRule.model_validate(
        FIELDS_MISSING
    )
    items: ItemNudges = ItemNudges()
    postmortems: PostmortemNudges = PostmortemNudges()

    @model_validator(mode="after")
    def _daily_within_working_hours(self) -> Self:
        end = self.working_hours.end
        if self.daily_at < self.working_hours.start or (end != time.min and self.daily_at >= end):
            raise ValueError("daily_at must be within working_hours, or nobody would ever be reminded once a day")
        return self

    @property
    def daily_hours(self) -> WorkingHours:
        """When what is said once a day may be said."""
        return self.working_hours.model_copy(update={"start": self.daily_at})
