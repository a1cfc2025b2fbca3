"""How people are reminded of action items, by rule: all of it by one message a day."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from bot.config.values import Duration, Frozen

NEVER = "never"
TellOfItem = Literal["owner", "team", "manager", "commander"]
PERCENT = re.compile(r"(\d{1,3})\s*%")


def _percent(value: object) -> object:
    """`80%` as 80."""
    found = PERCENT.fullmatch(value) if isinstance(value, str) else None
    if not found or int(found[1]) > 100:
        raise ValueError(f"{value!r} is no part of the time: write 50%, up to 100% for the day it is due")
    return int(found[1])


def whole_days(value: timedelta) -> timedelta:
    """Days and nothing less. Raises `ValueError` where there are hours too."""
    if value % timedelta(days=1):
        raise ValueError("give whole days, such as 2d: people are reminded of action items once a day")
    return value


class DueStep(Frozen):
    """Whom to tell before an action item is due, and when: at which part of the time it was given."""

    tell: TellOfItem
    at: Annotated[int, BeforeValidator(_percent)]


class ItemStep(Frozen):
    """Whom to tell, how many days after it was first due to be told, and how often again."""

    tell: TellOfItem
    after: Duration = timedelta()
    every: Duration = timedelta(days=7)
    times: Annotated[int, Field(ge=1, le=200)] = 1

    @field_validator("after", "every")
    @classmethod
    def _whole_days(cls, value: timedelta) -> timedelta:
        return whole_days(value)

    @field_validator("every")
    @classmethod
    def _a_day_at_least(cls, value: timedelta) -> timedelta:
        if value < timedelta(days=1):
            raise ValueError("give a day at least: people are reminded of action items once a day")
        return value


class ItemRule(Frozen):
    steps: tuple[ItemStep, ...]


class DueRule(Frozen):
    steps: tuple[DueStep, ...]


def _unless_never(value: object) -> object:
    return {"steps": ()} if value == NEVER else value


ITEM_DUE = {"steps": ({"tell": "owner", "at": "50%"}, {"tell": "owner", "at": "80%"}, {"tell": "owner", "at": "100%"})}
ITEM_OVERDUE = {
    "steps": (
        {"tell": "owner", "every": "7d", "times": 52},
        {"tell": "team", "after": "2d", "every": "7d", "times": 52},
        {"tell": "manager", "after": "7d", "every": "7d", "times": 52},
    )
}
ITEM_UNOWNED = {"steps": ({"tell": "commander", "after": "1d", "every": "3d", "times": 10},)}
ITEM_OWNER_LEFT = {
    "steps": (
        {"tell": "manager", "every": "3d", "times": 10},
        {"tell": "commander", "after": "7d", "every": "7d", "times": 10},
    )
}


class ItemNudges(Frozen):
    """Reminders of action items. Each rule can be given steps of its own, or switched off with `never`."""

    leave_in_peace: Duration = timedelta(hours=20)
    """How long nobody is reminded of an item about which somebody just did something."""
    due: Annotated[DueRule, BeforeValidator(_unless_never)] = DueRule.model_validate(ITEM_DUE)
    overdue: Annotated[ItemRule, BeforeValidator(_unless_never)] = ItemRule.model_validate(ITEM_OVERDUE)
    unowned: Annotated[ItemRule, BeforeValidator(_unless_never)] = ItemRule.model_validate(ITEM_UNOWNED)
    owner_left: Annotated[ItemRule, BeforeValidator(_unless_never)] = ItemRule.model_validate(ITEM_OWNER_LEFT)
