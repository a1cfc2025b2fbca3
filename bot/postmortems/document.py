"""A postmortem as a document: what its templates are filled with. Plain text all of it; each form escapes by itself. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.postmortems.durations import Duration


@dataclass(frozen=True)
class Part:
    """A section. Its text may be empty."""

    key: str
    label: str
    text: str
    is_required: bool


@dataclass(frozen=True)
class Moment:
    """Something that happened, and where it can be seen."""

    at: datetime
    text: str
    address: str


@dataclass(frozen=True)
class Promise:
    """An action item."""

    name: str
    title: str
    kind: str
    priority: str
    state: str
    owner: str
    due_on: date | None
    proof: str
    evidence: str
    address: str


@dataclass(frozen=True)
class Cost:
    """What the SEV burned of an error budget, and whether that workflow works again: both in words."""

    workflow: str
    burned: str
    recovery: str


@dataclass(frozen=True)
class Reference:
    """A document elsewhere."""

    title: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """All that a template may tell."""

    name: str
    title: str
    state: str
    is_drill: bool
    is_private: bool
    severity: str
    meaning: str
    status: str
    summary: str
    """What the SEV's own summary says."""
    workflows: Sequence[str]
    causes: Sequence[str]
    times: Sequence[tuple[str, datetime]]
    durations: Sequence[Duration]
    noticed_by: str
    """`an alert`, `people`."""
    costs: Sequence[Cost]
    """By SLO, the most burned first."""
    fields: Sequence[tuple[str, str]]
    """Custom fields by their names, and what they hold."""
    roles: Sequence[tuple[str, str]]
    authors: Sequence[str]
    reviewers: Sequence[tuple[str, str]]
    published_at: datetime | None
    parts: Sequence[Part]
    timeline: Sequence[Moment]
    left_out: int
    """How many more entries the timeline has."""
    updates: Sequence[Moment]
    items: Sequence[Promise]
    links: Sequence[Reference]

    def part(self, key: str) -> Part:
        """A section by its key; an empty one where the configuration has none of that name."""
        return next((each for each in self.parts if each.key == key), Part(key, key, "", is_required=False))
