"""How action items look: one of them as a line, with its buttons, in lists, on the card, in a thread. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.config import Config
from bot.remediation import listing
from bot.remediation.days import day_text, lateness
from bot.remediation.drafts import NOBODY, Owner
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.reading import Count, Page, Wanted
from bot.remediation.surfaces import owner_of
from bot.remediation.tracking_views import issue_name, track_buttons
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import clip, escape, link, mrkdwn, one_line, user

DONE, UNDO, TURN, HAND_OVER, MINE = "item.done", "item.undo", "item.turn", "item.hand_over", "item.mine"
OPEN_DONE, OPEN_SNOOZE, OPEN_GIVE, OPEN_WONT_DO, OPEN_DUE, OPEN_EDIT, OPEN_ADD = (
    f"item.open_{what}" for what in ("done", "snooze", "give", "wont_do", "due", "edit", "add")
)
STATES = {
    ItemState.OPEN: "open",
    ItemState.IN_PROGRESS: "in progress",
    ItemState.DONE: "done",
    ItemState.WONT_DO: "won't do",
    ItemState.WITHDRAWN: "taken back",
}
KIND_LABELS = {"prevent": "prevent", "detect": "detect", "mitigate": "mitigate", "process": "process"}
MOST_CLOSED = 10
MOST_AT_HOME = 10
MOST_NAMED = 10


def owner_text(owner: Owner, config: Config) -> str:
    """Who owes it, in mrkdwn."""
    if owner == NOBODY:
        return "nobody yet"
    return user(owner.user) if owner.user else team_text(owner.team or "", config)


def team_text(key: str, config: Config) -> str:
    """A team's name; one that was taken out of the configuration keeps its key."""
    team = config.team(key)
    return mrkdwn(team.name if team else key, 200)


def heading(item: ActionItem, limit: int = 900) -> str:
    """`*SEV-42/2* Add a circuit breaker`, struck through once it is closed."""
    lock = ":lock: " if item.incident.is_private else ""
    title = mrkdwn(item.title, limit)
    return f"{lock}*{item.name}* {title if item.is_open else f'~{title}~'}"


def due_text(item: ActionItem, today: date | None = None) -> str:
    """`due Thu 24 Dec 2026`, and how late that is today, where it is said for the moment only."""
    if item.due_on is None:
        return "due at no date"
    if item.due_on == today and item.is_open:
        return f"*due today*, {day_text(item.due_on)}"
    late = lateness(item.due_on, today) if today and item.is_open else ""
    return f"due {day_text(item.due_on)}{f', *{late}*' if late else ''}"


def facts(item: ActionItem, config: Config, today: date | None = None, *, address: str = "") -> str:
    """Whose it is, how much it matters, by when, and what there is to look at."""
    found = [owner_text(owner_of(item), config), item.priority, item.kind, due_text(item, today)]
    if item.state != ItemState.OPEN:
        found.append(f"*{STATES.get(ItemState(item.state), item.state)}*")
    if address:
        found.append(link(address, "message"))
    if item.tracker_url:
        found.append(link(item.tracker_url, issue_name(item.tracker_url)))
    return "  |  ".join(found)


def item_text(item: ActionItem, config: Config, today: date | None = None, *, address: str = "") -> str:
    """An item as two lines or three, in mrkdwn."""
    lines = [heading(item), facts(item, config, today, address=address)]
    if item.is_open and item.proof:
        lines.append(f"To be proven: {mrkdwn(clip(one_line(item.proof), 300), 900)}")
    if item.evidence:
        lines.append(f"Shown by: {mrkdwn(clip(one_line(item.evidence), 300), 900)}")
    if item.state == ItemState.WONT_DO:
        lines.append(f"Why: {mrkdwn(clip(one_line(item.reason), 300), 900)}")
    return "\n".join(lines)


def item_buttons(item: ActionItem, wanted: Wanted | None = None) -> list[Any]:
    """What can be done about an open item. `wanted` is the list it stands in. What is to be proven asks for the evidence."""
    if not item.is_open:
        return []
    value = listing.value_of(item, wanted)
    done = kit.button("Done…", OPEN_DONE, value=value) if item.proof else kit.button("Done", DONE, value=value)
    return [
        done,
        kit.button("Snooze…", OPEN_SNOOZE, value=value),
        kit.button("Reassign…", OPEN_GIVE, value=value),
        kit.button("Won't do…", OPEN_WONT_DO, value=value),
    ]


def more_buttons(item: ActionItem) -> list[Any]:
    """What can be done besides, where there is room for it."""
    value = listing.value_of(item)
    if not item.is_open:
        return []
    return [kit.button("Due date…", OPEN_DUE, value=value), kit.button("Edit…", OPEN_EDIT, value=value)]


def mine_button() -> Any:
    """What shows everybody what they owe."""
    return kit.button("My items", MINE)


def items_page(
    page: Page,
    wanted: Wanted,
    config: Config,
    *,
    title: str,
    today: date,
    closed: Sequence[ActionItem] = (),
    said: str = "",
) -> list[Block]:
    """A page of a list, with what leads to the next one. `said` is what was just done."""
    shown = [kit.section(said)] if said else []
    shown.append(kit.section(f"*{title}*"))
    for item in page.items:
        shown.append(kit.section(item_text(item, config, today)))
        shown.append(kit.actions([*item_buttons(item, wanted), *more_buttons(item), *track_buttons(item, config)]))
    if not page.items:
        shown.append(kit.section("There are no more." if wanted.after else "Nothing is owed. :tada:"))
    if closed and not wanted.after:
        shown.append(kit.context("\n".join(_closed_line(item) for item in closed[:MOST_CLOSED])))
    turns = _turns(page, wanted)
    return [*shown, kit.actions(turns)] if turns else shown


