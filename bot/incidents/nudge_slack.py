"""Answering reminders from Slack: put them off, mute them, and undo that."""

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.incidents import nudge_views, silencing
from bot.incidents.model import Incident
from bot.incidents.subject import of_number, subject
from bot.slack.commands import Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import one_line, when
from bot.slack.visit import DONE, Answer, Visit

OFF = "off"


class Silencing:
    """The listeners of this feature."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def snooze(self, session: Session, visit: Visit, line: Line) -> Answer:
        """`/sev snooze 1h`."""
        incident = subject(session, visit, line)
        if one_line(line.text).lower() == OFF:
            return self._resume(session, visit, incident)
        actor = actor_of(session, visit)
        until = silencing.snooze(session, incident, line.text, config=self._config, actor=actor, now=visit.now)
        return Answer(text=f"Nobody is reminded of {incident.name} until {when(until)}.")

    def mute(self, session: Session, visit: Visit, line: Line) -> Answer:
        """`/sev mute REASON`."""
        incident = subject(session, visit, line)
        if one_line(line.text).lower() == OFF:
            return self._resume(session, visit, incident)
        actor = actor_of(session, visit)
        silencing.mute(session, incident, line.text, config=self._config, actor=actor, now=visit.now)
        return Answer(text=f"Nobody is reminded of {incident.name} any more, until it is reopened.")

    def _resume(self, session: Session, visit: Visit, incident: Incident) -> Answer:
        silencing.resume(session, incident, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"People are reminded of {incident.name} again.")

    def snooze_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Snooze 15 min* or *Snooze 1 h* was clicked on a reminder."""
        number, rule, length = _parts(visit.value)
        incident = of_number(session, visit, number)
        actor = actor_of(session, visit)
        silencing.snooze(session, incident, length, rule=_known(rule), config=self._config, actor=actor, now=visit.now)
        return DONE

    def mute_form(self, visit: Visit) -> Form:
        """*Mute…* was clicked on a reminder."""
        number, rule, _ = _parts(visit.value)
        return Form(nudge_views.mute(number, rule))

    def mute_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form that asks for the reason was sent."""
        incident = of_number(session, visit, visit.metadata["number"])
        silencing.mute(
            session, incident, visit.values.get("reason") or "", rule=_known(visit.metadata.get("rule") or ""),
            config=self._config, actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE


def _parts(value: str) -> tuple[int, str, str]:
    """`42:no_commander:15m` as its three parts."""
    number, _, rest = value.partition(":")
    rule, _, length = rest.partition(":")
    return int(number), rule, length


def _known(rule: str) -> str:
    """A rule by its name; one that is none any more stands for all."""
    return rule if rule in nudge_views.RULES else silencing.ALL_RULES


def commands(silencing: Silencing) -> tuple[Command, ...]:
    """The verbs of this feature."""
    return (
        Command(
            verb="snooze", usage="snooze [TIME|off]", summary="remind nobody for a while", run=silencing.snooze,
            details="`15m`, `2h` or a time such as `14:30`; an hour, if you say nothing. `off` undoes it.",
        ),
        Command(
            verb="mute", usage="mute REASON|off", summary="remind nobody any more", run=silencing.mute,
            details="Reminders come back with `off`, or when the SEV is reopened.",
        ),
    )  # fmt: skip


def listen(rooms: Rooms, silencing: Silencing) -> None:
    """Attach the clicks and the form of this feature."""
    rooms.clicks |= {"incident.snooze": silencing.snooze_clicked}
    rooms.openers |= {"incident.open_mute": silencing.mute_form}
    rooms.forms |= {nudge_views.MUTE: silencing.mute_submitted}
