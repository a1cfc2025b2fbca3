"""What all calls of the API about SEVs share: who calls, what they may, and how what goes wrong is answered."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.api import Call, Callers, Fault, Rejected, Reply, require_scope
from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import UNAVAILABLE, CommitUnknown, Database, log_failure
from bot.directory.people import Actor, Standing
from bot.directory.permissions import Deed, require
from bot.environment import READ_INCIDENTS, SEE_PRIVATE, WRITE_INCIDENTS, ApiToken
from bot.errors import Refused
from bot.incidents import membership
from bot.incidents.model import Incident
from bot.slack.text import SERVICE
from bot.web.v1.once import named, once

log = logging.getLogger(__name__)

LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Caller:
    """Who calls, and when."""

    token: ApiToken
    config: Config
    now: datetime

    @property
    def actor(self) -> Actor:
        """As timelines and the audit name them."""
        return Actor(user_id=f"{SERVICE}{self.token.name}", standing=Standing.MEMBER, door="api")

    @property
    def sees_private(self) -> bool:
        return SEE_PRIVATE in self.token.scopes

    def require(self, deed: Deed) -> None:
        """Raise `Rejected` where the configuration lets nobody do it."""
        try:
            require(self.config, self.actor, deed)
        except Refused as refusal:
            raise Rejected(HTTPStatus.FORBIDDEN, refusal.sentence) from None

    def incident(self, session: Session, number: str, *, lock: bool = False) -> Incident:
        """The SEV of that number. Raises `Rejected` alike whether there is none, or the token may not see it."""
        wanted = int(number) if number.isascii() and number.isdecimal() and len(number) <= 10 else 0
        found = None
        if 0 < wanted <= LARGEST_NUMBER:
            found = membership.seen_by(session, wanted, user_id=self.actor.user_id, lock=lock)
            if found is None and self.sees_private:
                found = session.scalars(select(Incident).where(Incident.number == wanted)).one_or_none()
                found = membership.lock(session, found.id) if found and lock else found
        if found is None:
            raise Rejected(HTTPStatus.NOT_FOUND, "There is no SEV of this number that the token may see.")
        return found


Work = Callable[[Session, Caller], Reply]


class Doors:
    """The two doors: to look, and to change."""

    def __init__(self, callers: Callers, database: Database, clock: Clock, settings: Settings) -> None:
        self._callers = callers
        self._database = database
        self._clock = clock
        self._settings = settings

    def look(self, call: Call, prepare: Callable[[Caller], Work]) -> Reply:
        """Answer a call that changes nothing. `prepare` reads what is asked for, before the database is."""

        def work() -> Reply:
            caller = self._caller(call, READ_INCIDENTS)
            caller.require("see")
            asked = prepare(caller)
            with self._database.read() as session:
                return asked(session, caller)

        return _answered(work)

    def change(self, call: Call, prepare: Callable[[Caller], Work], number: str | None = None) -> Reply:
        """Do what a call asks for, once where it has a name, and answer when it is committed.

        `number` is the SEV's, where the path has it; else the answer is the SEV.
        """

        def work() -> Reply:
            caller = self._caller(call, WRITE_INCIDENTS)
            name = named(call, caller.token)
            asked = prepare(caller)

            def once_only(session: Session) -> Reply:
                def look(kept: Reply) -> None:
                    caller.incident(session, number or str(kept.content["number"]))

                return once(session, name, lambda: asked(session, caller), look=look, now=caller.now)

            return self._database.run(once_only)

        return _answered(work)

    def _caller(self, call: Call, scope: str) -> Caller:
        token = self._callers.admit(call)
        require_scope(token, scope)
        return Caller(token, self._settings.current, self._clock.now())


def _answered(work: Callable[[], Reply]) -> Reply:
    try:
        return work()
    except Rejected as rejected:
        return rejected.reply
    except Refused as refusal:
        return _refused(refusal)
    except (*UNAVAILABLE, CommitUnknown) as error:
        log_failure(log, "api.not_kept", error)
        detail = (
            "The database is away. Send it again, with the same Idempotency-Key: if it was kept, it is not done twice."
        )
        return Rejected(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"}).reply


def _refused(refusal: Refused) -> Reply:
    """What a room refuses: at a field, what it holds can't be; else the SEV is not as it would have to be."""
    if refusal.field is None:
        return Rejected(HTTPStatus.CONFLICT, refusal.to_services).reply
    faults = [Fault(f"/{refusal.field}", refusal.to_services)]
    return Rejected(HTTPStatus.UNPROCESSABLE_ENTITY, refusal.to_services, faults=faults).reply
