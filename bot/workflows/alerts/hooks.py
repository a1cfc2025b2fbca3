"""The doors for alerts, `/hooks/NAME`: who proves who they are has their body kept, and then gets their answer."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from bot.clock import Clock
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.workflows.alerts import intake
from bot.workflows.alerts.sources.alert import Proof, Source

log = logging.getLogger(__name__)


class Hook:
    """The door of one source. Without a secret it is closed: nobody may say that something is wrong."""

    def __init__(self, source: Source, secrets: tuple[str, ...], database: Database, clock: Clock) -> None:
        self._source = source
        self._secrets = secrets
        self._database = database
        self._clock = clock

    def take(self, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        """Keep one delivery, whatever it says, and answer once it is kept: from then on it can't be lost.

        `headers` are named in lower case. What is said is found out later: a body that is genuine is never refused for
        what it says, since senders give up on who refuses.
        """
        if not self._secrets:
            return HTTPStatus.NOT_FOUND
        if not self._source.is_genuine(Proof(secrets=self._secrets, now=self._clock.machine()), headers, body):
            log.warning("alerts.hook_refused", extra={"source": self._source.name})
            return HTTPStatus.UNAUTHORIZED
        now = self._clock.now()
        try:
            self._database.run(lambda session: intake.keep(session, self._source, body, now=now))
        except (*UNAVAILABLE, CommitUnknown) as error:
            log_failure(log, "alerts.not_kept", error, source=self._source.name)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.ACCEPTED
