"""Reads the configuration again when it changed, and tells the operators' channel what of it cannot be used."""

import hashlib
import logging

from sqlalchemy.orm import Session

from bot.config import ConfigFaults, Settings
from bot.db import Database
from bot.directory.channels import channel_id, learn_places
from bot.operations import config_views
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.kinds import Kind, Skip
from bot.outbox.model import Mode, OutboxMessage
from bot.slack import posts
from bot.slack.blocks import Block
from bot.slack.client import Slack
from bot.workflows.slos.promises import not_used

log = logging.getLogger(__name__)

TELL = "operations.tell_operators"
SUBJECT = "configuration"
REFUSED, NOT_USED = "config.refused", "config.not_used"
DIGITS = 16
"""How much of a digest makes a key."""


class ConfigWatch:
    """Looks at the files again and again. A faulty change is refused whole, and what was read before stays."""

    def __init__(self, settings: Settings, database: Database, slack: Slack) -> None:
        self._settings = settings
        self._database = database
        self._slack = slack
        self._seen = self._handled = settings.fingerprint
        self._refused: str | None = None

    def look(self) -> None:
        """Read the files again once they stayed the same from one look to the next: nobody saves them all at once."""
        found = self._settings.fingerprint_now()
        if found != self._handled and found == self._seen:
            self._read(found)
            self._handled = found
        self._seen = found

    def _read(self, fingerprint: str) -> None:
        before, refused = self._refused, None
        try:
            self._settings.reload()
        except ConfigFaults as faults:
            log.warning("config.refused", extra={"faults": faults.faults})
            refused = f"{REFUSED}:{fingerprint[:DIGITS]}"
        else:
            log.info("config.read_again")
        self._database.run(lambda session: self._tell(session, before, refused))
        self._refused = refused

    def _tell(self, session: Session, before: str | None, refused: str | None) -> None:
        for key in (before, refused):
            if key is not None:
                self._ask(session, key, Mode.LATEST)
        if refused is None:
            self.begin(session)

    def begin(self, session: Session) -> None:
        """Make the configuration's channels known, and tell the operators once what of it is not used."""
        learn_places(session, self._settings.current)
        said = not_used(self._settings)
        if said:
            log.warning("config.not_used", extra={"notices": said})
            self._ask(session, f"{NOT_USED}:{_digest(said)}", Mode.ONCE)

    def _ask(self, session: Session, key: str, mode: Mode) -> None:
        if self._settings.current.operators is not None:
            enqueue(session, Request(kind=TELL, subject=SUBJECT, key=key, mode=mode, rule=TELL))

    def kind(self) -> Kind[posts.Draft]:
        """The outbox kind of this."""
        return posts.kind(self._slack, TELL, "Tell the operators", self._load, overwrites=True)

    def _load(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        place = self._settings.current.operators
        if place is None:
            return Skip("there is no channel of the operators")
        about, _, digest = message.key.partition(":")
        shown = self._not_used(digest) if about == NOT_USED else self._refusal(digest)
        if shown is None and session.get(posts.Post, message.key) is None:
            return Skip("the configuration was changed again")
        text, blocks = shown or config_views.changed_since()
        return posts.draft_for(
            session, message, channel_id=channel_id(session, place), text=text, blocks=blocks, join=True
        )

    def _not_used(self, digest: str) -> tuple[str, list[Block]] | None:
        said = not_used(self._settings)
        return config_views.not_used(said) if _digest(said) == digest else None

    def _refusal(self, digest: str) -> tuple[str, list[Block]] | None:
        """Read anew what is wrong, since the change may have been seen by another replica; None: it is another by now."""
        faults = self._settings.faults_now() if self._settings.fingerprint_now().startswith(digest) else []
        return config_views.refused(faults) if faults else None


def _digest(said: list[str]) -> str:
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:DIGITS]