def _closed_line(item: ActionItem) -> str:
    why = item.evidence or item.reason
    said = f": {mrkdwn(clip(one_line(why), 80), 200)}" if why else ""
    return f"{heading(item, 100)}  {STATES.get(ItemState(item.state), item.state)}{said}"


def _turns(page: Page, wanted: Wanted) -> list[Any]:
    buttons = []
    if wanted.after:
        first = Wanted(wanted.sev, wanted.owner, wanted.is_overdue)
        buttons.append(kit.button("First page", f"{TURN}:first", value=listing.encoded(first)))
    if page.has_more:
        further = Wanted(wanted.sev, wanted.owner, wanted.is_overdue, listing.next_after([*page.items]))
        buttons.append(kit.button("More", f"{TURN}:more", value=listing.encoded(further)))
    return buttons


def handover_preview(
    items: Sequence[ActionItem], former: Owner, new: Owner, config: Config, *, has_more: bool
) -> list[Block]:
    """What would change hands, and the button that does it."""
    count = f"{'The first ' if has_more else ''}{_numbered(len(items))}"
    ask = f"{count} of {owner_text(former, config)} would go to {owner_text(new, config)}. Due dates stay."
    named = [f"• {heading(item, 150)}" for item in items[:MOST_NAMED]]
    if len(items) > MOST_NAMED:
        named.append(f"and {len(items) - MOST_NAMED} more")
    value = f"{listing.encoded_owner(former)} {listing.encoded_owner(new)}"
    button = kit.button("Hand over", HAND_OVER, value=value, style="primary")
    return [kit.section(ask), kit.section("\n".join(named)), kit.actions([button])]


def handed_over(
    given: Sequence[ActionItem], kept: Sequence[tuple[ActionItem, str]], new: Owner, config: Config, *, has_more: bool
) -> str:
    """What became of it."""
    parts = [f"{_numbered(len(given))} went to {owner_text(new, config)}."]
    parts += [f"{item.name} stays: {sentence}" for item, sentence in kept[:MOST_NAMED]]
    if len(kept) > MOST_NAMED:
        parts.append(f"{len(kept) - MOST_NAMED} others stay too.")
    if has_more:
        parts.append("There are more: ask for the handover again.")
    return "\n".join(parts)


def list_title(wanted: Wanted, config: Config) -> str:
    """What a list shows, in mrkdwn."""
    late = "Overdue action items" if wanted.is_overdue else "Action items"
    if wanted.sev is not None:
        return f"{late} of SEV-{wanted.sev}"
    if wanted.owner is None:
        return late
    return f"{late} of nobody" if wanted.owner == NOBODY else f"{late} of {owner_text(wanted.owner, config)}"


def _numbered(count: int) -> str:
    return f"{count} action item{'' if count == 1 else 's'}"


def card_line(count: Count) -> str:
    """What a SEV's card says of its items: `3 action items, 1 overdue, 2 done`; empty where there are none."""
    parts = [_numbered(count.open)] if count.open else []
    if count.overdue:
        parts.append(f"*{count.overdue} overdue*")
    if count.done:
        parts.append(
            f"{count.done} done" if parts else f"{count.done} action item{'' if count.done == 1 else 's'} done"
        )
    return f":hammer_and_wrench: {', '.join(parts)}" if parts else ""


def at_home(page: Page, teams: Mapping[str, Count], config: Config, *, today: date) -> list[Block]:
    """What somebody owes, to act in place, and how much their teams do; nothing where nothing is owed."""
    owed = [
        f"{team_text(key, config)} owes {_numbered(count.open)}"
        f"{f', *{count.overdue} overdue*' if count.overdue else ''}: `{NAME} items {key}`"
        for key, count in teams.items()
        if count.open
    ]
    shown: list[Block] = []
    for item in page.items:
        shown.append(kit.section(item_text(item, config, today)))
        shown.append(kit.actions([*item_buttons(item), *more_buttons(item)]))
    if page.has_more:
        shown.append(kit.context(f"There are more: `{NAME} mine` shows them."))
    if owed:
        shown.append(kit.context("\n".join(owed[:10])))
    return [kit.header("My action items"), *shown] if shown else []


def thread_text(item: ActionItem) -> str:
    """What notifications say of an item in its message's thread."""
    if item.state == ItemState.WITHDRAWN:
        return f"{item.name} was taken back."
    return f"Action item {item.name}: {mrkdwn(item.title, 300)}"


def in_thread(item: ActionItem, config: Config) -> list[Block]:
    """The same with what can be done about it; *Undo* while it is nothing but a reaction."""
    if item.state == ItemState.WITHDRAWN:
        return [kit.section(thread_text(item))]
    shown = [kit.section(item_text(item, config))]
    if owner_of(item) == NOBODY and item.is_open:
        shown.append(kit.context(unowned_hint(item)))
    value = listing.value_of(item)
    undo = [kit.button("Undo", UNDO, value=value)] if item.is_tagged else []
    done, _, *others = item_buttons(item) or [None, None]
    buttons = [*undo, done, *others, *more_buttons(item), *track_buttons(item, config)] if done else []
    return [*shown, kit.actions(buttons)] if buttons else shown


def unowned_hint(item: ActionItem) -> str:
    """How to say whose it is."""
    return f"Nobody owns it yet: `{NAME} action give {item.name} @who`, or a team."


def added_text(item: ActionItem, config: Config) -> str:
    """What is answered to somebody who added an item."""
    owner = owner_of(item)
    whose = f" for {owner_text(owner, config)}" if owner != NOBODY else ""
    hint = f" {unowned_hint(item)}" if owner == NOBODY else ""
    return f"{item.name} is added{whose}, {due_text(item)}: {escape(clip(item.title, 150))}.{hint}"
