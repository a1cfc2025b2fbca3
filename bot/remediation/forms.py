"""The forms of action items. Pure: what is known in, a modal out."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.config import Config
from bot.incidents.model import Incident
from bot.remediation import item_views
from bot.remediation.drafts import Source
from bot.remediation.model import (
    EVIDENCE_LIMIT,
    ITEM_REASON_LIMIT,
    ITEM_TITLE_LIMIT,
    TRACKER_LIMIT,
    ActionItem,
    ItemKind,
    Priority,
)
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import clip, mrkdwn, one_line
from bot.slack.visit import View, metadata

ADD, EDIT, PROVE, SNOOZE, GIVE, WONT_DO, DUE = (
    f"item.{what}" for what in ("add", "edit", "prove", "snooze", "give", "wont_do", "due")
)
ADD_MESSAGE = "item.add_message"
"""The shortcut."""
TITLE = "Action item"
KINDS = {
    ItemKind.PREVENT: "It shall not happen again",
    ItemKind.DETECT: "It shall be noticed sooner",
    ItemKind.MITIGATE: "It shall hurt less, or for a shorter time",
    ItemKind.PROCESS: "People shall work together better",
}
PRIORITIES = {Priority.P1: "Soonest", Priority.P2: "As is usual", Priority.P3: "When there is time"}
CARRIED_TEXT = 600
"""How much of a message the form carries along: its private data holds 3,000 characters, and JSON may take two for one."""
USUAL_SNOOZE = timedelta(days=7)


def loading() -> View:
    """What is shown until the database was read."""
    return kit.modal("item.loading", TITLE, [kit.section("One moment…")], submit=None)


def add(config: Config, incident: Incident) -> View:
    """A new item of a SEV."""
    shown = [kit.context(f"For {incident.name}"), *_fields(config, None)]
    return kit.modal(ADD, TITLE, shown, submit="Add", metadata=metadata(number=incident.number))


def add_message(
    config: Config, source: Source, incidents: Sequence[Incident], members: Mapping[int, int], *, is_here: bool
) -> View:
    """A new item from a message, of one of some SEVs; and who can read the message then, unless it `is_here`, in its channel.

    `members` counts those of private SEVs, by id.
    """
    carried = metadata(
        channel=source.channel_id, ts=source.ts, thread_ts=source.thread_ts, text=clip(source.text, CARRIED_TEXT)
    )
    if not incidents:
        return kit.modal(ADD, TITLE, [kit.section("There is no SEV that you can see.")], submit=None)
    options = [kit.option(f"{each.name} {each.severity}: {each.title}", str(each.number)) for each in incidents]
    first = str(incidents[0].number) if len(incidents) == 1 else None
    shown = [kit.field("sev", "SEV", kit.menu("Of which SEV?", "sev", options, initial=first))]
    if not is_here:
        shown.append(kit.context(_audience(incidents, members)))
    shown += _fields(config, None, title=clip(one_line(source.text), ITEM_TITLE_LIMIT))
    return kit.modal(ADD, TITLE, shown, submit="Add", metadata=carried)


def edit(config: Config, item: ActionItem) -> View:
    """All that can be changed of an item."""
    shown = [kit.context(item_views.heading(item, 300)), *_fields(config, item)]
    tracker = kit.text_input("tracker", initial=item.tracker_url, limit=TRACKER_LIMIT)
    shown.append(kit.field("tracker", "Where it is tracked", tracker, optional=True, hint="A link to your tracker."))
    return kit.modal(EDIT, TITLE, shown, submit="Save", metadata=_of(item))


def prove(item: ActionItem) -> View:
    """What shows that an item is done, which was to be proven."""
    element = kit.text_input("evidence", limit=EVIDENCE_LIMIT, multiline=True, placeholder="A link, or what you saw")
    asked = f"{item_views.heading(item, 300)}\nTo be proven: {mrkdwn(item.proof, 1500)}"
    shown = [kit.section(asked), kit.field("evidence", "What shows that it works?", element)]
    return kit.modal(PROVE, "Done", shown, submit="Done", metadata=_of(item))


def snooze(item: ActionItem, *, today: date) -> View:
    """Until when nobody shall be reminded, and why."""
    shown = [
        kit.section(item_views.heading(item, 300)),
        kit.field("until", "Remind again on", kit.day_input("until", (today + USUAL_SNOOZE).isoformat())),
        _reason("Why not now?", "We wait for the vendor"),
        kit.context("Its due date stays."),
    ]
    return kit.modal(SNOOZE, "Snooze", shown, submit="Snooze", metadata=_of(item))


def give(config: Config, item: ActionItem) -> View:
    """Who owns it from now on."""
    shown = [kit.section(item_views.heading(item, 300)), *_owner(config, item), kit.context("Its due date stays.")]
    return kit.modal(GIVE, "Reassign", shown, submit="Give", metadata=_of(item))


def wont_do(item: ActionItem) -> View:
    """Why it won't be done."""
    shown = [kit.section(item_views.heading(item, 300)), _reason("Why won't it be done?", "The service is retired")]
    return kit.modal(WONT_DO, "Won't do", shown, submit="Close it", metadata=_of(item))


