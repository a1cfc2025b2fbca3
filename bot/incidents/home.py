"""The bot's Home: what a person finds there, when it is shown anew, and how it gets there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.db import dialect_of, insert_for
from bot.directory import people
from bot.directory.people import Actor, Person, Standing
from bot.directory.permissions import may, require
from bot.errors import Refused
from bot.incidents import home_views, lifecycle, membership
from bot.incidents.model import HomeReader, Incident, IncidentMember, RoleHolder, TimelineEntry
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.kinds import Attempt, Kind, Nature, Result
from bot.outbox.model import Mode, OutboxMessage
from bot.slack.blocks import Block
from bot.slack.client import Identity, Slack
from bot.slack.events import Event, EventRule
from bot.slack.visit import View

HOME = "incident.home"
READ_WITHIN = timedelta(days=1)
"""For how long after its last opening a Home is kept true; an older one is made anew when it is opened."""
MOST_HOMES = 50
"""How many Homes one change shows anew, the last opened first."""
RECENTLY_OVER = 5

HomeSection = Callable[[Session, str], list[Block]]
"""What a room shows in the Home of a user: blocks, none where it has nothing to say."""


def opened(session: Session, user_id: str, *, now: datetime) -> None:
    """Somebody opened their Home: show it as it is now, and remember who may be looking at it."""
    values = {"user_id": user_id, "opened_at": now}
    upsert = insert_for(dialect_of(session), HomeReader).values(values)
    session.execute(upsert.on_conflict_do_update(index_elements=["user_id"], set_=values))
    show_home(session, user_id)


def show_home(session: Session, user_id: str) -> None:
    """Show one person's Home as it is now."""
    subject = f"person:{user_id}"
    enqueue(
        session,
        Request(kind=HOME, subject=subject, key=f"home:{user_id}", mode=Mode.LATEST, arguments={"user": user_id},
                audience=user_id),
    )  # fmt: skip


def refresh_homes(session: Session, incident: Incident, *, now: datetime) -> None:
    """Show anew the Homes of those who opened theirs lately and may see the SEV."""
    readers = select(HomeReader.user_id).where(HomeReader.opened_at > now - READ_WITHIN)
    if incident.is_private:
        members = select(IncidentMember.user_id).where(IncidentMember.incident_id == incident.id)
        readers = readers.where(HomeReader.user_id.in_(members))
    for user_id in session.scalars(readers.order_by(HomeReader.opened_at.desc()).limit(MOST_HOMES)):
        show_home(session, user_id)


def sections(settings: Settings) -> tuple[HomeSection, ...]:
    """What this room shows in a Home, in order."""

    def open_now(session: Session, user_id: str) -> list[Block]:
        return home_views.open_now(settings.current, open_incidents(session, settings.current, user_id))

    def roles(session: Session, user_id: str) -> list[Block]:
        query = (
            select(Incident, RoleHolder.role)
            .join(RoleHolder, RoleHolder.incident_id == Incident.id)
            .where(RoleHolder.user_id == user_id, membership.may_see(user_id), lifecycle.open_now(settings.current))
            .order_by(Incident.number.desc(), RoleHolder.role)
        )
        held = [(incident, role) for incident, role in session.execute(query)]
        return home_views.roles(settings.current, home_views.grouped(held))

    def promised(session: Session, user_id: str) -> list[Block]:
        return home_views.promised(settings.current, promised_by(session, settings.current, user_id))

    def over(session: Session, user_id: str) -> list[Block]:
        query = select(Incident).where(membership.may_see(user_id), ~lifecycle.open_now(settings.current))
        found = session.scalars(query.order_by(Incident.number.desc()).limit(RECENTLY_OVER)).all()
        return home_views.over(settings.current, found)

    return open_now, roles, promised, over


def open_incidents(session: Session, config: Config, user_id: str) -> Sequence[Incident]:
    """The open SEVs a person may see, their own first: those they declared, or hold a role in. One more than is shown."""
    roles = select(RoleHolder.incident_id).where(RoleHolder.user_id == user_id)
    is_own = or_(Incident.declared_by == user_id, Incident.id.in_(roles))
    return session.scalars(
        select(Incident)
        .where(membership.may_see(user_id), lifecycle.open_now(config))
        .order_by(case((is_own, 0), else_=1), Incident.number.desc())
        .limit(home_views.LONGEST_LIST + 1)
    ).all()


