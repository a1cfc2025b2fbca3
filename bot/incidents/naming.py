"""What a SEV's channel is called. Pure."""

from datetime import datetime

from bot.config import Config
from bot.slack.text import CHANNEL_NAME_LIMIT, slug

LONGEST_SUFFIX = len("-999")


def channel_name(config: Config, *, number: int, title: str, is_private: bool) -> str:
    """The name from the template, within Slack's 80 characters of `[a-z0-9_-]`. A private SEV's never holds its title."""
    template = config.channels.private_name if is_private else config.channels.name
    without_title = template.replace("{number}", str(number)).replace("{title}", "")
    room = CHANNEL_NAME_LIMIT - LONGEST_SUFFIX - len(without_title)
    words = slug(title, max(room, 0)) if "{title}" in template else ""
    return template.replace("{number}", str(number)).replace("{title}", words).strip("-_") or f"sev-{number}"


def next_name(first: str, taken: str) -> str:
    """The name to try when `taken` belongs to another channel: `first`, then `first-2`, `first-3` and so on."""
    suffix = taken.removeprefix(first).removeprefix("-")
    return f"{first}-{int(suffix) + 1 if suffix.isdigit() else 2}"


def emergency_name(*, title: str, is_private: bool, at: datetime) -> str:
    """The name of a channel that is made while there is no number to be had. A private SEV's never holds its title."""
    start, end = "sev-new-", f"{at:%H%M}"
    words = "" if is_private else slug(title, CHANNEL_NAME_LIMIT - LONGEST_SUFFIX - len(start) - len(end) - 1)
    return f"{start}{words}-{end}" if words else f"{start}{end}"
