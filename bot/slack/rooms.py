"""What the rooms listen to: the tables in which a delivery from Slack is looked up."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.slack.commands import Commands, Form
from bot.slack.events import Events
from bot.slack.visit import OF_ANOTHER_VERSION, Answer, Visit

Click = Callable[[Session, Visit], Answer]
Submission = Callable[[Session, Visit], Answer]
Opens = Callable[[Visit], Form]
Shortcut = Callable[[Session, Visit], Answer | None]


@dataclass
class Rooms:
    """What the rooms listen to, by Slack id. Ids are `room.verb`; a click may add `:` and more, to be unique in its place."""

    commands: Commands
    events: Events
    clicks: dict[str, Click] = field(default_factory=dict)
    forms: dict[str, Submission] = field(default_factory=dict)
    openers: dict[str, Opens] = field(default_factory=dict)
    """Shortcuts, and clicks that open a form."""
    shortcuts: dict[str, Shortcut] = field(default_factory=dict)
    """What a shortcut does at once, where it can; where it gives None, its form is opened."""
    free_clicks: frozenset[str] = frozenset()
    """Clicks that change nothing, so that it need not be known who did them."""
    alone: dict[str, Callable[[Visit], Answer]] = field(default_factory=dict)
    """What clicks and forms do instead while the database is down; the others can do nothing then."""


def no_such_form(_session: Session, _visit: Visit) -> Answer:
    """What becomes of a form that this version does not know."""
    raise Refused(OF_ANOTHER_VERSION)
