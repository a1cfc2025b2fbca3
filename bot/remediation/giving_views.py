"""How people read what others gave them to do. Pure."""

from collections.abc import Sequence

from bot.config import Config
from bot.incidents.model import TimelineEntry
from bot.nudges.views import GONE
from bot.remediation import nudge_views
from bot.remediation.giving import Recipient
from bot.remediation.item_views import due_text, heading, item_buttons, owner_text
from bot.remediation.model import ActionItem
from bot.remediation.surfaces import owner_of
from bot.remediation.tracking_views import issue_name
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, clip, link, mrkdwn, one_line

LISTED = 10
"""Of how many items one message tells; the others it counts."""


def given(entry: TimelineEntry, items: Sequence[ActionItem], to: Recipient) -> tuple[str, list[Block]]:
    """What somebody was given, with what can be done about it. `entry` is the deed; one item is an open one."""
    if len(items) > 1:
        return _many(entry, items, to)
    (item,) = items
    if entry.kind == "item_reopened":
        whose = "is yours" if to.team is None else f"belongs to {_whom(to)}"
        text = f"{author(entry.actor)} opened {_name(item)} again, which {whose}: {_title(item)}, {due_text(item)}."
    else:
        text = f"{author(entry.actor)} gave {_whom(to)} {_name(item)}: {_title(item)}, {due_text(item)}."
    shown: list[Block] = [kit.section(f":hammer_and_wrench: {text}"), kit.context(_facts(item))]
    if to.team and to.user:
        shown.append(kit.context(f"_{nudge_views.told_as_manager(to.team)}_"))
    return text, [*shown, kit.actions(item_buttons(item))]


def over(item: ActionItem, config: Config, *, may_see: bool) -> tuple[str, list[Block]]:
    """What stands there once nothing of it is to be done any more: what became of the item by which that is so."""
    if not may_see:
        return GONE, [kit.section(GONE)]
    text = (
        nudge_views.closed(item)
        if not item.is_open
        else f"{heading(item)} is now owned by {owner_text(owner_of(item), config)}."
    )
    return text, [kit.section(f":white_check_mark: {text}")]


def _many(entry: TimelineEntry, items: Sequence[ActionItem], to: Recipient) -> tuple[str, list[Block]]:
    former = (entry.data.get("changes") or {}).get("owner", [None])[0] or {}
    whose = ""
    if former.get("user") not in (None, entry.actor):
        whose = f" of {author(former['user'])}"
    elif former.get("team"):
        whose = f" of {mrkdwn(former['team'], 200)}"
    text = f"{author(entry.actor)} gave {_whom(to)} {len(items)} action items{whose}"
    named = [f"• {heading(item, 150)}, {due_text(item)}" for item in items[:LISTED]]
    left = len(items) - LISTED
    more = f"{f'And {left} more: ' if left > 0 else ''}{nudge_views.more(to.audience)}"
    return text, [kit.section(f":hammer_and_wrench: {text}:\n" + "\n".join(named)), kit.context(more)]


def _name(item: ActionItem) -> str:
    return f"{':lock: ' if item.incident.is_private else ''}*{item.name}*"


def _title(item: ActionItem) -> str:
    return mrkdwn(item.title, 900)


def _whom(to: Recipient) -> str:
    return mrkdwn(to.team.name, 200) if to.team else "you"


def _facts(item: ActionItem) -> str:
    """What it comes from, and what else one must know to begin with it."""
    title = mrkdwn(clip(item.incident.title, 150), 400)
    found = [f"{item.incident.name} {title}", item.priority, item.kind]
    if item.proof:
        found.append(f"to be proven: {mrkdwn(clip(one_line(item.proof), 200), 600)}")
    if item.tracker_url:
        found.append(link(item.tracker_url, issue_name(item.tracker_url)))
    return "  |  ".join(found)