def due(item: ActionItem) -> View:
    """By when it shall be done."""
    element = kit.day_input("due", item.due_on.isoformat() if item.due_on else None)
    shown = [
        kit.section(item_views.heading(item, 300)),
        kit.field("due", "Due", element, hint="A day you set does not follow the severity any more."),
    ]
    return kit.modal(DUE, "Due date", shown, submit="Save", metadata=_of(item))


def _of(item: ActionItem) -> str:
    return metadata(number=item.incident.number, item=item.number)


def _fields(config: Config, item: ActionItem | None, *, title: str = "") -> list[Block]:
    """The fields of an item, filled with what it is, if there is one."""
    text = kit.text_input(
        "title", initial=item.title if item else title, limit=ITEM_TITLE_LIMIT, placeholder="Add a circuit breaker"
    )
    kinds = [kit.option(each.capitalize(), each.value, description=told) for each, told in KINDS.items()]
    kind = kit.menu("What does it do?", "kind", kinds, initial=item.kind if item else ItemKind.PREVENT.value)
    priorities = [kit.option(each, each.value, description=told) for each, told in PRIORITIES.items()]
    priority = kit.menu(
        "How much does it matter?", "priority", priorities, initial=item.priority if item else Priority.P2.value
    )
    due_on = item.due_on.isoformat() if item and item.due_on else None
    hint = "" if item else "Left empty, it follows from severity and priority."
    proof = kit.text_input(
        "proof", initial=item.proof if item else "", limit=EVIDENCE_LIMIT, multiline=True,
        placeholder="Kill the provider in staging: checkout stays up",
    )  # fmt: skip
    return [
        kit.field("title", "What is to be done", text),
        *_owner(config, item),
        kit.field("priority", "Priority", priority),
        kit.field("due", "Due", kit.day_input("due", due_on), optional=True, hint=hint),
        kit.field("kind", "Kind", kind),
        kit.field("proof", "How will it be proven?", proof, optional=True, hint="Whoever closes it is asked for that."),
    ]


def _owner(config: Config, item: ActionItem | None) -> list[Block]:
    person = kit.person_menu("Who does it?", "owner", initial=item.owner_user if item else None)
    shown = [kit.field("owner", "Owner", person, optional=True)]
    if config.teams:
        teams = [kit.option(team.name, team.key) for team in config.teams[:100]]
        menu = kit.menu("Or which team?", "team", teams, initial=item.owner_team if item else None)
        shown.append(kit.field("team", "Or a team", menu, optional=True))
    return shown


def _reason(question: str, example: str) -> Block:
    element = kit.text_input("reason", limit=ITEM_REASON_LIMIT, placeholder=example)
    return kit.field("reason", question, element)


def _audience(incidents: Sequence[Incident], members: Mapping[int, int]) -> str:
    private = [each for each in incidents if each.is_private]
    lines = [f"With {each.name}, which is private: its {_people(members.get(each.id, 0))}." for each in private]
    if len(private) < len(incidents):
        lines.append(f"With {'any other SEV' if private else 'a SEV'}: everybody who can see SEVs.")
    head = "This copies the message out of the conversation it is in. *Who can read it then?*"
    return "\n".join([head, *lines])


def _people(number: int) -> str:
    return f"{number} member{'' if number == 1 else 's'}"


def carried(values: Mapping[str, Any]) -> Source | None:
    """The message a form was opened with, if there was one; of a long one, its beginning."""
    if "ts" not in values:
        return None
    return Source(channel_id=values["channel"], ts=values["ts"], thread_ts=values.get("thread_ts"), text=values["text"])
