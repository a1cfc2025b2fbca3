"""How reminders of postmortems read, and what can be done about them. Pure."""

from datetime import date
from typing import Any

from bot.incidents.model import Incident
from bot.incidents.views import mark
from bot.nudges.model import REASON_LIMIT
from bot.nudges.subjects import Words
from bot.postmortems.ladders import LATE, MISSING, REVIEW_LATE
from bot.postmortems.model import Postmortem, State
from bot.postmortems.views import APPROVE, OPEN_CHANGES, READ, button
from bot.postmortems.words import STATES
from bot.remediation.days import day_text
from bot.slack import blocks as kit
from bot.slack.text import mrkdwn, when
from bot.slack.visit import View, metadata

SNOOZE = "postmortem.snooze"
OPEN_MUTE = "postmortem.open_mute"
MUTE = "postmortem.mute"
SNOOZES = ((1, "Snooze 1 day"), (7, "Snooze 1 week"))


def words(
    incident: Incident, postmortem: Postmortem, rule: str, *, due_on: date | None, review_due_on: date | None,
    is_asked: bool,
    because: str = "",
) -> Words:  # fmt: skip
    """A reminder: what is owed, and what can be done about it here and now. `because` says why others are told."""
    name = f"*{incident.name}* ({incident.severity}: {mrkdwn(incident.title, 600)})"
    until = f" It is due {day_text(due_on)}." if due_on else ""
    was_due = f" was due {day_text(due_on)}" if due_on else " is late"
    stands = {
        State.OWED: "nobody has begun it",
        State.DRAFT: "it is a draft",
        State.IN_REVIEW: "it is approved: publish it",
    }.get(State(postmortem.state), "")
    resolved = f" {when(incident.resolved_at)}" if incident.resolved_at else ""
    texts = {
        MISSING: f":memo: {name} was resolved{resolved}, and nobody has begun its postmortem.{until}",
        LATE: f":memo: The postmortem of {name}{was_due}, and {stands}.",
        REVIEW_LATE: f":memo: The postmortem of {name} waits for its review"
        + (f", which was due {day_text(review_due_on)}." if review_due_on else "."),
    }
    told = f"\n_{mrkdwn(because, 300)}_" if because else ""
    return Words(f"{mark(incident)}{texts[rule]}{told}", _buttons(incident, rule, is_asked=is_asked))


def done(incident: Incident, postmortem: Postmortem | None, rule: str, *, is_owed: bool) -> str:
    """What is said of a reminder once there is nothing to remind of any more by its rule. `is_owed`: it needs one still."""
    its = f"The postmortem of {incident.name}"
    if postmortem is None or (postmortem.state == State.OWED and not is_owed):
        return f"{incident.name} owes no postmortem now."
    if postmortem.state == State.OWED:
        return f"{its} is late now."
    if rule == MISSING:
        return f"{its} is begun."
    if rule == REVIEW_LATE and postmortem.state != State.DRAFT:
        return f"{its} is reviewed."
    now = "a draft" if postmortem.state == State.DRAFT else STATES[postmortem.state].lower()
    return f"{its} is {now}."


def mute(number: int, rule: str) -> View:
    """The form that asks why nobody shall be reminded."""
    text = kit.text_input("reason", limit=REASON_LIMIT, placeholder="It was the same as SEV-41, and is written there")
    hint = "Nobody is reminded of this postmortem any more until the SEV is reopened."
    return kit.modal(
        MUTE, f"Mute SEV-{number}", [kit.field("reason", "Why?", text, hint=hint)], submit="Mute",
        metadata=metadata(number=number, rule=rule),
    )  # fmt: skip


def _buttons(incident: Incident, rule: str, *, is_asked: bool) -> list[Any]:
    number = str(incident.number)
    acts: list[Any] = [button(incident)]
    if rule == REVIEW_LATE and is_asked:
        acts = [
            kit.button("Read it", READ, value=number),
            kit.button("Approve", APPROVE, value=number, style="primary"),
            kit.button("Ask for changes…", OPEN_CHANGES, value=number),
        ]
    snoozes = [kit.button(label, f"{SNOOZE}:{days}", value=f"{number}:{rule}:{days}") for days, label in SNOOZES]
    return [*acts, *snoozes, kit.button("Mute…", OPEN_MUTE, value=f"{number}:{rule}")]
