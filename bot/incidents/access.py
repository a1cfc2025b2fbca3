"""Asking to be let into a private SEV, without learning whether there is one.

Whoever asks gets the same answer after the same work, whatever number they name: the request is kept, and whether there is
anybody to ask is found out aside, by a delivery. Denial is silent, so nothing is learned from that either.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import audit
from bot.config import Config
from bot.db import Base
from bot.directory.people import Actor, Person
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import membership, surfaces
from bot.incidents.model import REASON_LIMIT, Incident, IncidentMember
from bot.incidents.noting import note
from bot.incidents.words import checked_reason
from bot.outbox.enqueue import URGENT, Request, enqueue
from bot.outbox.model import Mode, OutboxMessage, State

CONSIDER = "incident.consider_request"
REQUEST = "incident.access_request"
LET_IN = "incident.let_in"
WELCOME = "incident.welcome"

AGAIN_AFTER = timedelta(minutes=15)
"""How long one asks in vain for the same SEV again."""
PER_HOUR = 5
"""For how many SEVs one person may ask within an hour: whoever guesses numbers does not get far."""
LIFE = timedelta(days=1)
"""How long a request waits for an answer."""
AT_ONCE = 100


class Outcome(StrEnum):
    """What became of a request."""

    OPEN = "open"
    LET_IN = "let_in"
    DECLINED = "declined"
    EXPIRED = "expired"


class AccessRequest(Base):
    """Somebody asked to be let into the SEV of that number, be there one or not."""

    __tablename__ = "access_requests"
    __table_args__ = (
        Index("ix_access_requests_user_id_asked_at", "user_id", "asked_at"),
        Index("ix_access_requests_outcome_asked_at", "outcome", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    number: Mapped[int]
    user_id: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT), default="")
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10), default=Outcome.OPEN)
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None]

    @property
    def subject(self) -> str:
        """How audit records and the outbox name it."""
        return f"access:{self.id}"


def ask(session: Session, number: int, reason: str, *, config: Config, actor: Actor, now: datetime) -> None:
    """Ask the people of the private SEV of that number, if there is one. Raises `Refused`, alike for every number."""
    require(config, actor, "ask")
    session.get(Person, actor.user_id, with_for_update=True)  # one by one, so that they can be counted
    hour = select(AccessRequest.number, AccessRequest.asked_at).where(
        AccessRequest.user_id == actor.user_id, AccessRequest.asked_at > now - timedelta(hours=1)
    )
    recent = [(found.number, found.asked_at) for found in session.execute(hour)]
    if any(asked == number and at > now - AGAIN_AFTER for asked, at in recent):
        minutes = int(AGAIN_AFTER.total_seconds() // 60)
        raise Refused(f"You asked about SEV-{number} less than {minutes} minutes ago. {answer(number)}")
    if len(recent) >= PER_HOUR:
        raise Refused(f"You have asked {PER_HOUR} times within an hour, and more is not possible. Please wait a while.")
    request = AccessRequest(
        number=number, user_id=actor.user_id, reason=checked_reason(reason), asked_at=now, outcome=Outcome.OPEN
    )
    session.add(request)
    session.flush()
    audit.record(
        session, actor=actor.user_id, action="access.asked", subject=request.subject, source=actor.door, now=now
    )
    key = f"{request.subject}:{now.timestamp()}"  # SQLite gives the id of a row that was deleted to another one
    enqueue(session, Request(kind=CONSIDER, subject=request.subject, key=key, mode=Mode.ONCE))


def answer(number: int) -> str:
    """What everybody is told who asked."""
    return f"If there is a private SEV-{number}, its people have been asked."


def consider(session: Session, request: AccessRequest) -> None:
    """Show a request to the people of its SEV, if there is such a SEV, and they can be reached, and know nothing of it yet."""
    incident = _private(session, request)
    if incident is None or incident.working_channel is None:
        return
    if session.get(IncidentMember, (incident.id, request.user_id)) is None and not _is_asked_already(
        session, incident, request
    ):
        show(session, incident, request)


def let_in(
    session: Session, incident: Incident, request: AccessRequest, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Let the person in who asked: they are invited to the channel, and told. Raises `Refused`."""
    _decide(session, incident, request, Outcome.LET_IN, config=config, actor=actor, now=now)
    argument = {"request": request.id}
    invited = surfaces.key(incident, f"let_in:{request.id}")
    enqueue(
        session,
        Request(
            kind=LET_IN, subject=incident.subject, key=invited, mode=Mode.ONCE, arguments=argument, priority=URGENT
        ),
    )
    enqueue(
        session,
        Request(
            kind=WELCOME, subject=incident.subject, key=surfaces.key(incident, f"welcome:{request.id}"),
            mode=Mode.ONCE, arguments=argument, after=invited, audience=request.user_id,
        ),
    )  # fmt: skip


