"""What the story knows of a SEV: by this everything else that knows of it is judged in the end."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

STATUS_LABELS = {
    "investigating": "Investigating", "identified": "Identified", "mitigated": "Mitigated", "resolved": "Resolved",
    "closed": "Closed", "cancelled": "Cancelled",
}  # fmt: skip
OVER = ("resolved", "closed", "cancelled")


@dataclass
class Told:
    """One SEV, as those would tell it who did something about it. Several do at once."""

    title: str
    severity: str
    by: str
    """Who declared it: a member's id, `api:ci`, or the bot's own."""
    is_private: bool = False
    is_drill: bool = False
    number: int = 0
    """0: it is not declared yet."""
    status: str = "investigating"
    declared_at: datetime | None = None
    over_at: datetime | None = None
    """When it was over first."""
    was_reopened: bool = False
    detected_by: str | None = None
    sentences: list[str] = field(default_factory=list)
    """What its timeline must say."""
    events: list[str] = field(default_factory=list)
    """What other services must hear of it, in order."""
    items: dict[str, str] = field(default_factory=dict)
    """Its action items by title, and how far each is."""
    reminded_after: list[int] = field(default_factory=list)
    """After how many minutes its channel must have been told that nobody is in command."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return f"SEV-{self.number}"

    @property
    def counts(self) -> bool:
        """Whether it is in figures."""
        return bool(self.number) and not self.is_drill and self.status != "cancelled"

    @property
    def is_open(self) -> bool:
        return bool(self.number) and self.status not in OVER

    def says(self, *sentences: str, events: tuple[str, ...] = ()) -> None:
        """Something happened that its timeline tells, and perhaps other services too."""
        with self.lock:
            self.sentences += sentences
            if not (self.is_private or self.is_drill):
                self.events += events
