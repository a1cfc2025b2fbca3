"""How a status update looks: on the card, as a line in the channel, and to those who subscribed. Pure."""

from datetime import datetime

from bot.config import Config
from bot.incidents.model import TimelineEntry
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, clip, mrkdwn, one_line, when

OPEN_UPDATE = "incident.open_update"
SUBSCRIBE = "incident.subscribe"
UNSUBSCRIBE = "incident.unsubscribe"


def latest(update: TimelineEntry, limit: int) -> str:
    """The latest update as the card and the announcements show it; more than `limit` of its text is cut off."""
    return f"*Latest update* by {author(update.actor)}, {when(update.at)}\n{mrkdwn(update.text, limit)}"


def said(config: Config, update: TimelineEntry) -> list[Block]:
    """An update as it is posted: who, what, and when there will be news."""
    shown = [kit.section(_head(config, update)), kit.section(mrkdwn(update.text, 2900))]
    due = update.data.get("next_update_at")
    if due:
        shown.append(kit.context(f"Next update {when(datetime.fromisoformat(due))}"))
    return shown


def said_text(config: Config, update: TimelineEntry) -> str:
    """What notifications say of an update."""
    return f"{_head(config, update)} {mrkdwn(clip(one_line(update.text), 500), 2000)}"


def _head(config: Config, update: TimelineEntry) -> str:
    who = author(update.actor)
    if "after" not in update.data:
        return f"*Update* by {who}:"
    status = config.status(update.data["after"])
    return f"*Update* by {who}, who set the status to *{f'{status.emoji} {mrkdwn(status.label, 60)}'.strip()}*:"