def decline(
    session: Session, incident: Incident, request: AccessRequest, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Decline a request. Whoever asked is not told. Raises `Refused`."""
    _decide(session, incident, request, Outcome.DECLINED, config=config, actor=actor, now=now)


def expire(session: Session, *, now: datetime) -> None:
    """End the requests nobody answered within a day; those that were about nothing are forgotten."""
    old = select(AccessRequest).where(AccessRequest.outcome == Outcome.OPEN, AccessRequest.asked_at <= now - LIFE)
    for request in session.scalars(old.order_by(AccessRequest.number, AccessRequest.id).limit(AT_ONCE)).all():
        incident = _private(session, request)
        session.refresh(request)
        if request.outcome != Outcome.OPEN:
            continue  # decided while the SEV was waited for
        if incident is None:
            session.delete(request)
            continue
        request.outcome, request.decided_at = Outcome.EXPIRED, now
        if _was_shown(session, incident, request):
            show(session, incident, request)


def show(session: Session, incident: Incident, request: AccessRequest) -> None:
    """Show a request in the SEV's channel as it is now."""
    enqueue(
        session,
        Request(
            kind=REQUEST, subject=incident.subject, key=_key(incident, request), mode=Mode.LATEST,
            arguments={"request": request.id}, priority=URGENT,
        ),
    )  # fmt: skip


def request_of(session: Session, incident: Incident, request_id: str) -> AccessRequest:
    """A request for this SEV. Raises `Refused` where there is none of that id."""
    found = session.get(AccessRequest, int(request_id)) if request_id.isdecimal() else None
    if found is None or found.number != incident.number:
        raise Refused(f"There is no such request for {incident.name} any more.")
    return found


def _decide(
    session: Session,
    incident: Incident,
    request: AccessRequest,
    outcome: Outcome,
    *,
    config: Config,
    actor: Actor,
    now: datetime,
) -> None:
    require(config, actor, "change")
    if request.outcome in (Outcome.LET_IN, Outcome.DECLINED):
        done = "let them in" if request.outcome == Outcome.LET_IN else "declined"
        raise Refused(f"<@{request.decided_by}> {done} already.")
    if request.outcome == Outcome.EXPIRED or request.asked_at <= now - LIFE:
        raise Refused(
            f"This request is older than a day. `/invite` them to the channel if they shall see {incident.name}."
        )
    request.outcome, request.decided_by, request.decided_at = outcome, actor.user_id, now
    note(session, incident, f"access_{outcome}", actor=actor, now=now, user=request.user_id)
    show(session, incident, request)


def _private(session: Session, request: AccessRequest) -> Incident | None:
    """The private SEV it is about, locked; None where there is none."""
    found = session.scalar(select(Incident.id).where(Incident.number == request.number, Incident.is_private.is_(True)))
    return membership.lock(session, found) if found is not None else None


def _is_asked_already(session: Session, incident: Incident, request: AccessRequest) -> bool:
    """Whether another request of the same person still waits in the channel: one is enough."""
    others = select(AccessRequest).where(
        AccessRequest.number == request.number, AccessRequest.user_id == request.user_id,
        AccessRequest.id != request.id, AccessRequest.outcome == Outcome.OPEN,
        AccessRequest.asked_at > request.asked_at - LIFE,
    )  # fmt: skip
    return any(_was_shown(session, incident, each) for each in session.scalars(others))


def _was_shown(session: Session, incident: Incident, request: AccessRequest) -> bool:
    state = session.scalar(select(OutboxMessage.state).where(OutboxMessage.key == _key(incident, request)))
    return state is not None and state != State.SKIPPED


def _key(incident: Incident, request: AccessRequest) -> str:
    return surfaces.key(incident, f"request:{request.id}")
