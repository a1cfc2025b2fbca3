"""What a subscriber is shown of a SEV in their direct messages, and what is said of subscribers. Pure."""

from collections.abc import Sequence

from bot.config import Config
from bot.incidents import update_views, views
from bot.incidents.model import Incident, TimelineEntry
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import user, when


def state(config: Config, incident: Incident, update: TimelineEntry | None) -> list[Block]:
    """How the SEV stands: one message for each subscriber, kept true in place."""
    shown = [kit.section(views.brief(config, incident))]
    if update:
        shown.append(kit.section(update_views.latest(update, 1500)))
    if incident.next_update_at:
        shown.append(kit.context(f"Next update {when(incident.next_update_at)}"))
    button = kit.button("Unsubscribe", update_views.UNSUBSCRIBE, value=str(incident.number))
    return [*shown, kit.actions([button])]


def farewell_text(incident: Incident) -> str:
    """What takes the place of how it stands, for somebody who is sent no more."""
    return f"You are not sent the updates of {incident.name} any more."


def farewell(incident: Incident) -> list[Block]:
    """The same, with the way back."""
    button = kit.button("Subscribe", update_views.SUBSCRIBE, value=str(incident.number))
    return [kit.section(farewell_text(incident)), kit.actions([button])]


def listed(people: Sequence[str]) -> str:
    """Who is sent the updates, as a line of `/sev show`."""
    named = ", ".join(user(each) for each in people[:20])
    more = f" and {len(people) - 20} more" if len(people) > 20 else ""
    return f"Its updates are sent to {named}{more}"
