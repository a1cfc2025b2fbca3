"""Adding to a timeline from Slack: what happened at its own time, a message by its shortcut, and *Undo*."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.model import Incident, IncidentMember
from bot.incidents.subject import LONGEST_LIST, of_number, open_incidents, subject
from bot.slack.client import Slack
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import when
from bot.slack.visit import DONE, Answer, View, Visit
from bot.timeline import forms, logbook, tagging
from bot.timeline.memory import Memory
from bot.timeline.said import Said, read
from bot.timeline.tagging import Ground


class Capturing:
    """The listeners of this room."""

    def __init__(self, slack: Slack, settings: Settings, memory: Memory) -> None:
        self._slack = slack
        self._settings = settings
        self._memory = memory

    @property
    def _config(self) -> Config:
        return self._settings.current

    @property
    def _ground(self) -> Ground:
        return Ground(self._config, self._memory, self._slack.permalink)

    def log(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Write down what happened, now or at a time of today."""
        incident = subject(session, visit, line)
        entry = logbook.log(
            session, incident, line.text, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"On the timeline of {incident.name}, at {when(entry.at)}.")

    def add_at_once(self, session: Session, visit: Visit) -> Answer | None:
        """The shortcut was used on a message. In a SEV's channel, it goes on that SEV's timeline; elsewhere a form asks."""
        incident = membership.by_channel(session, visit.channel_id, user_id=visit.user_id, lock=True)
        if incident is None:
            return None
        return self._add(session, visit, incident, read(incident.channel_id or "", visit.message))

    def add_form(self, visit: Visit) -> Form:
        """The shortcut was used elsewhere: ask for the SEV, and say who can read the message then."""
        said = read(visit.channel_id or "", visit.message)
        self._memory.remember(said)  # the form carries the beginning of a long one only

        def complete(session: Session) -> View:
            require(self._config, actor_of(session, visit), "change")
            found = open_incidents(session, self._config, visit)[:LONGEST_LIST]
            return forms.add_message(said, found, _members(session, found))

        return Form(forms.loading(), complete)

    def add_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent."""
        number = visit.values.get(forms.SEV)
        if not (number and str(number).isdecimal()) or "ts" not in visit.metadata:
            raise Refused("Choose the SEV on whose timeline the message belongs.")
        incident = of_number(session, visit, number)
        carried = forms.carried(visit.metadata)
        said = self._memory.recall(carried.channel_id, carried.ts) or carried
        return self._add(session, visit, incident, said)

    def _add(self, session: Session, visit: Visit, incident: Incident, said: Said) -> Answer:
        tagging.add_message(session, incident, said, ground=self._ground, actor=actor_of(session, visit), now=visit.now)
        return Answer(text=f"Added to the timeline of {incident.name}.")

    def undo(self, session: Session, visit: Visit) -> Answer:
        """*Undo* was clicked."""
        number, _, entry_id = visit.value.partition(":")
        incident = of_number(session, visit, number)
        tagging.undo(
            session, incident, int(entry_id) if entry_id.isdecimal() else 0, config=self._config,
            actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE


def _members(session: Session, incidents: list[Incident]) -> dict[int, int]:
    """How many people are in each private SEV."""
    private = [each.id for each in incidents if each.is_private]
    count = select(IncidentMember.incident_id, func.count()).where(IncidentMember.incident_id.in_(private))
    return {row[0]: row[1] for row in session.execute(count.group_by(IncidentMember.incident_id))}


def commands(capturing: Capturing) -> tuple[Command, ...]:
    """The verbs of this room, in the order the help lists them."""
    return (
        Command(
            verb="log", usage="log [HH:MM] TEXT", summary="put what happened on the timeline",
            details="With a time it is put there: today in your time zone, or yesterday where that is still to come. "
            f"Example: `{NAME} log 14:05 rolled back the release`.",
            run=capturing.log,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, capturing: Capturing) -> None:
    """Attach the clicks, forms and shortcuts of this room."""
    rooms.clicks |= {forms.UNDO: capturing.undo}
    rooms.forms |= {forms.ADD_MESSAGE: capturing.add_submitted}
    rooms.openers |= {forms.ADD_MESSAGE: capturing.add_form}
    rooms.shortcuts |= {forms.ADD_MESSAGE: capturing.add_at_once}
