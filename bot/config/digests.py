"""Which channels are sent a digest, when, and of what. Channels subscribe by `/sev digest` too."""

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.config.nudges import DAYS, Day, TimeOfDay
from bot.config.values import Duration, Frozen, Key, Place, TimeZone, UserId

Rhythm = Literal["daily", "weekly"]
Part = Literal["people", "open", "health", "since", "items", "postmortems", "figures"]
Plot = Literal["sevs", "mitigate", "health", "none"]

PARTS: tuple[Part, ...] = ("people", "open", "health", "since", "items", "postmortems", "figures")
GRACE = timedelta(hours=3)
LONGEST_GRACE = timedelta(hours=20)
WORKDAYS, MONDAY = DAYS[:5], DAYS[:1]


class Digest(Frozen):
    """A channel's subscription. Each has a key of its own, by which it is known again when something about it is changed."""

    key: Key
    channel: Place
    rhythm: Rhythm = "daily"
    at: TimeOfDay = time(8, 30)
    days: Annotated[tuple[Day, ...], Field(min_length=1)] | None = None
    """On which days of the week; None: on workdays, and a weekly one on Mondays."""
    time_zone: TimeZone | None = None
    """Whose clock shows that time; None: that of `nudges.time_zone`."""
    teams: tuple[Key, ...] = ()
    workflows: tuple[Key, ...] = ()
    """What it is about: the workflows and items of these teams, and these workflows. Neither: everything."""
    what: Annotated[tuple[Part, ...], Field(min_length=1)] = PARTS
    picture: Plot = "sevs"
    skip_when_empty: bool = False
    counts_private: bool = False
    """Whether whoever reads the channel may know how many private SEVs there are: that, and no more, is then told."""
    grace: Duration = GRACE
    """How late it may still be sent; later, it is left out."""
    tell: UserId | None = None
    """Who is told by direct message when it can't be posted."""

    @property
    def weekdays(self) -> tuple[Day, ...]:
        """The days of the week on which it is sent."""
        return self.days or (MONDAY if self.rhythm == "weekly" else WORKDAYS)

    @field_validator("grace")
    @classmethod
    def _ends_before_the_next(cls, value: timedelta) -> timedelta:
        if not timedelta(minutes=5) <= value <= LONGEST_GRACE:
            raise ValueError("give 5 minutes to 20 hours, so that it is over before the next one is due")
        return value

    @field_validator("days")
    @classmethod
    def _each_day_once(cls, value: tuple[Day, ...] | None) -> tuple[Day, ...] | None:
        return value and tuple(day for day in DAYS if day in value)


def wrong_digests(digests: Sequence[Digest], *, teams: set[str], workflows: set[str]) -> Iterator[str]:
    """A fault for whatever no single setting of a digest shows."""
    keys = [each.key for each in digests]
    yield from (f"digests: {key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    for each in digests:
        place = f"digests.{each.key}"
        yield from (f"{place}.teams: there is no team {key!r}" for key in each.teams if key not in teams)
        yield from (
            f"{place}.workflows: there is no workflow {key!r}" for key in each.workflows if key not in workflows
        )
        if each.rhythm == "weekly" and len(each.weekdays) > 1:
            yield f"{place}.days: a weekly digest has one day"
