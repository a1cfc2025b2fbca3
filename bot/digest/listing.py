"""How a channel's digests look in a list. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.config import Config
from bot.config.digests import WORKDAYS
from bot.config.nudges import DAYS
from bot.digest.about import about
from bot.digest.model import DigestIssue, DigestSubscription
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import mrkdwn, when

OPEN_ADD, OPEN_CHANGE, STOP, PREVIEW = "digest.open_add", "digest.open_change", "digest.stop", "digest.preview"


def digests(config: Config, listed: Sequence[tuple[DigestSubscription, DigestIssue | None]]) -> list[Block]:
    """The digests a channel is sent, each with the last one there was, and what can be done about it."""
    shown = [] if listed else [kit.section("This channel is sent no digest.")]
    for subscription, last in listed:
        shown.append(kit.section("\n".join([_summary(config, subscription), _last(subscription, last)])))
        shown.append(kit.actions(_buttons(subscription)))
    add = kit.button("Add a digest…", OPEN_ADD, style=None if listed else "primary")
    return [*shown, *([kit.divider()] if listed else []), kit.actions([add])]


def _summary(config: Config, subscription: DigestSubscription) -> str:
    named = mrkdwn(about(config, subscription), 600)
    rhythm = subscription.rhythm.capitalize()
    at, zone = subscription.at.isoformat("minutes"), mrkdwn(subscription.time_zone, 100)
    quiet = " Nothing is sent when there is nothing to tell." if subscription.skip_when_empty else ""
    return f"*{rhythm}*, {days_text(subscription.days)} at {at} ({zone}), about {named or 'everything'}.{quiet}"


def days_text(days: Sequence[str]) -> str:
    """`Mon, Wed`, `Mon to Fri`, `every day`."""
    if len(days) == len(DAYS):
        return "every day"
    if list(days) == list(WORKDAYS):
        return "Mon to Fri"
    return ", ".join(day.capitalize() for day in DAYS if day in days)


def _last(subscription: DigestSubscription, last: DigestIssue | None) -> str:
    due = f"Next: {when(subscription.next_due_at)}." if subscription.next_due_at else ""
    if subscription.trouble:
        return f":warning: The last one could not be posted: {mrkdwn(subscription.trouble, 300)}. {due}"
    if last is None:
        return due
    if last.posted_at:
        return f"Last: {when(last.posted_at)}. {due}"
    return f"The last one, due {when(last.due_at)}, was not sent{f': {last.left_out}' if last.left_out else ''}. {due}"


def _buttons(subscription: DigestSubscription) -> list[Any]:
    number = str(subscription.id)
    preview = kit.button("Show it now", f"{PREVIEW}:{number}", value=number)
    if subscription.is_configured:
        return [preview]
    question = kit.confirm("Stop this digest?", "The channel is sent no more of it.", yes="Stop it", no="Keep it")
    return [
        preview,
        kit.button("Change…", f"{OPEN_CHANGE}:{number}", value=number),
        kit.button("Stop", f"{STOP}:{number}", value=number, style="danger", confirm=question),
    ]
