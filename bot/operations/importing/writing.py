"""Keeping one SEV of a file, in the caller's transaction. Nothing is said in Slack, and nobody is reminded of what is long past."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.directory.people import BOT
from bot.incidents import membership
from bot.incidents.fields import keep, rows
from bot.incidents.model import (
    COUNTER,
    AffectedWorkflow,
    Counter,
    ImportedSev,
    Incident,
    IncidentLink,
    IncidentMember,
    RoleHolder,
    TimelineEntry,
)
from bot.incidents.numbers import lock_numbers, next_number
from bot.nudges import service as nudges
from bot.nudges.model import NudgePause
from bot.operations.importing.fields import Row
from bot.operations.importing.parts import Written
from bot.operations.importing.planning import Verdict
from bot.operations.importing.present import differences, imported, of_number
from bot.operations.importing.reading import Sev
from bot.operations.retention.forgetting import numbers_of_forgotten
from bot.postmortems.model import NamedCause, Postmortem, PostmortemLink, SectionVersion, WrittenSection
from bot.remediation.model import OPEN_STATES, ActionItem

DOOR = "import"
"""How the audit calls the way by which they came."""
ALL_RULES = ""
WHY_SILENT = "It was imported."


class Keeping:
    """Keeps SEVs of a file. `remind`: people are reminded of open action items however old they are."""

    def __init__(self, *, update: bool = False, remind: bool = False) -> None:
        self._update = update
        self._remind = remind

    def keep(self, session: Session, sev: Sev, *, now: datetime) -> Verdict:
        """Make it, or change what was imported before. Says which of it was done.

        Done again, also after a crash in the middle of the file, it makes no second one.
        """
        record = imported(session, sev.origin)
        if record is None:
            lock_numbers(session)  # nobody declares, and nobody else imports, until it is clear that it is not here
            record = imported(session, sev.origin)
        if record is not None:
            return self._again(session, record.incident_id, sev, now=now)
        same = of_number(session, sev.number) if sev.number else None
        if same is not None and same.is_same(sev):
            return Verdict.HERE
        is_free = same is None and not (sev.number and numbers_of_forgotten(session, only=sev.number))
        incident = self._made(session, sev, is_free=is_free)
        session.add(
            ImportedSev(
                incident_id=incident.id, source=sev.origin.source, external_id=sev.origin.external_id, imported_at=now
            )
        )
        self._fill(session, incident, sev, now=now)
        audit.record(
            session, actor=BOT.user_id, action="incident.imported", subject=incident.subject, source=DOOR, now=now,
            origin=[sev.origin.source, sev.origin.external_id], number=sev.number,
        )  # fmt: skip
        return Verdict.NEW

    def _made(self, session: Session, sev: Sev, *, is_free: bool) -> Incident:
        number = _claimed(session, sev.number) if sev.number and is_free else next_number(session)
        incident = Incident(
            number=number, is_quiet=True, channel_id=sev.channel_id,
            workflows=[AffectedWorkflow(workflow=key) for key in sev.workflows], fields=rows(sev.fields), **sev.columns,
        )  # fmt: skip
        session.add(incident)
        session.flush()
        return incident

    def _fill(self, session: Session, incident: Incident, sev: Sev, *, now: datetime) -> None:
        _add_members(session, incident, sev.members)
        for role, who in sev.roles.items():
            session.add(RoleHolder(incident_id=incident.id, role=role, user_id=who, since=incident.declared_at))
        _add_links(session, incident, sev.links)
        session.add_all(TimelineEntry(incident_id=incident.id, **each) for each in sev.timeline)
        for each in sev.items:
            self._keep_item(session, incident, each, now=now)
        if sev.postmortem is not None:
            self._keep_postmortem(session, incident, sev.postmortem, now=now)

    def _again(self, session: Session, incident_id: int, sev: Sev, *, now: datetime) -> Verdict:
        """It was imported before. What was reopened since is this Sevbot's own, and stays as it is."""
        incident = membership.lock(session, incident_id)
        found = differences(session, incident, sev)
        if not found.names or not incident.is_quiet:
            return Verdict.HERE
        if not self._update:
            return Verdict.DIFFERS
        for name, (_, said) in found.columns.items():
            setattr(incident, name, said)
        if found.workflows is not None:
            incident.workflows = [AffectedWorkflow(workflow=key) for key in found.workflows[1]]
        for role, (_, who) in found.roles.items():
            session.merge(RoleHolder(incident_id=incident.id, role=role, user_id=who, since=incident.declared_at))
        for field in found.fields:
            keep(incident, field)
        if "is_private" in found.columns:  # else who is a member was decided here: some may have been removed since
            _add_members(session, incident, sev.members)
        _add_links(session, incident, found.links)
        session.add_all(TimelineEntry(incident_id=incident.id, **each) for each in found.timeline)
        for each in found.items:
            self._keep_item(session, incident, each, now=now)
        if sev.postmortem is not None and found.postmortem:
            self._keep_postmortem(session, incident, sev.postmortem, now=now)
        audit.record(
            session, actor=BOT.user_id, action="incident.imported_again", subject=incident.subject, source=DOOR, now=now,
            changes={name: [_plain(each) for each in pair] for name, pair in found.columns.items()}, parts=found.names,
        )  # fmt: skip
        return Verdict.CHANGED

    def _keep_item(self, session: Session, incident: Incident, said: Row, *, now: datetime) -> None:
        query = select(ActionItem).where(ActionItem.incident_id == incident.id, ActionItem.number == said["number"])
        item = session.scalars(query).one_or_none()
        if item is None:
            item = ActionItem(incident=incident, is_due_by_policy=False)
            session.add(item)
        for name, value in said.items():
            setattr(item, name, value)
        item.changed_at = now
        session.flush()
        is_kept_up = (item.owner_user or item.owner_team) and item.due_on and item.due_on > now.date()
        if item.state not in OPEN_STATES:
            return
        nudges.watch(session, item.subject)
        if not is_kept_up and not self._remind:
            pause = NudgePause(
                subject=item.subject, rule=ALL_RULES, until=None, by=BOT.user_id, at=now, reason=WHY_SILENT
            )  # fmt: skip
            session.merge(pause)

    def _keep_postmortem(self, session: Session, incident: Incident, said: Written, *, now: datetime) -> None:
        postmortem = session.get(Postmortem, incident.id)
        if postmortem is None:
            postmortem = Postmortem(incident_id=incident.id)
            session.add(postmortem)
        for name, value in said.columns.items():
            setattr(postmortem, name, value)
        session.flush()
        for key, text in said.sections.items():
            _write_section(
                session, incident, key, text, by=postmortem.drafted_by or BOT.user_id, at=said.columns["drafted_at"]
            )
        for cause in said.causes:
            session.merge(NamedCause(incident_id=incident.id, cause=cause))
        links = select(PostmortemLink.address).where(PostmortemLink.incident_id == incident.id)
        here = set(session.scalars(links))
        for title, address in said.links:
            if address not in here:
                session.add(PostmortemLink(incident_id=incident.id, title=title, address=address))


