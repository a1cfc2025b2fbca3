"""Answering reminders of postmortems from Slack."""

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.incidents.subject import of_number
from bot.postmortems import ladders, nudge_views, silencing
from bot.postmortems.slack import number_of
from bot.slack.commands import Form
from bot.slack.rooms import Rooms
from bot.slack.visit import DONE, Answer, Visit


class Silencing:
    """The listeners that put reminders off."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def snooze_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Snooze 1 day* or *Snooze 1 week* was clicked on a reminder."""
        rule, _, days = visit.value.partition(":")[2].partition(":")
        silencing.snooze(
            session, of_number(session, visit, number_of(visit.value)), _known(rule), int(days) if days.isdecimal() else 1,
            config=self._config, actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE

    def mute_form(self, visit: Visit) -> Form:
        """*Mute…* was clicked on a reminder."""
        rule = visit.value.partition(":")[2].partition(":")[0]
        return Form(nudge_views.mute(number_of(visit.value), _known(rule)))

    def mute_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form that asks for the reason was sent."""
        incident = of_number(session, visit, visit.metadata["number"])
        silencing.mute(
            session, incident, _known(visit.metadata.get("rule") or ""), visit.values.get("reason") or "",
            config=self._config, actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE


def _known(rule: str) -> str:
    """A rule by its name; one that is none any more stands for the first."""
    return rule if rule in ladders.RULES else ladders.MISSING


def listen(rooms: Rooms, silencing: Silencing) -> None:
    """Attach these clicks and the form."""
    rooms.clicks |= {nudge_views.SNOOZE: silencing.snooze_clicked}
    rooms.openers |= {nudge_views.OPEN_MUTE: silencing.mute_form}
    rooms.forms |= {nudge_views.MUTE: silencing.mute_submitted}
