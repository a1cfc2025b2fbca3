"""What people are reminded of while a SEV is open: nobody in command, an update or a field that is due, too long open, nothing happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.audit import AuditRecord
from bot.config import Config, Settings
from bot.directory.people import BOT, Person
from bot.incidents import field_needs, lifecycle, membership, nudge_views
from bot.incidents.ladders import sev_case
from bot.incidents.model import Incident, IncidentMember, TimelineEntry
from bot.incidents.reading import where_lines_go
from bot.incidents.roles import commander_of
from bot.incidents.troubles import show_trouble
from bot.nudges.deciding import CHANNEL, Case
from bot.nudges.hours import Hours
from bot.nudges.places import company_hours, hours_of
from bot.nudges.subjects import Act, Situation, Words
from bot.outbox.model import OutboxMessage
from bot.slack.commands import NAME
from bot.slack.text import is_person

OPENINGS = ("declared", "reopened")
"""The timeline entries with which a SEV becomes open."""
ROLES = ("role%", "handoff%")
"""What the kinds of the entries about roles begin with: whoever gives up command leaves time to find somebody."""


@dataclass(frozen=True)
class Opening:
    """When a SEV was opened last, and by which entry of its timeline."""

    entry: int
    at: datetime


class SevNudges:
    """The SEVs, as the reminder engine sees them; see `nudges/subjects.py`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._show_trouble = show_trouble(settings)

    def lock(self, session: Session, subject: str) -> None:
        membership.lock(session, _id_of(subject))

    def situation(self, session: Session, subject: str, *, now: datetime) -> Situation:
        """What is wrong with the SEV, by each rule. Once it is over, or where it shows in lists only, nothing is."""
        incident = _incident(session, subject)
        last = last_act(session, incident)
        if incident.is_quiet or not lifecycle.is_open(self._settings.current, incident):
            return Situation((), is_over=True, last_act=last)
        found = _Rules(session, incident, self._settings.current, last, now)
        cases = (
            found.no_commander(),
            found.update_overdue(),
            found.open_too_long(),
            found.status_stuck(),
            found.fields_missing(),
        )
        return Situation(tuple(case for case in cases if case), is_over=False, last_act=last)

    def situations(self, session: Session, subjects: Sequence[str], *, now: datetime) -> dict[str, Situation]:
        return {each: self.situation(session, each, now=now) for each in subjects}

    def words(self, session: Session, subject: str, rule: str, *, audience: str) -> Words:
        """What is wrong with the SEV by a rule, as people read it, with its buttons."""
        incident = _incident(session, subject)
        opening = opening_of(session, incident)
        since = last_sign_of_life(session, incident, last_act(session, incident), opening)
        missing = [each.name for each in field_needs.required_now(self._settings.current, incident)]
        return nudge_views.words(incident, rule, opened_at=opening.at, last_at=since, missing=missing)

    def done(self, session: Session, subject: str, rule: str) -> str:
        incident = _incident(session, subject)
        return nudge_views.done(self._settings.current, incident, rule, commander=commander_of(session, incident))

    def may_be_told(self, session: Session, subject: str, audience: str) -> bool:
        return _may_be_told(session, _incident(session, subject), audience)

    def names(self, session: Session, subjects: Sequence[str], *, reader: str) -> dict[str, str]:
        """`SEV-42` for each that the reader may see."""
        ids = [_id_of(each) for each in subjects]
        query = select(Incident).where(Incident.id.in_(ids), membership.may_see(reader))
        return {incident.subject: incident.name for incident in session.scalars(query)}

    def more(self, audience: str) -> str:
        return f"`{NAME} list mine` shows all."

    def shown_at(self, session: Session, subject: str) -> str:
        return subject

    def place(self, session: Session, subject: str) -> tuple[str, str | None] | None:
        return where_lines_go(session, _incident(session, subject))

    def post_lane(self, subject: str) -> tuple[str, str | None]:
        return f"{subject}:lines", f"{subject}:channel"

    def on_trouble(self, session: Session, message: OutboxMessage) -> None:
        self._show_trouble(session, message)