def promised_by(session: Session, config: Config, user_id: str) -> Sequence[Incident]:
    """The open SEVs whose next update the person promised with the latest one, the soonest first."""
    promiser = (
        select(TimelineEntry.actor)
        .where(
            TimelineEntry.incident_id == Incident.id,
            TimelineEntry.kind == "update",
            TimelineEntry.withdrawn_at.is_(None),
        )
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalars(
        select(Incident)
        .where(Incident.next_update_at.is_not(None), membership.may_see(user_id), lifecycle.open_now(config))
        .where(promiser == user_id)
        .order_by(Incident.next_update_at, Incident.number)
        .limit(home_views.LONGEST_LIST)
    ).all()


@dataclass(frozen=True)
class Shown:
    """A Home to be published; without a view, it must first be asked who they are."""

    user_id: str
    view: View | None


class Home:
    """Keeps Homes true. `sections` are what the rooms show there, in order."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, sections: Sequence[HomeSection]) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._sections = sections

    def kind(self) -> Kind[Shown]:
        """How a Home is shown."""
        return Kind(
            name=HOME, nature=Nature.IDEMPOTENT, label="Show somebody's Home", load=self._load, send=self._publish,
            overwrites=True,
        )  # fmt: skip

    def changed(self, session: Session, subject: str) -> None:
        """Something happened to a SEV that Homes show."""
        incident = membership.by_subject(session, subject)
        refresh_homes(session, incident, now=self._clock.now())

    def membership_changed(self, session: Session, subject: str) -> None:
        """A person may see more, or less: whenever they opened their Home, it is no longer true."""
        user_id = subject.rpartition(":")[2]
        if session.get(HomeReader, user_id) is not None:
            show_home(session, user_id)

    def _load(self, session: Session, message: OutboxMessage) -> Shown:
        user_id = message.arguments["user"]
        must_be_known = self._settings.current.permissions.see != "everyone"
        if must_be_known and session.get(Person, user_id) is None:
            return Shown(user_id, None)
        return Shown(user_id, self._view(session, user_id))

    def _view(self, session: Session, user_id: str) -> View:
        config = self._settings.current
        person = session.get(Person, user_id)
        standing = Standing.UNKNOWN if person is None else Standing.GUEST if person.is_guest else Standing.MEMBER
        actor = Actor(user_id=user_id, standing=standing, door="home")
        welcome = home_views.welcome(may_declare=may(config, actor, "declare"))
        try:
            require(config, actor, "see")
        except Refused as refusal:
            return home_views.closed_door(refusal.sentence)
        return home_views.home([welcome, *(section(session, user_id) for section in self._sections)])

    def _publish(self, shown: Shown, attempt: Attempt) -> Result:
        calls = self._slack.during(attempt)
        view = shown.view
        if view is None:
            user = calls.call("users.info", user=shown.user_id)["user"]
            view = self._view_of_stranger(user, self._slack.identity(), attempt)
        calls.call("views.publish", user_id=shown.user_id, view=view)
        return {}

    def _view_of_stranger(self, user: dict[str, Any], identity: Identity, attempt: Attempt) -> View:
        """The Home of somebody whom the bot meets here first."""
        made: list[View] = []

        def remember(session: Session) -> None:
            people.remember(session, user, identity, now=self._clock.now())
            made[:] = [self._view(session, user["id"])]

        attempt.commit(remember)
        return made[0]


def _is_home(event: Event) -> bool:
    return event.get("tab") == "home" and isinstance(event.get("user"), str)


def event_rules() -> tuple[EventRule, ...]:
    """What this room does about events."""

    def show(session: Session, event: Event, now: datetime) -> bool:
        opened(session, event["user"], now=now)
        return True

    return (EventRule(types=frozenset({"app_home_opened"}), concerns=_is_home, apply=show),)
