"""What is forgotten, and after how long."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.config.nudges import TimeOfDay
from bot.config.values import Duration, Frozen, parse_duration

FOREVER = "forever"
SEV = re.compile(r"(?:SEV-)?([1-9][0-9]{0,8})", re.IGNORECASE)


def _age(value: object) -> object:
    return None if value == FOREVER else parse_duration(value)


def _number(value: object) -> object:
    """`SEV-42`, or 42, as its number."""
    found = SEV.fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is no SEV: write SEV-42")
    return int(found[1])


Age = Annotated[timedelta | None, BeforeValidator(_age)]
"""None: for ever."""


class Retention(Frozen):
    """How long things are kept. What is not named here stays for ever, or goes with what it belongs to."""

    at: TimeOfDay | None = None
    """When SEVs, texts, the audit trail and deliveries are forgotten, each night; None: only by `sevbot retention --apply`."""
    sevs: Age = None
    """How long a SEV is kept after it was over, with all that belongs to it."""
    drills: Age = None
    unfinished: Literal["keep", "forget"] = "keep"
    """What becomes of a SEV that has open action items, or a postmortem that was begun and not published."""
    keep: tuple[Annotated[int, Field(ge=1), BeforeValidator(_number)], ...] = ()
    """The numbers of SEVs that nothing is forgotten of."""
    private_text: Age = None
    """How long the words of messages stay on the timelines of private SEVs that are over."""
    audit: Age = None
    sent: Age = None
    """How long is kept what was sent and concerns no SEV, and what webhooks were told."""
    inbound: Duration = timedelta(days=7)
    answers: Duration = timedelta(days=7)
    problems: Duration = timedelta(days=180)
    counts: Duration = timedelta(days=800)


SHORTEST = {
    "sevs": timedelta(days=30), "drills": timedelta(days=7), "private_text": timedelta(days=7), "audit": timedelta(days=90),
    "sent": timedelta(days=30), "inbound": timedelta(days=2), "answers": timedelta(days=1), "problems": timedelta(days=14),
    "counts": timedelta(days=100),
}  # fmt: skip
"""Less would be a slip, or take away what the bot works with."""


def without_effect(rules: Retention) -> list[str]:
    """What of it does nothing by itself, though somebody may expect that."""
    ages = [name for name in ("sevs", "drills", "private_text", "audit", "sent") if getattr(rules, name) is not None]
    if rules.at is None and ages:
        return [f"retention: without `at`, only `sevbot retention --apply` forgets what {', '.join(ages)} name"]
    if rules.at is not None and not ages:
        return ["retention.at: all is kept for ever, so that nothing is forgotten then"]
    return []


def wrong_retention(rules: Retention) -> list[str]:
    """What is wrong with it, each fault with its place."""
    return [
        f"retention.{name}: give {least.days}d at least"
        for name, least in SHORTEST.items()
        if (given := getattr(rules, name)) is not None and given < least
    ]
