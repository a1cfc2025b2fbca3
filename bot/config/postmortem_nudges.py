"""How people are reminded of postmortems, by rule: with all else they are told that day."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from bot.config.item_nudges import NEVER, whole_days
from bot.config.values import Duration, Frozen

TellOfPostmortem = Literal["owner", "reviewers", "channel", "manager"]


class PostmortemStep(Frozen):
    """Whom to tell, how many days after the rule began to hold, and how often again."""

    tell: TellOfPostmortem
    after: Duration = timedelta()
    every: Annotated[Duration, Field(ge=timedelta(days=1))] = timedelta(days=7)
    times: Annotated[int, Field(ge=1, le=200)] = 1

    @field_validator("after", "every")
    @classmethod
    def _whole_days(cls, value: timedelta) -> timedelta:
        return whole_days(value)


class PostmortemRule(Frozen):
    steps: tuple[PostmortemStep, ...]


def _unless_never(value: object) -> object:
    return {"steps": ()} if value == NEVER else value


MISSING = {"steps": ({"tell": "owner", "after": "1d", "every": "2d", "times": 5}, {"tell": "channel", "after": "3d"})}
LATE = {
    "steps": (
        {"tell": "owner", "every": "2d", "times": 10},
        {"tell": "channel", "after": "2d", "every": "7d", "times": 4},
        {"tell": "manager", "after": "5d", "every": "7d", "times": 8},
    )
}
REVIEW_LATE = {
    "steps": (
        {"tell": "reviewers", "every": "2d", "times": 10},
        {"tell": "channel", "after": "2d", "every": "7d", "times": 4},
        {"tell": "manager", "after": "5d", "every": "7d", "times": 8},
    )
}

Rule = Annotated[PostmortemRule, BeforeValidator(_unless_never)]


class PostmortemNudges(Frozen):
    """Reminders of postmortems. Each rule can be given steps of its own, or switched off with `never`."""

    leave_in_peace: Duration = timedelta(hours=20)
    """How long nobody is reminded of a postmortem about which somebody just did something."""
    missing: Rule = PostmortemRule.model_validate(MISSING)
    """Nobody has begun it. It holds from the SEV's resolution until the postmortem is late."""
    late: Rule = PostmortemRule.model_validate(LATE)
    """The day it was due is over, and it is not in review; or it is approved, and not published."""
    review_late: Rule = PostmortemRule.model_validate(REVIEW_LATE)
    """The days that its reviewers have are over."""
