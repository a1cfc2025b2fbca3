"""Where action items are kept besides Slack: the tracker, and how its words stand for ours."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from bot.config.values import Duration, Frozen, Key, UserId

SyncedField = Literal["status", "assignee", "due", "title"]
ProjectKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]
Word = Annotated[str, Field(min_length=1, max_length=100)]

PRIORITIES: dict[Literal["P1", "P2", "P3"], str] = {"P1": "High", "P2": "Medium", "P3": "Low"}


class TrackerRules(Frozen):
    """Which tracker, and what goes there. Its address and secrets come from the environment."""

    service: Literal["jira"] | None = None
    automatic: bool = False
    """Whether every new action item gets an issue by itself."""
    private: bool = False
    """Whether items of private SEVs may have issues: they are told the SEV's number and no more."""
    project: ProjectKey | None = None
    """For items whose team is not among `projects`."""
    projects: dict[Key, ProjectKey] = Field(default_factory=dict)
    """By team."""
    issue_type: Word = "Task"
    priorities: dict[Literal["P1", "P2", "P3"], Word] = PRIORITIES
    """What the tracker calls ours. One left out is not said there."""
    statuses: dict[Word, Literal["open", "in_progress", "done", "wont_do"]] = Field(default_factory=dict)
    """What statuses of the tracker mean here, by their names; the others mean what their category says."""
    fields: tuple[SyncedField, ...] = ("status", "assignee", "due", "title")
    """What is kept the same on both sides."""
    people: dict[UserId, Word] = Field(default_factory=dict)
    """Who somebody is there: an account's id, or an e-mail address."""
    poll: Duration = timedelta(minutes=2)
    """How often it is asked what changed, besides what it tells by itself."""
    reread: Duration = timedelta(hours=24)
    """After how long an open item's issue is read again even if nothing is heard of it."""
    search_lag: Duration = timedelta(minutes=1)
    """How long its search may not know what was written."""

    def project_of(self, team: str | None) -> str | None:
        """The project for a team's items."""
        return self.projects.get(team or "", self.project)

    def names_of(self, state: str) -> tuple[str, ...]:
        """The statuses that mean a state here, by name."""
        return tuple(name for name, meaning in self.statuses.items() if meaning == state)
