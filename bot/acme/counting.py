"""What the company counts of its customers, minute by minute, and how they fared of late."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from bot.acme.parts import PARTS, Part

KEPT = timedelta(days=2, hours=23)
"""Nobody takes older counts."""
LATELY = 60
"""How many of the last visits of a part are shown."""


@dataclass
class Minute:
    """What was counted in one minute."""

    good: int = 0
    total: int = 0
    is_told: bool = True


@dataclass
class _Ledger:
    """What is known of one part."""

    minutes: dict[datetime, Minute] = field(default_factory=lambda: defaultdict(Minute))
    lately: deque[tuple[bool, float]] = field(default_factory=lambda: deque(maxlen=LATELY))


class Counts:
    """The counts of all parts. Many threads write them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ledgers = {part.key: _Ledger() for part in PARTS}

    def visited(self, part: Part, moment: datetime, *, went_well: bool, seconds: float) -> None:
        """A customer came at that moment, and it went well or not, after so many seconds."""
        with self._lock:
            self._ledgers[part.key].lately.append((went_well, seconds))
        self.add(part, moment, int(went_well), 1)

    def add(self, part: Part, moment: datetime, good: int, total: int) -> None:
        """So many customers came in the minute of that moment, and so many of them fared well."""
        with self._lock:
            minute = self._ledgers[part.key].minutes[moment.replace(second=0, microsecond=0)]
            minute.good += good
            minute.total += total
            minute.is_told = False

    def untold(self, part: Part, *, now: datetime, most: int) -> list[tuple[datetime, int, int]]:
        """The minutes that changed since they were told, the oldest first: when, good and in all. They count as told now."""
        with self._lock:
            minutes = self._ledgers[part.key].minutes
            for moment in [moment for moment in minutes if moment < now - KEPT]:
                del minutes[moment]
            found = sorted(moment for moment, minute in minutes.items() if not minute.is_told)[:most]
            for moment in found:
                minutes[moment].is_told = True
            return [(moment, minutes[moment].good, minutes[moment].total) for moment in found]

    def not_told(self, part: Part, moments: Iterable[datetime]) -> None:
        """These minutes did not arrive: they are to be told again."""
        with self._lock:
            for moment in moments:
                self._ledgers[part.key].minutes[moment].is_told = False

    def lately(self, part: Part) -> list[tuple[bool, float]]:
        """The last visits, the oldest first: whether each went well, and how many seconds it took."""
        with self._lock:
            return list(self._ledgers[part.key].lately)
