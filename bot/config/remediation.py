"""When action items are due: so many days by priority and severity, of the calendar or working days; teams have their own."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.config.values import Frozen, Key

OTHER = "other"
"""Stands for every severity that is not named."""
SEVERITY = re.compile(rf"sev[0-9]|{OTHER}")

Count = Literal["calendar", "working"]
PriorityKey = Literal["P1", "P2", "P3"]


def _by_severity(value: object) -> object:
    """One number of days for all, or one for each severity."""
    given = value if isinstance(value, Mapping) else {OTHER: value}
    unknown = [str(key) for key in given if not SEVERITY.fullmatch(str(key).lower())]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no severity: write SEV1, or {OTHER} for all that are not named")
    return {str(key).lower(): days for key, days in given.items()}


Days = Annotated[dict[str, Annotated[int, Field(ge=1, le=3650)]], BeforeValidator(_by_severity)]

DEFAULT_DUE: dict[str, dict[str, int]] = {
    "P1": {"SEV0": 3, "SEV1": 3, "SEV2": 14, "SEV3": 30, OTHER: 45},
    "P2": {"SEV0": 7, "SEV1": 7, "SEV2": 30, "SEV3": 60, OTHER: 90},
    "P3": {"SEV0": 30, "SEV1": 30, "SEV2": 60, "SEV3": 90, OTHER: 180},
}

UNSAID = 90
"""Days for a severity of which the company's own table says nothing."""


def _over_defaults(value: object) -> object:
    """What is given, over the defaults: a priority that is left out keeps its own."""
    return {**DEFAULT_DUE, **value} if isinstance(value, Mapping) else value


class TeamDue(Frozen):
    """What is different for one team."""

    count: Count | None = None
    due: dict[PriorityKey, Days] = Field(default_factory=dict)


class Remediation(Frozen):
    """The policy of due dates. A due date that was given is a promise: it stays when the policy changes."""

    count: Count = "calendar"
    """Which days are counted. A due date is a working day whichever are."""
    due: Annotated[dict[PriorityKey, Days], BeforeValidator(_over_defaults)] = Field(
        default=DEFAULT_DUE, validate_default=True
    )
    teams: dict[Key, TeamDue] = Field(default_factory=dict)

    def days(self, severity: str, priority: PriorityKey, team: str | None) -> int:
        """How many days there are for an item of that priority, after a SEV of that severity, that is a team's."""
        own = self.teams.get(team, TeamDue()) if team else TeamDue()
        tables = [table.get(priority, {}) for table in (own.due, self.due)]
        keys = (severity.lower(), OTHER)
        found = [table[key] for table in tables for key in keys if key in table]
        return found[0] if found else UNSAID

    def counted(self, team: str | None) -> Count:
        """Which days are counted for a team."""
        own = self.teams.get(team) if team else None
        return (own.count if own else None) or self.count
