"""Who is reminded of an action item, when, and why they: its owner, the team's channel, its manager, whoever led the SEV. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config import Config, Team
from bot.config.item_nudges import ItemRule, TellOfItem
from bot.directory.people import BOT, Person
from bot.nudges.deciding import TEAM, Case, Step
from bot.nudges.hours import Hours
from bot.nudges.places import hours_of, team_hours, team_of_person

A_DAY = timedelta(days=1)
ALL_OF_IT = 100
"""The part of the time it was given, in percent, that ends on the day it is due."""
DUE, OVERDUE, UNOWNED, OWNER_LEFT = "item_due", "item_overdue", "item_unowned", "item_owner_left"
RULES = {
    DUE: "item due soon",
    OVERDUE: "item overdue",
    UNOWNED: "item without an owner",
    OWNER_LEFT: "owner of an item left",
}
"""Each rule, as people read it."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What is known of an open action item when its reminders are decided."""

    opened_at: datetime
    """When it was made, or opened again."""
    due_on: date | None
    owner: str | None = None
    team: str | None = None
    """The team that owns it; at most one of the two is there."""
    lead: str
    """Who commanded its SEV last, or else declared it."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """What is remembered of those whom it concerns."""
    members: frozenset[str] | None = None
    """Who may hear of it; None: everybody."""
    touched_at: datetime | None = None


class Ladders:
    """The reminders of one open action item by a configuration."""

    def __init__(self, config: Config, promise: Promise) -> None:
        self._config = config
        self._promise = promise
        self._rules = config.nudges.items
        own = promise.team or (team_of_person(config, promise.owner) if promise.owner else None)
        self.team: Team | None = config.team(own) if own else None
        """Whose item it is in the end."""

    def cases(self, now: datetime) -> tuple[Case, ...]:
        """What is wrong with it, or soon will be. That it was to be due stays true when it is late."""
        promise = self._promise
        if not self.is_owned:
            opened = f"{int(promise.opened_at.timestamp())}"
            found = [self._case(UNOWNED, opened, promise.opened_at, self._rules.unowned)]
        elif promise.owner and self.has_left(promise.owner):
            found = [self._case(OWNER_LEFT, promise.owner, promise.opened_at, self._rules.owner_left)]
        elif promise.due_on is None:
            found = []
        else:
            found = [self._due(promise.due_on)]
            due_at = self.due_at(promise.due_on)
            if now >= due_at:
                began_at = max(due_at, promise.opened_at)
                found.append(self._case(OVERDUE, self._key(promise.due_on), began_at, self._rules.overdue))
        return tuple(each for each in found if each.steps)

    def changes_at(self, now: datetime) -> datetime | None:
        """When it will be late, if that is still to come."""
        due_on = self._promise.due_on
        due_at = self.due_at(due_on) if due_on and self.is_owned else None
        return due_at if due_at and now < due_at else None

    def due_at(self, day: date) -> datetime:
        """When a due date is over: as the day ends where the owner lives."""
        return self._midnight(day + A_DAY)

    def has_left(self, user_id: str) -> bool:
        """Whether somebody's account was closed."""
        person = self._promise.people.get(user_id)
        return person is not None and person.is_deactivated

    def to(self, tell: TellOfItem) -> str | None:
        """Who is meant: a person's id, a team's channel, or None where there is nobody else to tell."""
        owner = self._promise.owner
        if tell == "owner" and owner:
            return owner if self._may_be_told(owner) else None
        ways = {
            "owner": (self._channel, self._manager, self._promise.lead),
            "team": (self._channel,),
            "manager": (self._manager, self._promise.lead),
            "commander": (self._promise.lead,),
        }
        found = next((each for each in ways[tell] if each and self._may_be_told(each)), None)
        return None if found == owner else found

    def hours(self, audience: str) -> Hours:
        """When somebody, or a team's channel, is told what is said once a day."""
        working = self._config.nudges.daily_hours
        if audience.startswith(TEAM):
            return team_hours(self._config, audience.removeprefix(TEAM), working)
        return hours_of(self._config, audience, self._promise.people.get(audience), working)

    @property
    def is_owned(self) -> bool:
        """Whether a person, or a team that still is one, owes it."""
        promise = self._promise
        return bool(promise.owner or (promise.team and self._config.team(promise.team)))

    @property
    def _channel(self) -> str | None:
        """The team's channel. Nothing of a private SEV is ever said there."""
        return f"{TEAM}{self.team.key}" if self.team and self.team.channel and self._promise.members is None else None

    @property
    def _manager(self) -> str | None:
        return self.team.manager if self.team else None

    def _may_be_told(self, audience: str) -> bool:
        if audience.startswith(TEAM):
            return True
        if audience == BOT.user_id:  # it declared the SEV by itself
            return False
        members = self._promise.members
        return not self.has_left(audience) and (members is None or audience in members)

    def _due(self, due_on: date) -> Case:
        """Before it is due: at parts of the time it was given, and on the day."""
        promise, began_at = self._promise, self._promise.opened_at
        opened_on = began_at.astimezone(ZoneInfo(self.zone)).date()
        given = max((due_on - opened_on).days, 0)
        rungs = sorted(self._rules.due.steps, key=lambda step: step.at)
        days = [opened_on + A_DAY * -(-given * rung.at // 100) for rung in rungs]
        begins = [max(self._midnight(day) - began_at, timedelta()) for day in days]
        ends = [*begins[1:], self.due_at(due_on) - began_at][: len(begins)]  # there may be no rungs at all
        if promise.touched_at:
            ends = [
                begin if rung.at < ALL_OF_IT and self._is_answered(rung.tell, began_at + begin) else end
                for rung, begin, end in zip(rungs, begins, ends, strict=True)
            ]
        steps = tuple(
            self._step(rung.tell, after=after, before=before)
            for rung, after, before in zip(rungs, begins, ends, strict=True)
        )
        return Case(
            rule=DUE, key=self._key(due_on), began_at=began_at, steps=steps, touched_at=promise.touched_at,
            peace=self._rules.leave_in_peace,
        )  # fmt: skip

    def _is_answered(self, tell: TellOfItem, begins_at: datetime) -> bool:
        """Whether somebody thought of it since it could be said: then only what comes after that is worth a word.

        What they did before the working day began on which it was to be said (in the night, at the weekend) answers nothing.
        """
        to, touched_at = self.to(tell), self._promise.touched_at
        could_be_said = self.hours(to).slot_from(begins_at) if to else begins_at
        return touched_at is not None and could_be_said < touched_at

    def _case(self, rule: str, key: str, began_at: datetime, settings: ItemRule) -> Case:
        steps = tuple(
            self._step(each.tell, after=each.after, every=each.every, times=each.times) for each in settings.steps
        )
        return Case(
            rule=rule, key=key, began_at=began_at, steps=steps, touched_at=self._promise.touched_at,
            peace=self._rules.leave_in_peace, climbs=True,
        )  # fmt: skip

    def _step(
        self,
        tell: TellOfItem,
        *,
        after: timedelta,
        before: timedelta | None = None,
        every: timedelta = A_DAY,
        times: int = 1,
    ) -> Step:
        to = self.to(tell)
        hours = self.hours(to) if to else None
        return Step(to=to, after=after, before=before, every=every, times=times, hours=hours, is_daily=True)

    def _key(self, due_on: date) -> str:
        """Another due date, or another opening, is another occurrence."""
        return f"{due_on.isoformat()}:{int(self._promise.opened_at.timestamp())}"

    @property
    def zone(self) -> str:
        """Where the day of the due date ends."""
        owner, team = self._promise.owner, self._promise.team
        return self.hours(owner or f"{TEAM}{team}").zone

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
