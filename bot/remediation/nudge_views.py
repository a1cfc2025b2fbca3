"""How reminders of action items read, and what can be done about them. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.config import Config, Team
from bot.nudges.deciding import TEAM
from bot.nudges.subjects import Words
from bot.remediation.days import day_text
from bot.remediation.item_views import heading, item_buttons, owner_text
from bot.remediation.ladders import OWNER_LEFT, UNOWNED, Ladders, Promise
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.surfaces import owner_of
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, user


def words(
    item: ActionItem,
    promise: Promise,
    ladders: Ladders,
    rule: str,
    *,
    audience: str,
    config: Config,
    now: datetime,
) -> Words:
    """A reminder as its audience reads it: what is owed, since when, and why they are told, where it is not theirs."""
    lines = [heading(item), sentence(item, promise, ladders, rule, audience=audience, config=config, now=now)]
    if audience != promise.owner and not audience.startswith(TEAM):
        lines.append(f"_{because(promise, ladders, rule, audience=audience)}_")
    return Words("\n".join(lines), item_buttons(item))


def sentence(
    item: ActionItem,
    promise: Promise,
    ladders: Ladders,
    rule: str,
    *,
    audience: str,
    config: Config,
    now: datetime,
) -> str:
    """What is wrong with it."""
    whose = owner_text(owner_of(item), config)
    is_its_own = audience in (promise.owner, f"{TEAM}{promise.team}")
    due = _due(promise.due_on, now.astimezone(ZoneInfo(ladders.zone)).date())
    if rule == OWNER_LEFT:
        return f"{due}, but {whose} has left. Hand it over to somebody."
    if rule == UNOWNED and promise.team:
        return f"{due}, but its team {mrkdwn(promise.team, 100)} is no more. Give it an owner."
    if rule == UNOWNED:
        return f"{due}, but nobody owns it. Give it an owner."
    return f"{due}." if is_its_own else f"{due}, owned by {whose}."


def _due(due_on: date | None, today: date) -> str:
    """`Due Thu 24 Dec 2026`, and how late that is."""
    if due_on is None:
        return "Due at no date"
    late = (today - due_on).days
    if late == 0:
        return f"Due today, {day_text(due_on)}"
    return f"Due {day_text(due_on)}" + (f", *{late} day{'' if late == 1 else 's'} late*" if late > 0 else "")


def because(promise: Promise, ladders: Ladders, rule: str, *, audience: str) -> str:
    """Why somebody is told of what is not theirs."""
    team = ladders.team
    name = mrkdwn(team.name, 200) if team else ""
    if team and audience == team.manager:
        return told_as_manager(team)
    led = "You are told since you led this SEV."
    if rule == UNOWNED:
        return led
    if team is None:
        owner = user(promise.owner) if promise.owner else "Its owner"
        return f"{led} {owner} is in no team of Sevbot's configuration."
    if team.manager is None:
        return f"{led} {name} has no manager in Sevbot's configuration."
    return f"{led} The manager of {name}, {user(team.manager)}, can't be told."


def told_as_manager(team: Team) -> str:
    """Why a team's manager is told of what is the team's."""
    name = mrkdwn(team.name, 200)
    no_channel = "" if team.channel else f" {name} has no channel in Sevbot's configuration."
    return f"You are told as the manager of {name}.{no_channel}"


def done(item: ActionItem, rule: str, config: Config, *, has_left: bool) -> str:
    """What is said of a reminder once there is nothing to remind of any more. `has_left`: its owner did."""
    if not item.is_open:
        return closed(item)
    name = _name(item)
    whose = owner_text(owner_of(item), config)
    if has_left:
        return f"{name} does not wait for {whose} any more, who has left. It needs another owner."
    if rule in (UNOWNED, OWNER_LEFT):
        return f"{name} is now owned by {whose}."
    return f"{name} is due {day_text(item.due_on) if item.due_on else 'at no date'}, owned by {whose}."


def closed(item: ActionItem) -> str:
    """How a closed item ended."""
    ends = {ItemState.DONE: "is done", ItemState.WONT_DO: "won't be done"}
    return f"{_name(item)} {ends.get(ItemState(item.state), 'was taken back')}."


def _name(item: ActionItem) -> str:
    """Its number and title, not struck through: what became of it follows."""
    lock = ":lock: " if item.incident.is_private else ""
    return f"{lock}*{item.name}* {mrkdwn(item.title, 900)}"


def more(audience: str) -> str:
    """How a person, or a team, sees all of theirs."""
    if audience.startswith(TEAM):
        return f"`{NAME} items {audience.removeprefix(TEAM)} overdue` shows what is late."
    return f"`{NAME} mine` shows all of yours."
