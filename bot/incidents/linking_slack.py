"""What a SEV points to, from Slack: its call, links, and the SEV it is a duplicate of."""

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.errors import Refused
from bot.incidents import duplicates, links, membership
from bot.incidents.bookmarks import links_of
from bot.incidents.subject import subject
from bot.slack.commands import NAME, TARGET, Command, Line
from bot.slack.text import leading_link, link
from bot.slack.visit import Answer, Visit

USUAL = frozenset({"none", "usual"})
MOST_LISTED = 10
LONGEST_LISTED = 400
"""Characters. A longer one is found at the top of the channel."""


class Linking:
    """The listeners that set where a SEV points to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def bridge(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Set the call of this SEV, or say which it is."""
        incident = subject(session, visit, line)
        usual = self._config.channels.bridge
        if not line.text:
            call = incident.bridge or usual
            shown = f"The call of {incident.name} is {link(call, 'here')}." if call else f"{incident.name} has no call."
            return Answer(text=f"{shown} `{NAME} bridge URL` sets it.")
        address = None if line.text.lower() in USUAL else leading_link(line.text)[0]
        links.set_bridge(session, incident, address, config=self._config, actor=actor_of(session, visit), now=visit.now)
        if address is None:
            again = "the usual one again" if usual else "none any more"
            return Answer(text=f"The call of {incident.name} is {again}.")
        return Answer(text=f"The call of {incident.name} is set.")

    def add_link(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Add a link, or list those there are."""
        incident = subject(session, visit, line)
        if not line.text:
            found = [f"• {link(each.address, each.title)}" for each in links_of(session, incident)]
            listed = "\n".join(each for each in found[-MOST_LISTED:] if len(each) < LONGEST_LISTED)
            return Answer(text=f"{listed}\n`{NAME} link URL [title]` adds one.".strip())
        address, title = leading_link(line.text)
        links.add_link(
            session, incident, address, title, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"The link is at the top of the channel of {incident.name}.")

    def duplicate(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Say that this SEV, or the one named first, is a duplicate of another."""
        named = TARGET.match(line.text.strip())
        if line.target is None or (line.text and named is None):
            raise Refused(f"Name the original: `{NAME} duplicate SEV-41`, or `{NAME} duplicate SEV-42 SEV-41`.")
        first = Line(line.verb, line.target if named else None, "", line.flags)
        incident = subject(session, visit, first, lock=False)
        original_number = int(named[1]) if named else line.target
        original = membership.by_number(session, original_number, user_id=visit.user_id)
        duplicates.mark_duplicate(
            session, incident, original, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return Answer(text=f"{incident.name} is cancelled as a duplicate of {original.name}.")


def commands(linking: Linking) -> tuple[Command, ...]:
    """The verbs of this part of the room."""
    return (
        Command(
            verb="bridge", usage="bridge [URL|none]", summary="set the call of this SEV, everywhere",
            details="`bridge none` goes back to the configured one.", run=linking.bridge,
        ),
        Command(
            verb="link", usage="link URL [title]", summary="put a link at the top of the channel", run=linking.add_link
        ),
        Command(
            verb="duplicate", usage="duplicate [SEV-42] SEV-41", summary="it is another SEV: cancel it and point there",
            details="The last one named is the original.", run=linking.duplicate,
        ),
    )  # fmt: skip
