"""What the operators' channel is told of the configuration: the notification's text, and the message. Pure."""

from collections.abc import Sequence

from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import mrkdwn

LISTED = 10
LINE = 250


def refused(faults: Sequence[str]) -> tuple[str, list[Block]]:
    """A change that cannot be used, and why."""
    text = "The configuration was changed and can't be used, so the one before stays."
    return text, [kit.section(f":warning: *{text}* Mend this, and it is read again:"), *_listed(faults)]


def not_used(said: Sequence[str]) -> tuple[str, list[Block]]:
    """What of the configuration does nothing, or not what it seems to."""
    text = "Not everything in the configuration does what it says."
    return text, [kit.section(f":information_source: *{text}*"), *_listed(said)]


def changed_since() -> tuple[str, list[Block]]:
    """What becomes of either once the files are others."""
    text = "What was said here of the configuration is over: it was changed since."
    return text, [kit.section(f":white_check_mark: {text}")]


def _listed(said: Sequence[str]) -> list[Block]:
    lines = [f"• {mrkdwn(each, LINE)}" for each in said[:LISTED]]
    blocks = [kit.section("\n".join(lines))]
    if len(said) > LISTED:
        blocks.append(kit.context(f"There are {len(said)} in all: `sevbot check` lists them."))
    return blocks
