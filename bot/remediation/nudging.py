"""Action items, as the reminder engine sees them; see `nudges/subjects.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, exists, literal, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.audit import AuditRecord
from bot.clock import Clock
from bot.config import COMMANDER, Config, Settings
from bot.db import dialect_of, insert_for
from bot.directory.people import BOT, Person
from bot.incidents import membership
from bot.incidents.model import IncidentMember, RoleHolder
from bot.nudges.deciding import TEAM
from bot.nudges.model import NudgeWatch
from bot.nudges.service import AT_ONCE
from bot.nudges.subjects import Act, Situation, Words
from bot.outbox.model import OutboxMessage
from bot.remediation import nudge_views
from bot.remediation.ladders import Ladders, Promise
from bot.remediation.model import OPEN_STATES, ActionItem

PREFIX = "item:"
REOPENED = "item.reopened"
"""The audit's word for it."""


class ItemNudges:
    """The items."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def lock(self, session: Session, subject: str) -> None:
        """Lock the item's own row: whoever changes it locks its SEV's first, and asks for nothing after it."""
        session.scalars(select(ActionItem.id).where(ActionItem.id == _id_of(subject)).with_for_update()).one()

    def situation(self, session: Session, subject: str, *, now: datetime) -> Situation:
        """What is wrong with one."""
        return self.situations(session, (subject,), now=now)[subject]

    def situations(self, session: Session, subjects: Sequence[str], *, now: datetime) -> dict[str, Situation]:
        """What is wrong with each, by a handful of queries however many they are."""
        facts, config = self._facts(session, subjects), self._settings.current
        found = {}
        for subject in subjects:
            item, last = facts.items[subject], facts.last_acts.get(subject)
            if not item.is_open:
                found[subject] = Situation((), is_over=True, last_act=last)
                continue
            ladders = Ladders(config, facts.promise(item))
            found[subject] = Situation(
                ladders.cases(now), is_over=False, last_act=last, is_steady=True, changes_at=ladders.changes_at(now)
            )
        return found

    def words(self, session: Session, subject: str, rule: str, *, audience: str) -> Words:
        """What is owed, since when, and what can be done about it, as its audience reads it."""
        facts, config = self._facts(session, (subject,)), self._settings.current
        item = facts.items[subject]
        promise = facts.promise(item)
        return nudge_views.words(
            item, promise, Ladders(config, promise), rule, audience=audience, config=config, now=self._clock.now()
        )

    def done(self, session: Session, subject: str, rule: str) -> str:
        return nudge_views.done(session.get_one(ActionItem, _id_of(subject)), rule, self._settings.current)

    def may_be_told(self, session: Session, subject: str, audience: str) -> bool:
        """Of a private SEV's items only its members hear, and no team's channel."""
        item = session.get_one(ActionItem, _id_of(subject))
        if not item.incident.is_private:
            return True
        if audience.startswith(TEAM):
            return False
        return session.get(IncidentMember, (item.incident_id, audience)) is not None

    def names(self, session: Session, subjects: Sequence[str], *, reader: str) -> dict[str, str]:
        """`SEV-42/2` for each that the reader may see."""
        ids = [_id_of(each) for each in subjects]
        query = select(ActionItem).join(ActionItem.incident).options(contains_eager(ActionItem.incident))
        seen = session.scalars(query.where(ActionItem.id.in_(ids), membership.may_see(reader)))
        return {item.subject: item.name for item in seen}

    def more(self, audience: str) -> str:
        return nudge_views.more(audience)

    def shown_at(self, session: Session, subject: str) -> str:
        return session.get_one(ActionItem, _id_of(subject)).incident.subject

    def place(self, session: Session, subject: str) -> tuple[str, str | None] | None:
        """Nowhere: people and teams are told once a day."""
        return None

    def post_lane(self, subject: str) -> tuple[str, str | None]:
        return subject, None

    def _facts(self, session: Session, subjects: Sequence[str]) -> "Facts":
        facts = Facts(session, subjects)
        facts.know(session, self._settings.current)
        return facts

    def on_trouble(self, session: Session, message: OutboxMessage) -> None:
        """Nothing: it shows on the card of its SEV."""


class Facts:
    """What the ladders of some items need to know, read at once."""

    def __init__(self, session: Session, subjects: Sequence[str]) -> None:
        ids = [_id_of(subject) for subject in subjects]
        query = select(ActionItem).where(ActionItem.id.in_(ids)).options(joinedload(ActionItem.incident))
        self.items = {item.subject: item for item in session.scalars(query)}
        incidents = {item.incident_id: item.incident for item in self.items.values()}
        self._commanders = _commanders(session, incidents)
        private = [key for key, incident in incidents.items() if incident.is_private]
        self._members = _members(session, private)
        self.last_acts: dict[str, Act] = {}
        self._reopened: dict[str, datetime] = {}
        self._read_acts(session, subjects)
        self._people: dict[str, Person] = {}

    def know(self, session: Session, config: Config) -> None:
        """Read what is remembered of everybody whom the items concern."""
        named = {self._lead(item) for item in self.items.values()} | {each.manager for each in config.teams}
        named |= {item.owner_user for item in self.items.values()}
        query = select(Person).where(Person.user_id.in_([each for each in named if each]))
        self._people = {each.user_id: each for each in session.scalars(query)}

    def promise(self, item: ActionItem) -> Promise:
        """All that decides when people are reminded of an item."""
        last = self.last_acts.get(item.subject)
        members = self._members.get(item.incident_id, frozenset()) if item.incident.is_private else None
        return Promise(
            opened_at=self._reopened.get(item.subject, item.created_at), due_on=item.due_on, owner=item.owner_user,
            team=item.owner_team, lead=self._lead(item), people=self._people, members=members,
            touched_at=last.at if last else None,
        )  # fmt: skip

    def _lead(self, item: ActionItem) -> str:
        return self._commanders.get(item.incident_id) or item.incident.declared_by

    def _read_acts(self, session: Session, subjects: Sequence[str]) -> None:
        """What people did about the items. What the bot did by itself is no sign that somebody cares."""
        query = (
            select(AuditRecord.subject, AuditRecord.actor, AuditRecord.at, AuditRecord.action)
            .where(AuditRecord.subject.in_(subjects))
            .order_by(AuditRecord.id)
        )
        for subject, actor, at, action in session.execute(query):
            if action == REOPENED:
                self._reopened[subject] = at
            if actor != BOT.user_id:
                self.last_acts[subject] = Act(actor, at, action)


def watch_items_of(session: Session, subject: str) -> None:
    """Something is new of a person (`person:U0123`): look at what they owe."""
    _watch_now(session, ActionItem.owner_user == subject.partition(":")[2], also_known=True)


def watch_open_items(session: Session) -> None:
    """Let people be reminded of every open item, also of those that came into the database by another way."""
    is_watched = exists().where(NudgeWatch.subject == _subject())
    _watch_now(session, ~is_watched, also_known=False)


def _watch_now(session: Session, which: ColumnElement[bool], *, also_known: bool) -> None:
    """Let open items be looked at, by one statement however many they are."""
    found = select(_subject(), literal(AT_ONCE, NudgeWatch.look_at.type)).where(
        ActionItem.state.in_(OPEN_STATES), which
    )
    insert = insert_for(dialect_of(session), NudgeWatch).from_select(["subject", "look_at"], found)
    if also_known:
        session.execute(insert.on_conflict_do_update(index_elements=["subject"], set_={"look_at": AT_ONCE}))
    else:
        session.execute(insert.on_conflict_do_nothing(index_elements=["subject"]))


def _subject() -> ColumnElement[str]:
    return literal(PREFIX) + cast(ActionItem.id, String)


def _commanders(session: Session, incidents: Iterable[int]) -> dict[int, str]:
    holders = select(RoleHolder.incident_id, RoleHolder.user_id).where(
        RoleHolder.incident_id.in_(list(incidents)), RoleHolder.role == COMMANDER
    )
    return {row.incident_id: row.user_id for row in session.execute(holders)}


def _members(session: Session, incidents: Sequence[int]) -> dict[int, frozenset[str]]:
    """Who may hear of private SEVs."""
    found: dict[int, set[str]] = {}
    query = select(IncidentMember.incident_id, IncidentMember.user_id).where(IncidentMember.incident_id.in_(incidents))
    for incident_id, user_id in session.execute(query) if incidents else ():
        found.setdefault(incident_id, set()).add(user_id)
    return {key: frozenset(each) for key, each in found.items()}


def _id_of(subject: str) -> int:
    return int(subject.rpartition(":")[2])