def _claimed(session: Session, number: int) -> int:
    """A number that is free; those given later come behind it."""
    behind = update(Counter).where(Counter.name == COUNTER, Counter.value < number)
    session.execute(behind.values(value=number))
    return number


def _add_members(session: Session, incident: Incident, user_ids: Iterable[str]) -> None:
    for user_id in user_ids:
        session.merge(IncidentMember(incident_id=incident.id, user_id=user_id))


def _add_links(session: Session, incident: Incident, links: Iterable[tuple[str, str]]) -> None:
    session.add_all(IncidentLink(incident_id=incident.id, title=title, address=address) for title, address in links)


def _write_section(session: Session, incident: Incident, key: str, text: str, *, by: str, at: datetime) -> None:
    """Let a section say it, as a version of its own."""
    query = select(WrittenSection).where(WrittenSection.incident_id == incident.id, WrittenSection.key == key)
    section = session.scalars(query).one_or_none()
    if section is None:
        section = WrittenSection(incident_id=incident.id, key=key, version=0, text="")
        session.add(section)
    elif section.text == text:
        return
    section.version, section.text, section.by, section.at = section.version + 1, text, by, at
    session.add(
        SectionVersion(incident_id=incident.id, key=key, number=section.version, text=text, by=by, at=at)
    )  # fmt: skip


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
