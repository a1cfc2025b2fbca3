"""How a room tells those above it that something happened, without knowing them.

It announces an event with the subject's name. The table in `bot/house.py` says what follows, and that is asked for in the same
transaction: so whatever must be done about it is kept with it, or lost with it.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

ANNOUNCED = "outbox.announced"
Reaction = Callable[[Session, str], None]
"""What one room does when something happened to a subject (`incident:42`): it writes its rows and asks for deliveries."""


def announce(session: Session, event: str, subject: str, *, about: object = None) -> None:
    """Say that `event` (`incident.declared`) happened to `subject`. Said twice in one transaction, it is heard once.

    `about` is the subject itself: it is kept at hand until all have reacted, so that none of them reads it again.
    """
    session.info.setdefault(ANNOUNCED, {})[event, subject] = about


class Announcements:
    """The table of what follows from which event."""

    def __init__(self, table: Mapping[str, Sequence[Reaction]]) -> None:
        self._table = table

    def flush(self, session: Session) -> None:
        """Let the rooms react to what was announced in this transaction, also to what they announce themselves."""
        while announced := session.info.pop(ANNOUNCED, None):
            for event, subject in announced:
                for reaction in self._table.get(event, ()):
                    reaction(session, subject)