class _Rules:
    """The rules, asked about one open SEV."""

    def __init__(self, session: Session, incident: Incident, config: Config, last: Act | None, now: datetime) -> None:
        self._session = session
        self._incident = incident
        self._config = config
        self._last = last
        self._now = now
        self._commander = commander_of(session, incident)
        self._opening = opening_of(session, incident)

    def no_commander(self) -> Case | None:
        """Nobody is in command, since it was opened or somebody gave a role away."""
        if self._commander is not None:
            return None
        role = _latest(self._session, self._incident, like=ROLES)
        since = Opening(role.id, role.at) if role and role.at > self._opening.at else self._opening
        return self._case("no_commander", f"{since.entry}", since.at, owner=self._incident.declared_by)

    def update_overdue(self) -> Case | None:
        """The time for which the next update was promised has come."""
        promised = self._incident.next_update_at
        if promised is None:
            return None
        update = None if self._commander else _latest(self._session, self._incident, kinds=("update",))
        owner = self._commander or (update.actor if update else self._incident.declared_by)
        key = f"{self._opening.entry}:{int(promised.timestamp())}"
        return self._case("update_overdue", key, promised, owner=owner)

    def open_too_long(self) -> Case | None:
        """It is open for longer than a SEV of its severity should be."""
        return self._case("open_too_long", f"{self._opening.entry}", self._opening.at, owner=self._in_charge)

    def status_stuck(self) -> Case | None:
        """Nothing is heard of it."""
        since = min(last_sign_of_life(self._session, self._incident, self._last, self._opening), self._now)
        return self._case("status_stuck", f"{int(since.timestamp())}", since, owner=self._in_charge)

    def fields_missing(self) -> Case | None:
        """Custom fields are not filled in that are needed by now: from its declaration on, or since it is mitigated."""
        missing = field_needs.required_now(self._config, self._incident)
        if not missing:
            return None
        is_at_once = any(each.required_at == "declare" for each in missing)
        since = self._opening.at if is_at_once else self._incident.mitigated_at or self._opening.at
        key = f"{self._opening.entry}:{'declare' if is_at_once else 'resolve'}"
        return self._case("fields_missing", key, since, owner=self._in_charge)

    @property
    def _in_charge(self) -> str:
        return self._commander or self._incident.declared_by

    def _case(self, name: str, key: str, since: datetime, *, owner: str) -> Case | None:
        """The case of a rule, unless the rule is switched off for SEVs of this severity."""
        told = owner if _may_be_told(self._session, self._incident, owner) else None
        return sev_case(
            self._config, name, severity=self._incident.severity, key=key, since=since, owner=told, hours=self._hours,
            touched_at=self._last.at if self._last else None,
        )  # fmt: skip

    def _hours(self, to: str | None) -> Hours:
        """A person's working hours are where they live; a channel's, where the company is."""
        if to is None or to == CHANNEL:
            return company_hours(self._config)
        return hours_of(self._config, to, self._session.get(Person, to))


def opening_of(session: Session, incident: Incident) -> Opening:
    """When it was opened last: declared, or reopened."""
    entry = _latest(session, incident, kinds=OPENINGS)
    return Opening(entry.id, entry.at) if entry else Opening(0, incident.declared_at)


def last_act(session: Session, incident: Incident) -> Act | None:
    """What a person did last about the SEV."""
    record = session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject == incident.subject, AuditRecord.actor != BOT.user_id)
        .order_by(AuditRecord.id.desc())
        .limit(1)
    ).first()
    return Act(record.actor, record.at, record.action) if record else None


def last_sign_of_life(session: Session, incident: Incident, last: Act | None, opening: Opening) -> datetime:
    """When people last did something about it, or said something that is in its timeline."""
    said = session.scalar(
        select(TimelineEntry.at)
        .where(TimelineEntry.incident_id == incident.id, TimelineEntry.actor != BOT.user_id)
        .order_by(TimelineEntry.at.desc())
        .limit(1)
    )
    return max(moment for moment in (last.at if last else None, said, opening.at) if moment)


def _latest(
    session: Session, incident: Incident, *, kinds: tuple[str, ...] = (), like: tuple[str, ...] = ()
) -> TimelineEntry | None:
    of_kind = or_(TimelineEntry.kind.in_(kinds), *(TimelineEntry.kind.like(each) for each in like))
    return session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None), of_kind)
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(1)
    ).first()


def _incident(session: Session, subject: str) -> Incident:
    return session.get_one(Incident, _id_of(subject))


def _id_of(subject: str) -> int:
    return int(subject.rpartition(":")[2])


def _may_be_told(session: Session, incident: Incident, user_id: str) -> bool:
    if not is_person(user_id):  # the bot, or a service, declared the SEV
        return False
    return not incident.is_private or session.get(IncidentMember, (incident.id, user_id)) is not None
