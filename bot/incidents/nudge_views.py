"""How reminders about a SEV read, and what can be done about them. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.config import COMMANDER, Config
from bot.incidents import lifecycle
from bot.incidents.field_views import OPEN_FIELDS
from bot.incidents.model import Incident
from bot.incidents.views import mark
from bot.nudges.model import REASON_LIMIT
from bot.nudges.subjects import Words
from bot.slack import blocks as kit
from bot.slack.text import mrkdwn, user, when
from bot.slack.visit import View, metadata

SNOOZES = (("15m", "Snooze 15 min"), ("1h", "Snooze 1 h"))
MUTE = "incident.mute"
RULES = {
    "no_commander": "nobody in command",
    "update_overdue": "update overdue",
    "open_too_long": "open too long",
    "status_stuck": "nothing heard",
    "fields_missing": "fields to fill in",
}
"""Each rule, as people read it."""


def words(
    incident: Incident, rule: str, *, opened_at: datetime, last_at: datetime, missing: Sequence[str] = ()
) -> Words:
    """A reminder: what is wrong, and what can be done about it here and now. `missing` names the fields nobody filled in."""
    name = f"*{incident.name}* ({incident.severity}: {mrkdwn(incident.title, 600)})"
    texts = {
        "no_commander": f":bell: Nobody is in command of {name}. It is open since {when(opened_at)}.",
        "update_overdue": f":bell: The next update of {name} was promised for {_promised(incident)}.",
        "open_too_long": f":bell: {name} is open since {when(opened_at)}, which is long for its severity. "
        "Is its status still right?",
        "status_stuck": f":bell: Nothing was heard of {name} since {when(last_at)}. How does it go?",
        "fields_missing": f":bell: Still to be said of {name}: {mrkdwn(', '.join(missing), 600)}.",
    }
    return Words(f"{mark(incident)}{texts[rule]}", _buttons(incident, rule))


def done(config: Config, incident: Incident, rule: str, *, commander: str | None) -> str:
    """What is said of a reminder once there is nothing to remind of any more."""
    if not lifecycle.is_open(config, incident):
        return f"{incident.name} is {mrkdwn(config.status(incident.status).label.lower(), 60)}."
    if rule == "no_commander" and commander:
        return f"{user(commander)} is in command of {incident.name}."
    if rule in ("update_overdue", "status_stuck"):
        return f"There is news of {incident.name}."
    if rule == "fields_missing":
        return f"All that has to be said of {incident.name} so far is said."
    return f"{incident.name} needs no reminder of this any more."


def mute(number: int, rule: str) -> View:
    """The form that asks why nobody shall be reminded."""
    text = kit.text_input("reason", limit=REASON_LIMIT, placeholder="We wait for the vendor until Monday")
    hint = "Reminders of this come back when the SEV is reopened, or with /sev mute off."
    return kit.modal(
        MUTE, f"Mute SEV-{number}", [kit.field("reason", "Why?", text, hint=hint)], submit="Mute",
        metadata=metadata(number=number, rule=rule),
    )  # fmt: skip


def _promised(incident: Incident) -> str:
    return when(incident.next_update_at) if incident.next_update_at else "now"


def _buttons(incident: Incident, rule: str) -> list[Any]:
    number = str(incident.number)
    acts = {
        "no_commander": ("Take command", "incident.take_role", f"{number}:{COMMANDER}"),
        "fields_missing": ("Fill in…", OPEN_FIELDS, number),
    }
    label, action, value = acts.get(rule, ("Post update", "incident.open_update", number))
    act = kit.button(label, action, value=value, style="primary")
    snoozes = [
        kit.button(label, f"incident.snooze:{length}", value=f"{number}:{rule}:{length}") for length, label in SNOOZES
    ]
    return [act, *snoozes, kit.button("Mute…", "incident.open_mute", value=f"{number}:{rule}")]
