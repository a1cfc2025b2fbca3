"""How long a SEV took, each duration by the pair of times it is measured between. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.incidents.model import Incident
from bot.incidents.views import TIME_LABELS


@dataclass(frozen=True)
class Definition:
    """A duration that people compare. Its name alone has several readings, so the two times are always told with it."""

    short: str
    name: str
    begins: str
    ends: str

    @property
    def label(self) -> str:
        """`Time to detect (TTD), from started to detected`."""
        return f"{self.name} ({self.short}), {self.between}"

    @property
    def between(self) -> str:
        """`from started to detected`."""
        return f"from {TIME_LABELS[self.begins].lower()} to {TIME_LABELS[self.ends].lower()}"


DEFINITIONS = (
    Definition("TTD", "Time to detect", "started_at", "detected_at"),
    Definition("TTA", "Time to acknowledge", "declared_at", "acknowledged_at"),
    Definition("TTM", "Time to mitigate", "detected_at", "mitigated_at"),
    Definition("TTR", "Time to resolve", "started_at", "resolved_at"),
)


@dataclass(frozen=True)
class Duration:
    """How long it took by one definition; where it can't be said, why not."""

    definition: Definition
    span: timedelta | None
    missing: str = ""


def durations(incident: Incident) -> Sequence[Duration]:
    """The SEV's durations, by each definition."""
    return [_measured(incident, each) for each in DEFINITIONS]


def _measured(incident: Incident, definition: Definition) -> Duration:
    begun, ended = getattr(incident, definition.begins), getattr(incident, definition.ends)
    names = (definition.begins, definition.ends)
    unknown = [TIME_LABELS[name].lower() for name in names if getattr(incident, name) is None]
    if unknown:
        return Duration(definition, None, f"not known: it has no time for {' and '.join(unknown)}")
    if ended < begun:
        return Duration(definition, None, f"not known: its times are the other way round ({definition.between})")
    return Duration(definition, ended - begun)
