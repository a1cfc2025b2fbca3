"""How capturing looks: the confirmation in a message's thread, and the form that adds a message from elsewhere. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.incidents.model import Incident, TimelineEntry
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, clip, mrkdwn, one_line
from bot.slack.visit import View, metadata
from bot.timeline.said import Said

ADD_MESSAGE = "timeline.add_message"
"""The shortcut, and the form it opens."""
UNDO = "timeline.undo"
SEV = "sev"
CARRIED_TEXT = 600
"""How much of a message the form carries along: its private data holds 3,000 characters, and JSON may take two for one."""


def confirmation_text(incident: Incident, entry: TimelineEntry) -> str:
    """What is said in a tagged message's thread."""
    return f"On the timeline of {incident.name}." if entry.withdrawn_at is None else "Taken off the timeline."


def confirmation(incident: Incident, entry: TimelineEntry) -> list[Block]:
    """The same with *Undo*, while there is something to undo."""
    undo = kit.button("Undo", UNDO, value=f"{incident.number}:{entry.id}") if entry.withdrawn_at is None else None
    return [kit.section(confirmation_text(incident, entry), accessory=undo)]


def loading() -> View:
    """What is shown until the database was read."""
    return kit.modal("incident.loading", "Add to timeline", [kit.section("One moment…")], submit=None)


def add_message(said: Said, incidents: Sequence[Incident], members: Mapping[int, int]) -> View:
    """To which open SEV's timeline a message goes, and who can read it then. `members` counts those of private SEVs, by id."""
    carried = metadata(
        channel=said.channel_id, ts=said.ts, author=said.author, text=clip(said.text, CARRIED_TEXT),
        edited=said.edited or None, thread_ts=said.thread_ts,
    )  # fmt: skip
    if not incidents:
        return kit.modal(ADD_MESSAGE, "Add to timeline", [kit.section("No SEV is open that you can see.")], submit=None)
    options = [kit.option(f"{each.name} {each.severity}: {each.title}", str(each.number)) for each in incidents]
    first = str(incidents[0].number) if len(incidents) == 1 else None
    warning = (
        f"This copies the message by {author(said.author)} out of the conversation it is in. "
        f"{mrkdwn(clip(one_line(said.text), 200), 1000)}"
    )
    shown = [
        kit.context(warning),
        kit.field(SEV, "SEV", kit.menu("Which SEV?", SEV, options, initial=first)),
        kit.context(audience_text(incidents, members)),
    ]
    return kit.modal(ADD_MESSAGE, "Add to timeline", shown, submit="Add", metadata=carried)


def carried(values: Mapping[str, Any]) -> Said:
    """The message a form was opened with; of a long one, its beginning."""
    return Said(
        channel_id=values["channel"], ts=values["ts"], author=values["author"], text=values["text"],
        edited=values.get("edited") or "", thread_ts=values.get("thread_ts"),
    )  # fmt: skip


def audience_text(incidents: Sequence[Incident], members: Mapping[int, int]) -> str:
    """Who can read it on which timeline. `members` counts those of private SEVs, by id."""
    private = [each for each in incidents if each.is_private]
    lines = [
        f"On the timeline of {each.name}, which is private: {_people(members.get(each.id, 0))}." for each in private
    ]
    if len(private) < len(incidents):
        others = "any other SEV" if private else "a SEV"
        lines.append(f"On the timeline of {others}: everybody who can see SEVs.")
    return "\n".join(["*Who can read it then?*", *lines])


def _people(number: int) -> str:
    return f"its {number} member{'' if number == 1 else 's'}"
