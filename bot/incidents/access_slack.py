"""Asking to be let into a private SEV, and answering that, from Slack."""

from sqlalchemy.orm import Session

from bot.config import Settings
from bot.directory.people import actor_of
from bot.errors import Refused
from bot.incidents import access, membership
from bot.incidents.access import AccessRequest
from bot.incidents.access_deliveries import DECLINE_BUTTON, LET_IN_BUTTON
from bot.incidents.model import Incident
from bot.incidents.subject import subject
from bot.slack.commands import NAME, Command, Line
from bot.slack.rooms import Rooms
from bot.slack.text import channel as channel_mention
from bot.slack.visit import DONE, Answer, Visit


class Guarding:
    """The listeners around private SEVs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ask(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Ask the people of a private SEV. The answer is the same whether or not there is one."""
        if line.target is None:
            raise Refused(f"Name the SEV, and say why you need to see it: `{NAME} access SEV-42 I run its database`.")
        incident = membership.seen_by(session, line.target, user_id=visit.user_id)
        if incident is not None:
            place = f": {channel_mention(incident.channel_id)}" if incident.channel_id else ""
            raise Refused(f"You can see {incident.name} already{place}. `{NAME} show {incident.name}` shows it.")
        actor = actor_of(session, visit)
        access.ask(session, line.target, line.text, config=self._settings.current, actor=actor, now=visit.now)
        return Answer(text=access.answer(line.target))

    def private(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Say that a bot cannot turn a public channel private, and what to do."""
        incident = subject(session, visit, line, lock=False)
        if incident.is_private:
            return Answer(text=f"{incident.name} is private already.")
        raise Refused(
            f"Slack lets no bot turn a public channel private, and what was said in it was public: nothing was changed. "
            f"Declare a private SEV, `{NAME} declare {incident.severity} TITLE --private`, go on there, and end this one: "
            f"`{NAME} cancel {incident.name} goes on elsewhere`."
        )

    def let_in(self, session: Session, visit: Visit) -> Answer:
        """*Let them in* was clicked."""
        incident, request = self._meant(session, visit)
        access.let_in(
            session, incident, request, config=self._settings.current, actor=actor_of(session, visit), now=visit.now
        )
        return DONE

    def decline(self, session: Session, visit: Visit) -> Answer:
        """*Decline* was clicked."""
        incident, request = self._meant(session, visit)
        access.decline(
            session, incident, request, config=self._settings.current, actor=actor_of(session, visit), now=visit.now
        )
        return DONE

    def _meant(self, session: Session, visit: Visit) -> tuple[Incident, AccessRequest]:
        number, _, request_id = visit.value.partition(":")
        incident = membership.by_channel(session, visit.channel_id, user_id=visit.user_id, lock=True)
        if incident is None or str(incident.number) != number:
            incident = membership.by_number(session, int(number), user_id=visit.user_id, lock=True)
        return incident, access.request_of(session, incident, request_id)


def commands(guarding: Guarding) -> tuple[Command, ...]:
    """The verbs of guarding."""
    return (
        Command(
            verb="access", usage="access SEV-42 [why]", summary="ask to be let into a private SEV",
            details="Its people see who asks, and why. If they let you in, you are told.", run=guarding.ask,
        ),
        Command(
            verb="private", usage="private", summary="what to do when a SEV should have been private",
            run=guarding.private, changes=False,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, guarding: Guarding) -> None:
    """Attach the clicks of guarding."""
    rooms.clicks |= {LET_IN_BUTTON: guarding.let_in, DECLINE_BUTTON: guarding.decline}
