"""How reminders look. Pure: what was decided and what became of it in, Block Kit out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.nudges.subjects import Words
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, mrkdwn, when

GONE = "This is not yours to see any more."


@dataclass(frozen=True)
class Silence:
    """Who asked for silence, until when (None: until it is over), and why."""

    by: str
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class Item:
    """One reminder of a message. `words` is None once its case ended: then `done` says so."""

    words: Words | None
    done: str = ""
    acted_by: str | None = None
    acted_at: datetime | None = None
    silence: Silence | None = None


def message(items: Sequence[Item]) -> list[Block]:
    """A message with one reminder or several, each with what can be done about it."""
    shown: list[Block] = []
    for item in items:
        if item.words is None:
            shown.append(kit.section(_done(item)))
            continue
        shown.append(kit.section(item.words.text))
        if item.silence:
            shown.append(kit.context(silence_text(item.silence)))
        elif item.words.buttons:
            shown.append(kit.actions(item.words.buttons))
    return shown


def day(heading: str, items: Sequence[Item], *, more: str) -> list[Block]:
    """The one message of a day: a heading, each reminder with its buttons, and (`more`) what it has no room for."""
    shown: list[Block] = [kit.section(f":bell: *{heading}*"), *message(items)]
    return [*shown, kit.context(more)] if more else shown


def heading(count: int, *, team: str | None) -> str:
    """`3 things need you today`, or `3 things need Payments today`. `team` is plain."""
    whom = mrkdwn(team, 200) if team is not None else "you"
    return f"{count} things need {whom} today" if count != 1 else f"One thing needs {whom} today"


def message_text(items: Sequence[Item]) -> str:
    """What notifications say of it."""
    first = items[0]
    text = first.words.text if first.words else _done(first)
    return f"{text} (and {len(items) - 1} more)" if len(items) > 1 else text


def silence_text(silence: Silence) -> str:
    """`Snoozed until 14:00 by @ada`, as part of a line."""
    if silence.until:
        return f":zzz: Snoozed until {when(silence.until)} by {author(silence.by)}"
    return f":mute: Muted by {author(silence.by)}: {mrkdwn(silence.reason, 600)}"


def _done(item: Item) -> str:
    if not item.done:
        return GONE
    who = f" ({author(item.acted_by)}, {when(item.acted_at)})" if item.acted_by and item.acted_at else ""
    return f":white_check_mark: Done: {item.done}{who}"
