"""The door for heartbeats: `/hooks/heartbeat/TOKEN`, with what a job says of itself behind it.

A token is made of the heartbeat's name and a secret of the environment: nothing secret stands in the settings.
"""

import hashlib
import hmac
import logging
from http import HTTPStatus

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.workflows.heartbeats import beating
from bot.workflows.heartbeats.beating import Ping, What
from bot.workflows.heartbeats.listening import all_of, name_of

log = logging.getLogger(__name__)

PATH = "/hooks/heartbeat/"
TOKEN_LENGTH = 40
"""Characters in hexadecimal: 160 bits, and short enough for a line of a crontab."""
HIGHEST_EXIT_CODE = 255


def token_of(secret: str, workflow: str, key: str) -> str:
    """By which the heartbeat of that key is known: nobody can make one without the secret."""
    name = f"heartbeat:{name_of(workflow, key)}".encode()
    return hmac.new(secret.encode(), name, hashlib.sha256).hexdigest()[:TOKEN_LENGTH]


def understood(action: str, said: str) -> Ping | None:
    """What a job says: nothing more (it succeeded), `start`, `fail`, `log` or its exit code. None: that is none of them."""
    if not action:
        return Ping(said=said)
    if action.isascii() and action.isdecimal() and len(action) <= len(str(HIGHEST_EXIT_CODE)):
        code = int(action)
        if code > HIGHEST_EXIT_CODE:
            return None
        return Ping(What.FAIL, code, said) if code else Ping(said=said)
    named = {What.START, What.FAIL, What.LOG}
    return Ping(What(action), said=said) if action in named else None


class HeartbeatDoor:
    """Takes pings, and answers once they are kept. Without a secret it is closed."""

    def __init__(self, secrets: tuple[str, ...], database: Database, clock: Clock, settings: Settings) -> None:
        self._secrets = secrets
        self._database = database
        self._clock = clock
        self._settings = settings
        self._known: tuple[Config | None, dict[str, tuple[str, str]]] = (None, {})

    def take(self, token: str, action: str, said: str) -> HTTPStatus:
        """Keep one ping: `said` is the text that came with it."""
        named, ping = self._named(token), understood(action, said)
        if named is None or ping is None:
            return HTTPStatus.NOT_FOUND
        now = self._clock.now()
        try:
            self._database.run(lambda session: beating.keep(session, *named, ping, now=now))
        except (*UNAVAILABLE, CommitUnknown) as error:
            log_failure(log, "heartbeats.not_kept", error)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    def _named(self, token: str) -> tuple[str, str] | None:
        """Whose token that is. It is looked up by its digest: how long that takes tells nothing of the token."""
        config = self._settings.current
        followed, known = self._known
        if followed is not config:
            known = {
                _digest(token_of(secret, workflow.key, each.key)): (workflow.key, each.key)
                for secret in self._secrets
                for workflow, each in all_of(config)
            }
            self._known = (config, known)
        return known.get(_digest(token))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
