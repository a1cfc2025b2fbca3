"""Posting status updates from Slack."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot import inbound
from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.incidents import lifecycle, membership, subscribers, update_forms, update_views, updates
from bot.incidents.model import Incident
from bot.incidents.promises import split_promise
from bot.incidents.subject import of_number, subject
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.text import when
from bot.slack.visit import DONE, Answer, View, Visit


class Updating:
    """The listeners that post updates."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def update(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Post an update at once: its text, perhaps after the time within which the next one is due."""
        incident = subject(session, visit, line)
        promise, text = split_promise(line.text)
        return self._post(session, visit, incident, updates.Update(text=text, promise=promise))

    def submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent."""
        incident = of_number(session, visit, visit.metadata["number"])
        self._post(
            session, visit, incident, update_forms.submitted(self._config, incident, visit.values, now=visit.now)
        )
        return DONE

    def _post(self, session: Session, visit: Visit, incident: Incident, said: updates.Update) -> Answer:
        source = f"slack.{visit.door}"
        is_new = not visit.delivery_key or inbound.is_new(session, source, visit.delivery_key, now=visit.now)
        is_posted = is_new and updates.post_update(
            session, incident, said, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        if not is_posted:
            return Answer(text=f"This update of {incident.name} is posted already.")
        if incident.next_update_at:
            promised = f"The next one is due {when(incident.next_update_at)}."
        elif lifecycle.is_open(self._config, incident):
            promised = "No next one is promised."
        else:
            promised = "It is over, so no next one is promised."
        return Answer(text=f"The update of {incident.name} is posted. {promised}")

    def form_of_command(self, visit: Visit, line: Line) -> Form | None:
        """`/sev update` without a text opens the form."""
        if line.text:
            return None
        return self._form(lambda session: subject(session, visit, line, lock=False))

    def form_of_click(self, visit: Visit) -> Form:
        """*Post update* was clicked."""
        number = int(visit.value)
        return self._form(lambda session: membership.by_number(session, number, user_id=visit.user_id))

    def subscribe(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Send the person the updates by direct message."""
        return self._subscribe(session, visit, subject(session, visit, line))

    def subscribe_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Subscribe* was clicked."""
        return self._subscribe(session, visit, of_number(session, visit, visit.value))

    def _subscribe(self, session: Session, visit: Visit, incident: Incident) -> Answer:
        subscribers.subscribe(session, incident, config=self._config, actor=actor_of(session, visit))
        return Answer(text=f"You are sent the updates of {incident.name} by direct message from now on.")

    def unsubscribe(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Send the person no more updates."""
        return self._unsubscribe(session, visit, subject(session, visit, line))

    def unsubscribe_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Unsubscribe* was clicked."""
        return self._unsubscribe(session, visit, of_number(session, visit, visit.value))

    def _unsubscribe(self, session: Session, visit: Visit, incident: Incident) -> Answer:
        actor = actor_of(session, visit)
        subscribers.unsubscribe(session, incident, config=self._config, actor=actor, now=visit.now)
        return Answer(text=f"You are not sent the updates of {incident.name} any more.")

    def _form(self, find: Callable[[Session], Incident]) -> Form:
        def complete(session: Session) -> View:
            return update_forms.update(self._config, find(session))

        return Form(update_forms.loading(), complete)


def commands(updating: Updating) -> tuple[Command, ...]:
    """The verbs of updates."""
    return (
        Command(
            verb="update", usage="update [45m] [TEXT]", summary="say how it goes, and when there will be news",
            details="Without a text a form opens. A time in front promises the next update: "
            f"`{NAME} update 45m we have found the cause`.",
            run=updating.update, form=updating.form_of_command,
        ),
        Command(
            verb="subscribe", usage="subscribe", summary="be sent a SEV's updates by direct message",
            run=updating.subscribe,
        ),
        Command(verb="unsubscribe", usage="unsubscribe", summary="be sent no more of them", run=updating.unsubscribe),
    )  # fmt: skip


def listen(rooms: Rooms, updating: Updating) -> None:
    """Attach the clicks and forms of updates."""
    rooms.clicks |= {
        update_views.SUBSCRIBE: updating.subscribe_clicked,
        update_views.UNSUBSCRIBE: updating.unsubscribe_clicked,
    }
    rooms.forms |= {update_forms.UPDATE: updating.submitted}
    rooms.openers |= {update_views.OPEN_UPDATE: updating.form_of_click}
