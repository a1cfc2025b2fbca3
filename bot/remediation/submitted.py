"""What people filled into the forms of action items, checked. Each raises `Refused` at the field that is wrong."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.config import Config
from bot.errors import Refused
from bot.remediation.drafts import NOBODY, Draft, Owner, Source, checked_day
from bot.remediation.model import ActionItem, ItemKind, Priority
from bot.remediation.service import Change
from bot.remediation.surfaces import owner_of
from bot.slack.visit import USER_ID

Values = Mapping[str, Any]


def draft(values: Values, *, config: Config, today: date, source: Source | None) -> Draft:
    """A new item."""
    return Draft(
        title=values.get("title") or "",
        owner=owner(values, config=config),
        kind=_kind(values),
        priority=_priority(values),
        due_on=day(values, "due", today=today),
        proof=values.get("proof") or "",
        source=source,
    )


def change(values: Values, item: ActionItem, *, config: Config, today: date) -> Change:
    """What is to be different of an item. A due date that is over may stay as it is."""
    shown = item.due_on.isoformat() if item.due_on else None
    due_on = None if values.get("due") in (shown, None) else day(values, "due", today=today)
    wanted = owner(values, config=config, kept=owner_of(item))
    return Change(
        title=values.get("title") or "",
        owner=wanted,
        kind=_kind(values),
        priority=_priority(values),
        due_on=due_on,
        proof=values.get("proof") or "",
        tracker_url=(values.get("tracker") or "").strip(),
    )


def owner(values: Values, *, config: Config, kept: Owner = NOBODY) -> Owner:
    """Who owns it: a person or a team. `kept`: who owned it before, who may be a team that is no more."""
    person, team = values.get("owner") or None, values.get("team") or None
    if person and team and Owner(user=person) != kept and Owner(team=team) != kept:
        raise Refused("Choose a person or a team, not both.", field="team")
    if person and team:  # one of them is the former owner, whom nobody took out
        person, team = (None, team) if Owner(user=person) == kept else (person, None)
    if person and not USER_ID.fullmatch(person):
        raise Refused("Choose somebody of this workspace.", field="owner")
    if team and config.team(team) is None and Owner(team=team) != kept:
        raise Refused("There is no such team any more. Choose another one.", field="team")
    is_gone = kept.team is not None and config.team(kept.team) is None  # so the form could not show it
    return kept if is_gone and not (person or team) else Owner(user=person, team=team)


def day(values: Values, name: str, *, today: date) -> date | None:
    """A day that is still to come; None where none was given."""
    given = values.get(name)
    if not given:
        return None
    try:
        found = date.fromisoformat(str(given))
    except ValueError:
        raise Refused("Choose a day.", field=name) from None
    try:
        return checked_day(found, today=today)
    except Refused as refusal:
        raise Refused(refusal.sentence, field=name) from None


def _kind(values: Values) -> ItemKind:
    if values.get("kind") not in {each.value for each in ItemKind}:
        raise Refused("Choose what it does.", field="kind")
    return ItemKind(values["kind"])


def _priority(values: Values) -> Priority:
    if values.get("priority") not in {each.value for each in Priority}:
        raise Refused("Choose how much it matters.", field="priority")
    return Priority(values["priority"])
