"""How the bot's Home looks to one person. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.config import Config
from bot.incidents import update_views, views
from bot.incidents.model import Incident
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import mrkdwn, when
from bot.slack.visit import View

MOST_BLOCKS = 100
LONGEST_LIST = 15
"""How many SEVs one section shows."""


def home(sections: Sequence[Sequence[Block]]) -> View:
    """The sections one below the other, as far as Slack has room for them."""
    shown: list[Block] = []
    for section in sections:
        if section:
            shown += [*([kit.divider()] if shown else []), *section]
    if len(shown) > MOST_BLOCKS:
        more = kit.context(f"There is more than Slack shows here: `{NAME} list` finds it.")
        shown = [*shown[: MOST_BLOCKS - 1], more]
    return {"type": "home", "blocks": shown}


def closed_door(sentence: str) -> View:
    """The Home of somebody who may not see SEVs."""
    return home([[kit.section(sentence)]])


def welcome(*, may_declare: bool) -> list[Block]:
    """What can be done from here."""
    help_line = kit.context(f"`{NAME} help` lists all that can be typed.")
    if not may_declare:
        return [help_line]
    return [kit.actions([kit.button("Declare a SEV", "incident.open_declare", style="danger")]), help_line]


def open_now(config: Config, incidents: Sequence[Incident]) -> list[Block]:
    """The open SEVs. One more than the section shows means that there are more."""
    if not incidents:
        return [kit.section("No SEV is open. :tada:")]
    return [kit.header("Open SEVs"), *_listed(config, incidents)]


def roles(config: Config, held: Sequence[tuple[Incident, Sequence[str]]]) -> list[Block]:
    """The open SEVs in which the person holds a role, with the roles' keys."""
    if not held:
        return []
    lines = [
        f"{views.heading(config, incident)}\n{', '.join(mrkdwn(config.role(key).label, 100) for key in keys)}"
        for incident, keys in held[:LONGEST_LIST]
    ]
    return [kit.header("Your roles"), *(kit.section(line) for line in lines)]


def promised(config: Config, incidents: Sequence[Incident]) -> list[Block]:
    """The SEVs of which the person promised the next update, the soonest first."""
    shown = []
    for incident in incidents[:LONGEST_LIST]:
        due = f"Next update {when(incident.next_update_at)}" if incident.next_update_at else ""
        button: Any = kit.button("Post update", update_views.OPEN_UPDATE, value=str(incident.number))
        shown.append(kit.section(f"{views.heading(config, incident)}\n{due}", accessory=button))
    return [kit.header("What you promised"), *shown] if shown else []


def over(config: Config, incidents: Sequence[Incident]) -> list[Block]:
    """The SEVs that were over last."""
    return [kit.header("Recently over"), *_listed(config, incidents)] if incidents else []


def _listed(config: Config, incidents: Sequence[Incident]) -> list[Block]:
    shown = [kit.section(views.brief(config, each)) for each in incidents[:LONGEST_LIST]]
    if len(incidents) > LONGEST_LIST:
        shown.append(kit.context(f"There are more: `{NAME} list` shows them."))
    return shown


def grouped(rows: Sequence[tuple[Incident, str]]) -> list[tuple[Incident, list[str]]]:
    """SEVs with the roles one person holds in them, from a row for each role."""
    found: dict[int, tuple[Incident, list[str]]] = {}
    for incident, role in rows:
        found.setdefault(incident.id, (incident, []))[1].append(role)
    return list(found.values())
