"""What is here already of a file's SEVs, and in what the file says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.incidents import field_values
from bot.incidents.bookmarks import links_of
from bot.incidents.field_values import Given
from bot.incidents.model import ImportedSev, Incident, TimelineEntry
from bot.incidents.roles import holders
from bot.operations.importing.fields import Row
from bot.operations.importing.parts import ITEM_WORDS
from bot.operations.importing.reading import Origin, Sev
from bot.postmortems.reading import whole
from bot.remediation.model import ActionItem

Pair = tuple[Any, Any]
"""What something was, and what the file says."""


@dataclass(frozen=True)
class Differences:
    """What of a SEV that was imported before becomes otherwise. Nothing is ever taken away."""

    columns: Mapping[str, Pair]
    workflows: Pair | None
    roles: Mapping[str, Pair]
    fields: Sequence[Given]
    links: Sequence[tuple[str, str]]
    timeline: Sequence[Row]
    items: Sequence[Row]
    postmortem: bool

    @property
    def names(self) -> list[str]:
        """What is different, in the format's words."""
        parts = ("workflows", "roles", "fields", "links", "timeline", "items", "postmortem")
        return [*self.columns, *(name for name in parts if getattr(self, name))]


class Known:
    """Which SEVs are here: imported ones by where they come from, and all by their numbers."""

    def __init__(self, session: Session) -> None:
        origins = select(ImportedSev.source, ImportedSev.external_id, ImportedSev.incident_id)
        self.origins = {Origin(row.source, row.external_id): row.incident_id for row in session.execute(origins)}
        self.numbers = {row.number: _numbered(row) for row in session.execute(_NUMBERED)}
        channels = select(Incident.channel_id, Incident.id).where(Incident.channel_id.is_not(None))
        self.channels = {row.channel_id: row.id for row in session.execute(channels)}

    def id_of(self, sev: Sev) -> int | None:
        """The SEV that it is; None where it is not here."""
        numbered = self.numbers.get(sev.number or 0)
        return self.origins.get(sev.origin) or (numbered.incident_id if numbered and numbered.is_same(sev) else None)


@dataclass(frozen=True)
class Numbered:
    """A SEV that has a number here."""

    incident_id: int
    declared_at: datetime
    title: str
    was_imported: bool

    def is_same(self, sev: Sev) -> bool:
        """Whether it is that very one, known again by when it was declared: tools may tell that to the day only, bots do better."""
        is_called_so = not self.was_imported or self.title == sev.columns["title"]
        return self.declared_at == sev.columns["declared_at"] and is_called_so


_NUMBERED = select(
    Incident.number, Incident.id, Incident.declared_at, Incident.title, ImportedSev.incident_id
).outerjoin(ImportedSev, ImportedSev.incident_id == Incident.id)


def of_number(session: Session, number: int) -> Numbered | None:
    """The SEV that has a number here."""
    row = session.execute(_NUMBERED.where(Incident.number == number)).one_or_none()
    return _numbered(row) if row else None


def _numbered(row: Any) -> Numbered:
    return Numbered(row.id, row.declared_at, row.title, row.incident_id is not None)


def imported(session: Session, origin: Origin) -> ImportedSev | None:
    """The record of a SEV that was imported from there."""
    query = select(ImportedSev).where(
        ImportedSev.source == origin.source, ImportedSev.external_id == origin.external_id
    )
    return session.scalars(query).one_or_none()


def differences(session: Session, incident: Incident, sev: Sev) -> Differences:
    """In what the file says otherwise than what is kept."""
    own = TimelineEntry.incident_id == incident.id
    told = {(each.at, each.kind, each.actor, each.text) for each in session.scalars(select(TimelineEntry).where(own))}
    items = {
        each.number: each for each in session.scalars(select(ActionItem).where(ActionItem.incident_id == incident.id))
    }
    held, workflows = holders(session, incident), incident.workflow_keys
    links = {each.address for each in links_of(session, incident)}
    fields = field_values.held(incident.fields)
    return Differences(
        columns={
            name: (getattr(incident, name), said)
            for name, said in sev.columns.items()
            if name in sev.given and getattr(incident, name) != said
        },
        workflows=(workflows, sev.workflows)
        if "workflows" in sev.given and set(workflows) != set(sev.workflows)
        else None,
        roles={role: (held.get(role), who) for role, who in sev.roles.items() if held.get(role) != who},
        fields=[each for each in sev.fields if fields.get(each.field) != each],
        links=[each for each in sev.links if each[1] not in links],
        timeline=[each for each in sev.timeline if (each["at"], each["kind"], each["actor"], each["text"]) not in told],
        items=[each for each in sev.items if _differs(items.get(each["number"]), each)],
        postmortem=_postmortem_differs(session, incident, sev),
    )


def _differs(item: ActionItem | None, said: Row) -> bool:
    return item is None or any(getattr(item, name) != said[name] for name in ITEM_WORDS)


def _postmortem_differs(session: Session, incident: Incident, sev: Sev) -> bool:
    if sev.postmortem is None:
        return False
    kept = whole(session, incident)
    if kept is None:
        return True
    said = sev.postmortem
    return (
        any(getattr(kept.postmortem, name) != value for name, value in said.columns.items())
        or any(kept.text(key) != text for key, text in said.sections.items())
        or not {*said.causes} <= {*kept.causes}
        or not {address for _, address in said.links} <= {each.address for each in kept.links}
    )
