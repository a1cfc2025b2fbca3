"""Who is who: what the bot remembers of people, and how it gets to know somebody it has not met."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.clock import Clock
from bot.db import Base, CommitUnknown, Database, dialect_of, insert_for, log_failure
from bot.errors import CallFailed
from bot.outbox.announcements import announce
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.kinds import Attempt, Kind, Nature, Result
from bot.outbox.model import Mode, OutboxMessage
from bot.slack.client import Identity, Slack
from bot.slack.events import Event, EventRule
from bot.slack.visit import Visit

log = logging.getLogger(__name__)

REFRESH = "directory.refresh_person"
LEARN_AGAIN = timedelta(hours=20)
"""How old what is remembered of somebody may be when they are to be reminded: news of them may have been missed."""
CHANGED = "person.changed"
"""Announced when Slack tells something new of somebody: where they live, whether they are away, that they left."""
ASK_TIMEOUT = timedelta(seconds=1)
"""How long a person waits while the bot asks Slack who they are."""
FRESH_FOR = 600.0
"""Seconds for which this process trusts what it remembers: another one may have learned better."""
LAST_SECOND = 4102444800
"""The year 2100: what is said to last longer has no end."""
SLACKBOT = "USLACKBOT"
"""Slack's own bot, which Slack does not call one."""


class Person(Base):
    """What is known of one Slack user."""

    __tablename__ = "people"

    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    time_zone: Mapped[str] = mapped_column(String(64))
    is_guest: Mapped[bool]
    """A guest of this workspace, or a person of another organisation in a shared channel."""
    is_bot: Mapped[bool] = mapped_column(default=False)
    is_deactivated: Mapped[bool] = mapped_column(default=False)
    status_emoji: Mapped[str] = mapped_column(String(100), default="")
    """What they show as their status, without colons."""
    status_until: Mapped[datetime | None]
    """When that status expires; None: when they take it away."""
    learned_at: Mapped[datetime]


class Standing(StrEnum):
    MEMBER = "member"
    GUEST = "guest"
    UNKNOWN = "unknown"
    """Slack could not be asked in time."""
    BOT = "bot"
    DEACTIVATED = "deactivated"
    """Their account is closed: they left."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, and through which door."""

    user_id: str
    standing: Standing
    door: str


BOT = Actor(user_id="sevbot", standing=Standing.MEMBER, door="schedule")


def actor_of(session: Session, visit: Visit) -> Actor:
    """The person behind a visit, with what is remembered of them."""
    return known(session, visit.user_id, door=visit.door)


def known(session: Session, user_id: str, *, door: str) -> Actor:
    """A person who did something, with what is remembered of them."""
    return Actor(user_id=user_id, standing=standing_of(session, user_id), door=door)


def standing_of(session: Session, user_id: str) -> Standing:
    """What is remembered of somebody."""
    person = session.get(Person, user_id)
    if person is None:
        return Standing.UNKNOWN
    return _standing(is_bot=person.is_bot, is_deactivated=person.is_deactivated, is_guest=person.is_guest)


def standing_in(user: dict[str, Any], identity: Identity) -> Standing:
    """What Slack says of a user (contract 4.5), as somebody's standing."""
    return _standing(
        is_bot=is_app(user), is_deactivated=bool(user.get("deleted")), is_guest=is_outsider(user, identity)
    )


def _standing(*, is_bot: bool, is_deactivated: bool, is_guest: bool) -> Standing:
    if is_bot:
        return Standing.BOT
    if is_deactivated:
        return Standing.DEACTIVATED
    return Standing.GUEST if is_guest else Standing.MEMBER


class Acquaintance:
    """Gets to know people. Slack's slash payloads do not say who is a guest, so the first meeting costs one question."""

    def __init__(self, database: Database, clock: Clock, slack: Slack) -> None:
        self._database = database
        self._clock = clock
        self._slack = slack
        self._known: dict[str, float] = {}
        self._standings: dict[str, Standing] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def learn(self, user_id: str) -> None:
        """Make sure that the person is remembered, asking Slack if need be. Without an answer they stay unknown."""
        with self._lock:
            if self._clock.monotonic() - self._known.get(user_id, float("-inf")) < FRESH_FOR:
                return
            asking = self._asking.setdefault(user_id, threading.Lock())
        with asking:  # whoever comes second waits for the answer, and does not ask again
            if user_id not in self._asking:
                return
            self._learn(user_id)

    def standing(self, user_id: str) -> Standing:
        """What this process remembers of a person, for when there is no database to ask."""
        return self._standings.get(user_id, Standing.UNKNOWN)

    def is_asking(self, user_id: str) -> bool:
        """Whether Slack is being asked about somebody just now: what it says meanwhile may be newer than its answer."""
        with self._lock:
            return user_id in self._asking

    def _learn(self, user_id: str) -> None:
        try:
            if self._is_remembered(user_id) or self._ask(user_id):
                self._known[user_id] = self._clock.monotonic()
        except (SQLAlchemyError, CommitUnknown) as error:
            log_failure(log, "people.not_remembered", error, user=user_id)
        finally:
            with self._lock:
                del self._asking[user_id]

    def _is_remembered(self, user_id: str) -> bool:
        with self._database.read() as session:
            standing = standing_of(session, user_id)
        if standing is not Standing.UNKNOWN:
            self._standings[user_id] = standing
        return standing is not Standing.UNKNOWN

    def _ask(self, user_id: str) -> bool:
        try:
            identity = self._slack.identity()
            answer = self._slack.call("users.info", kind="directory.person", user=user_id, timeout=ASK_TIMEOUT)
        except CallFailed as error:
            log.warning("people.not_learned", extra={"user": user_id, "error": str(error)})
            return False
        self._standings[user_id] = standing_in(answer["user"], identity)
        now = self._clock.now()
        self._database.run(lambda session: remember(session, answer["user"], identity, now=now, unless_known=True))
        return True


