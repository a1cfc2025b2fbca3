"""How roles look: on the card, in lists, as lines, and in what people are told of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.config import COMMANDER, Config, Role
from bot.incidents.model import Incident, TimelineEntry
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, mrkdwn, user

TAKE = "incident.take_role"
TAKE_COMMAND = "incident.take_command"
TAKE_OVER = "incident.take_over_role"
ACCEPT = "incident.accept_handoff"
DECLINE = "incident.decline_handoff"
MOST_SHOWN = 12
"""How many roles a list or the card shows."""


def role_label(role: Role) -> str:
    """What a role is called, in mrkdwn."""
    return mrkdwn(role.label, 100)


def take_command_button(incident: Incident) -> Any:
    """For a SEV that nobody leads."""
    return kit.button("Take command", TAKE_COMMAND, value=str(incident.number))


def held_roles(config: Config, roles: Mapping[str, str]) -> str:
    """The roles that somebody holds besides the commander's, a line each; empty where nobody does."""
    order = [each.key for each in config.roles]
    held = sorted((key for key in roles if key != COMMANDER), key=lambda key: (key not in order, order.index(key) if key in order else 0, key))  # fmt: skip
    return "\n".join(f"{role_label(config.role(key))}: {user(roles[key])}" for key in held[:MOST_SHOWN])


def role_list(config: Config, incident: Incident, roles: Mapping[str, str], *, reader: str) -> list[Block]:
    """Who does what, with what the reader can do about it."""
    shown = [kit.section(f"*Who does what in {incident.name}*")]
    for role in config.roles[:MOST_SHOWN]:
        holder = roles.get(role.key)
        text = f"*{role_label(role)}*: {user(holder) if holder else 'nobody yet'}"
        button = None if holder == reader else _take(incident, role, holder)
        shown.append(kit.section(text, accessory=button, block_id=f"role:{role.key}"))
    return shown


def one_role(incident: Incident, role: Role, holder: str | None, *, reader: str) -> list[Block]:
    """One role: who has it, and what it asks of them."""
    who = (
        f"{user(holder)} is {role_label(role)} of {incident.name}." if holder else f"Nobody is {role_label(role)} yet."
    )
    text = f"{who}\n{mrkdwn(role.instructions, 2500)}" if role.instructions else who
    return [kit.section(text, accessory=None if holder == reader else _take(incident, role, holder))]


def held_by_another(incident: Incident, role: Role, holder: str, *, to: str, reader: str) -> list[Block]:
    """Somebody else has it: with a button to take it over all the same, or to give it to the person meant."""
    text = f"{user(holder)} is {role_label(role)} of {incident.name}."
    return [kit.section(text), kit.actions([_take_over(incident, role, holder, to=to, reader=reader)])]


def line(config: Config, incident: Incident, entry: TimelineEntry) -> str:
    """A change of hands as a sentence for the channel, or for whom it concerns."""
    data = entry.data
    who, name = author(entry.actor), incident.name
    role = f"*{role_label(config.role(data['role']))}*"
    before, after = data.get("before"), data.get("after")
    former = user(before) if before else ""
    if entry.kind == "handoff":
        return f"{who} took over from {former} as {role}." if before else f"{who} is {role} now."
    if entry.kind == "handoff_declined":
        return f"{who} declined to take over as {role} of {name}. You still are."
    if after is None:
        return f"{who} relieved {former if before != entry.actor else 'themselves'} as {role} of {name}."
    if after != entry.actor:
        instead = f", in the place of {former}" if before else ""
        return f"{who} made {user(after)} {role} of {name}{instead}."
    return f"{who} is {role} of {name} now" + (f", in the place of {former}." if before else ".")


def instructions(incident: Incident, role: Role, *, heading: str, place: str) -> list[Block]:
    """What the new holder of a role is told. `heading` and `place` are mrkdwn."""
    wanted = mrkdwn(role.instructions, 2500) or "Do what this role is for; the channel knows."
    hand_over = f"`/sev handoff {incident.name} {role.key} @who` hands it over."
    return [
        kit.section(f"You are *{role_label(role)}* of {heading}"),
        kit.section(wanted),
        kit.context(f"{place} {hand_over}"),
    ]


def offer(config: Config, incident: Incident, entry: TimelineEntry, brief: Sequence[Block]) -> list[Block]:
    """The open offer of a role: who offers it, what it asks, how things stand, and the two answers."""
    role = config.role(entry.data["role"])
    note = f"\n> {mrkdwn(entry.text, 1500)}" if entry.text else ""
    shown = [
        kit.section(f"{author(entry.actor)} asks you to take over as *{role_label(role)}* of {incident.name}.{note}")
    ]
    if role.instructions:
        shown.append(kit.context(mrkdwn(role.instructions, 2500)))
    value = f"{incident.number}:{entry.id}"
    buttons = [kit.button("Accept", ACCEPT, value=value, style="primary"), kit.button("Decline", DECLINE, value=value)]
    return [*shown, *brief, kit.actions(buttons)]


def offer_over(config: Config, incident: Incident, entry: TimelineEntry, outcome: TimelineEntry | None) -> str:
    """What became of an offer."""
    role = f"*{role_label(config.role(entry.data['role']))}* of {incident.name}"
    if outcome is None:
        return f"{author(entry.actor)} asked you to take over as {role}. This offer is over: you need not answer."
    if outcome.kind == "handoff":
        return f"You took over from {author(entry.actor)} as {role}."
    return f"You declined to take over from {author(entry.actor)} as {role}."


def _take(incident: Incident, role: Role, holder: str | None) -> Any:
    if holder is None:
        return kit.button("Take", TAKE, value=f"{incident.number}:{role.key}")
    return _take_over(incident, role, holder, to="", reader="")


def _take_over(incident: Incident, role: Role, holder: str, *, to: str, reader: str) -> Any:
    """`to` is who gets it; empty, or the reader: whoever clicks."""
    is_own = to in ("", reader)
    words = "Take over" if is_own else "Give it all the same"
    question = kit.confirm(
        f"{role.label[:60]} of {incident.name}",
        "Somebody holds this role. They will be told.",
        yes=words,
        no="Leave it",
    )
    receiver = "" if is_own else f":{to}"
    return kit.button(words, TAKE_OVER, value=f"{incident.number}:{role.key}:{holder}{receiver}", confirm=question)
