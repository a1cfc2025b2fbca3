"""How an item's issue is spoken of to people. Pure."""

from typing import Any

from bot.config import Config
from bot.incidents.model import TimelineEntry
from bot.remediation import listing
from bot.remediation.model import ActionItem
from bot.remediation.trackers import name_of
from bot.remediation.tracking_sides import KEY, may_be_tracked
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.timeline.sentences import sentence

TRACK = "item.track"
ADVICE = {
    "evidence": "Say what shows that it works: press *Done…* below, or type `{command} action done {item} EVIDENCE`.",
    "stranger": "If it is theirs now, give it to them: `{command} action give {item} @who`. So that Sevbot knows them next time, "
    "ask its operator to name them in `tracker.people`.",
    "owner": "If somebody else has it now, give it to them: `{command} action give {item} @who`.",
    "due": "If it is due later, say so: `{command} action due {item} DATE`.",
    "both": "If that was wrong, change it again, on either side.",
    "lost": "Link another issue with `{command} action link {item} PAY-7`, or part from it with `{command} action unlink {item}`.",
    "not_taken": "Change it there, or ask who looks after the project to let Sevbot do it.",
    "refused": "The issue stays as it is there.",
}
"""What a person can do about it, by what was told."""


def issue_name(address: str) -> str:
    """What people call an issue, where its address ends with that."""
    found = KEY.search(address)
    return found[1] if found else "tracker"


def track_buttons(item: ActionItem, config: Config) -> list[Any]:
    """*Create in Jira*, for an item that has no issue and may have one."""
    if not item.is_open or item.tracker_url or not may_be_tracked(config, item.incident):
        return []
    return [kit.button(f"Create in {name_of(config)}", TRACK, value=listing.value_of(item))]


def letter(entry: TimelineEntry, buttons: list[Any], item: ActionItem, config: Config) -> tuple[str, list[Block]]:
    """What who owes an item is told of its issue: the entry's sentence, what to do about it, and the item's buttons."""
    advice = ADVICE.get(str(entry.data.get("what")), "").format(command=NAME, item=item.name)
    text = " ".join(part for part in (sentence(entry, config), advice) if part)
    return text, [kit.section(text), *([kit.actions(buttons)] if buttons else [])]
