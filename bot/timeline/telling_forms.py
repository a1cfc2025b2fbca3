"""The forms of this room: mend an entry, write down a SEV afterwards, adopt a channel, add pinned messages. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.config import Category, Config
from bot.incidents.forms import workflow_options
from bot.incidents.model import SUMMARY_LIMIT, TITLE_LIMIT, Incident, TimelineEntry
from bot.incidents.views import TIME_LABELS
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import clip, length, one_line, when
from bot.slack.visit import View, metadata
from bot.timeline.adopting import PinnedMessage
from bot.timeline.mending import KEPT, TEXT_LIMIT, has_own_words
from bot.timeline.sentences import sentence

ENTRY = "timeline.entry"
BACKFILL = "timeline.backfill"
ADOPT = "timeline.adopt"
PINNED = "timeline.pinned"
WITHDRAW = "timeline.withdraw"
RESTORE = "timeline.restore"
PAST_TIMES = ("started_at", "detected_at", "mitigated_at", "resolved_at")
TICKS = 10
"""How many boxes one field may hold."""
MOST_TICKS = 80


def entry(config: Config, incident: Incident, number: int, found: TimelineEntry) -> View:
    """One entry: its words, if they are a person's, its time, and a button to take it away or bring it back."""
    shown: list[Block] = [kit.section(sentence(found, config))]
    if not has_own_words(found):
        shown.append(kit.context("This happened by itself, so its words stay as they are."))
    elif length(found.text) > TEXT_LIMIT:
        shown.append(kit.context(f"Its text is longer than a form can hold ({TEXT_LIMIT} characters), so it stays."))
    else:
        text = kit.text_input("text", initial=found.text, limit=TEXT_LIMIT, multiline=True)
        shown.append(kit.field("text", "Text", text))
    shown.append(kit.field("at", "Time", kit.moment_input("at", int(found.at.timestamp()))))
    if found.withdrawn_at:
        shown.append(kit.context(f"It was withdrawn {when(found.withdrawn_at)}."))
        shown.append(kit.actions([kit.button("Restore", RESTORE, value=f"{incident.number}:{number}")]))
    elif found.kind not in KEPT:
        shown.append(kit.actions([kit.button("Withdraw", WITHDRAW, value=f"{incident.number}:{number}")]))
    return kit.modal(
        ENTRY, f"{incident.name}, entry {number}", shown, submit="Save",
        metadata=metadata(number=incident.number, entry=number),
    )  # fmt: skip


def backfill(config: Config, *, title: str = "") -> View:
    """A SEV that was over before it was declared."""
    statuses = [each for each in config.statuses if each.category in (Category.RESOLVED, Category.CLOSED)]
    options = [kit.option(each.label, each.key) for each in statuses]
    status = kit.menu("How far is it?", "status", options, initial=statuses[0].key)
    shown = [
        kit.context(
            "For what is over already. It gets a number and shows in lists; nobody is invited, paged or told. Times are "
            "in your time zone."
        ),
        *_what(config, title=title),
        *(
            kit.field(name, TIME_LABELS[name], kit.moment_input(name, None), optional=name != "resolved_at")
            for name in PAST_TIMES
        ),
        kit.field("status", "Status", status),
    ]
    return kit.modal(BACKFILL, "Backfill a SEV", shown, submit="Write it down")


def adopt(config: Config, *, channel_id: str, is_private: bool, severity: str | None, title: str) -> View:
    """A channel in which people work on something already becomes a SEV's channel."""
    consequence = (
        "Its members alone see the SEV: it is private, like the channel."
        if is_private
        else "It is announced as any other SEV, and everybody can find it."
    )
    shown = [
        kit.section(
            f"<#{channel_id}> becomes the SEV's channel, and keeps its name and all that was said. {consequence}"
        ),
        *_what(config, title=title, severity=severity),
    ]
    return kit.modal(
        ADOPT, "Adopt this channel", shown, submit="Adopt", metadata=metadata(channel=channel_id, private=is_private)
    )


def pinned(incident: Incident, offered: Sequence[PinnedMessage]) -> View:
    """The channel's pinned messages, to be ticked as timeline entries."""
    shown: list[Block] = []
    some = offered[:MOST_TICKS]
    for start in range(0, len(some), TICKS):
        options = [
            kit.option(one_line(each.text) or "A message without words", each.ts, description=_whose(each))
            for each in some[start : start + TICKS]
        ]
        boxes = kit.ticks(f"pinned:{start}", options, initial=[each.value or "" for each in options])
        shown.append(
            kit.field(f"pinned:{start}", f"Pinned messages {start + 1} to {start + len(options)}", boxes, optional=True)
        )
    if not shown:
        shown.append(kit.section(f"No pinned message waits to be added to the timeline of {incident.name}."))
    return kit.modal(
        PINNED, f"Timeline of {incident.name}", shown, submit="Add" if some else None,
        metadata=metadata(number=incident.number),
    )  # fmt: skip


def ticked(values: dict[str, Any]) -> set[str]:
    """The ts of every message that was ticked."""
    return {ts for name, chosen in values.items() if name.startswith("pinned:") for ts in chosen or ()}


def moments(values: dict[str, Any], names: Sequence[str]) -> dict[str, datetime | None]:
    """The moments a person left in a form."""
    return {name: datetime.fromtimestamp(values[name], UTC) if values.get(name) else None for name in names}


def _what(config: Config, *, title: str, severity: str | None = None) -> list[Block]:
    severities = [kit.option(each.key, each.key, description=each.meaning) for each in config.severities]
    named = kit.text_input(
        "title", initial=clip(title, TITLE_LIMIT), limit=TITLE_LIMIT, placeholder="Checkout was down"
    )
    text = kit.text_input("summary", limit=SUMMARY_LIMIT, multiline=True, placeholder="Who was hurt, and why")
    shown = [
        kit.field("title", "Title", named),
        kit.field("severity", "Severity", kit.menu("How bad?", "severity", severities, initial=severity)),
        kit.field("summary", "Summary", text, optional=True),
    ]
    if config.workflows:
        affected = kit.many("Which are affected?", "workflows", workflow_options(config))
        shown.append(kit.field("workflows", "Workflows affected", affected, optional=True))
    return shown


def _whose(message: PinnedMessage) -> str:
    return message.at.strftime("%Y-%m-%d %H:%M UTC")


def offer_text(incident: Incident, waiting: int) -> str:
    """What the channel is told of its pinned messages, in mrkdwn."""
    if not waiting:
        return f"The pinned messages are dealt with. `/sev timeline` shows the timeline of {incident.name}."
    messages = "One message is" if waiting == 1 else f"{waiting} messages are"
    return f"{messages} pinned here. They may be part of the story of {incident.name}: add them to its timeline?"