def remember(
    session: Session, user: dict[str, Any], identity: Identity, *, now: datetime, unless_known: bool = False
) -> None:
    """Keep what Slack says of a user (contract 4.5). `unless_known`: what an event said meanwhile is newer, and stays."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("name") or user["id"]
    values = {
        "user_id": user["id"],
        "name": str(name)[:100],
        "time_zone": str(user.get("tz") or "UTC")[:64],
        "is_guest": is_outsider(user, identity),
        "is_bot": is_app(user),
        "is_deactivated": bool(user.get("deleted")),
        **_status(profile),
        "learned_at": now,
    }
    upsert = insert_for(dialect_of(session), Person).values(values)
    key = ["user_id"]
    session.execute(
        upsert.on_conflict_do_nothing(index_elements=key)
        if unless_known
        else upsert.on_conflict_do_update(index_elements=key, set_=values)
    )


def learn_anew(session: Session, user: dict[str, Any], identity: Identity, *, now: datetime) -> None:
    """Keep what Slack says of a user, and announce it where it matters to when, or whether, they can be reminded."""
    person = session.get(Person, user["id"])
    before = _reach(person)
    remember(session, user, identity, now=now)
    if person is not None:
        session.refresh(person)
    if person is None or _reach(person) != before:
        announce(session, CHANGED, person_subject(user["id"]))


def _reach(person: Person | None) -> tuple[object, ...]:
    """What decides when, and whether, somebody can be reminded."""
    return (person.time_zone, person.is_deactivated, person.status_emoji, person.status_until) if person else ()


def _status(profile: dict[str, Any]) -> dict[str, Any]:
    """What somebody shows as their status, and until when; Slack's 0 stands for no end."""
    emoji, end = str(profile.get("status_emoji") or "").strip(":"), profile.get("status_expiration")
    until = datetime.fromtimestamp(end, tz=UTC) if isinstance(end, int) and 0 < end < LAST_SECOND else None
    return {"status_emoji": emoji[:100], "status_until": until}


def is_app(user: dict[str, Any]) -> bool:
    """Whether a user is an app, or Slack's own bot."""
    return bool(user.get("is_bot")) or user.get("id") == SLACKBOT


def person_subject(user_id: str) -> str:
    """How announcements name somebody."""
    return f"person:{user_id}"


def is_outsider(user: dict[str, Any], identity: Identity) -> bool:
    """Whether a user is a guest, or belongs to another organisation, as people in shared channels do.

    On Enterprise Grid a colleague's home may be another workspace of the same organisation.
    """
    if any(user.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger")):
        return True
    if user.get("team_id") in (None, identity.team_id):
        return False
    enterprise = (user.get("enterprise_user") or {}).get("enterprise_id") or ""
    return not enterprise or enterprise != identity.enterprise_id


def _concerns_person(event: Event) -> bool:
    return isinstance(event.get("user"), dict) and "id" in event["user"]


def event_rules(slack: Slack, is_asking: Callable[[str], bool]) -> tuple[EventRule, ...]:
    """What this room does about events: it keeps what it knows of people true, and of those it is getting to know."""

    def changed(session: Session, event: Event, now: datetime) -> bool:
        user_id = event["user"]["id"]
        # In this order: whoever is asked about no more is in the database then.
        if not is_asking(user_id) and session.get(Person, user_id) is None:
            return False
        learn_anew(session, event["user"], slack.identity(), now=now)
        return True

    return (EventRule(types=frozenset({"user_change"}), concerns=_concerns_person, apply=changed),)


def refresh_person(session: Session, user_id: str, *, now: datetime) -> str | None:
    """Ask for somebody to be learned anew, unless that was done lately: they may have left, or gone on holiday.

    Returns the outbox key of what to wait for, if that is to be waited for.
    """
    person = session.get(Person, user_id)
    if person is not None and person.learned_at > now - LEARN_AGAIN:
        return None
    key = person_subject(user_id)
    enqueue(session, Request(kind=REFRESH, subject=key, key=key, mode=Mode.LATEST, audience=user_id))
    return key


def kinds(slack: Slack) -> tuple[Kind[str], ...]:
    """The outbox kind of this room."""

    def load(_session: Session, message: OutboxMessage) -> str:
        return message.audience

    def send(user_id: str, attempt: Attempt) -> Result:
        answer = slack.during(attempt).call("users.info", user=user_id)
        return {"user": answer["user"], "identity": slack.identity()}

    def record(session: Session, _message: OutboxMessage, result: Result, now: datetime) -> None:
        learn_anew(session, result["user"], result["identity"], now=now)

    return (
        Kind(
            name=REFRESH, nature=Nature.IDEMPOTENT, label="Learn who somebody is", load=load, send=send, record=record
        ),
    )
