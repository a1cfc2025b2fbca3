"""How *this would have prevented it* reads: on a SEV's card, and once in its channel. Pure."""

from datetime import date

from bot.config import Config
from bot.remediation.days import day_text, lateness
from bot.remediation.item_views import owner_text
from bot.remediation.model import ActionItem
from bot.remediation.prevention import MOST_EARLIER, Recurrence
from bot.remediation.surfaces import owner_of
from bot.slack.text import mrkdwn

ORDINALS = {2: "Second", 3: "Third", 4: "Fourth", 5: "Fifth", 6: "Sixth", 7: "Seventh", 8: "Eighth", 9: "Ninth"}


def card_line(recurrence: Recurrence, config: Config, today: date) -> str:
    """What the card says; a card stands for days, so it says since when something is late and not how long."""
    named = [f"*{item.name}* {mrkdwn(item.title, 150)}, {_since(item, today)}" for item in recurrence.items]
    return f":rewind: {_head(recurrence, config)}. Still open from before: {'; '.join(named)}"


def said(recurrence: Recurrence, config: Config, today: date) -> str:
    """What is said once in the channel of the new SEV."""
    lines = [
        f"• *{item.name}* “{mrkdwn(item.title, 300)}” of {owner_text(owner_of(item), config)}, {_late(item, today)}"
        for item in recurrence.items
    ]
    return "\n".join([f":rewind: {_head(recurrence, config)}. This is still open from before:", *lines])


def told(recurrence: Recurrence, config: Config, today: date) -> str:
    """What is told elsewhere of a SEV that came again, on the day on which that is read."""
    named = [
        f"*{item.name}* “{mrkdwn(item.title, 100)}” of {owner_text(owner_of(item), config)}, {_late(item, today)}"
        for item in recurrence.items
    ]
    return f"{_head(recurrence, config)}. Still open from before: {'; '.join(named)}"


def _head(recurrence: Recurrence, config: Config) -> str:
    if recurrence.workflow is None:
        return f"Much like {recurrence.items[0].incident.name}"
    workflow = config.workflow(recurrence.workflow)
    name = mrkdwn(workflow.name if workflow else recurrence.workflow, 200)
    if recurrence.times > MOST_EARLIER:
        return f"{name} once more"
    return f"{ORDINALS.get(recurrence.times, f'{recurrence.times}th')} time on {name} within a year"


def _since(item: ActionItem, today: date) -> str:
    if item.due_on is None:
        return "due at no date"
    return f"{'*late since*' if item.due_on < today else 'due'} {day_text(item.due_on)}"


def _late(item: ActionItem, today: date) -> str:
    late = lateness(item.due_on, today) if item.due_on else ""
    return f"*{late}*" if late else f"due {day_text(item.due_on)}" if item.due_on else "due at no date"
