"""The ladder of each rule about open SEVs: whom it tells, when, and how often again. Pure."""

from collections.abc import Callable
from datetime import datetime

from bot.config import Config, NudgeRule
from bot.nudges.deciding import CHANNEL, PAGE, Case, Step
from bot.nudges.hours import Hours

RULES = ("no_commander", "update_overdue", "open_too_long", "status_stuck", "fields_missing")


def sev_case(
    config: Config,
    name: str,
    *,
    severity: str,
    key: str,
    since: datetime,
    owner: str | None,
    hours: Callable[[str | None], Hours],
    touched_at: datetime | None = None,
) -> Case | None:
    """What a rule finds wrong since a time, or None where it is switched off for that severity.

    `owner` is who is told as the owner; None: nobody can be. `hours` are those of an audience.
    """
    rule: NudgeRule = getattr(config.nudges, name)
    patience = rule.patience(severity)
    if patience is None:
        return None
    level = config.severity(severity)
    pages = level is not None and bool(level.page)
    steps = []
    for step in rule.steps:
        if step.tell == "page" and not pages:
            continue
        to = {"channel": CHANNEL, "page": PAGE}.get(step.tell, owner)
        at_any_time = step.tell == "page" or rule.wakes(severity)
        hours_of_step = None if at_any_time else hours(to)
        steps.append(Step(to=to, after=step.after, every=step.every, times=step.times, hours=hours_of_step))
    return Case(rule=name, key=key, began_at=since + patience, steps=tuple(steps), touched_at=touched_at)
