"""The two clocks of the local Slack."""

import time
from threading import Lock


class Clock:
    """Business time can be moved forward; machine time cannot.

    Message timestamps and dates follow business time. Triggers, acks, signatures and retries stay on machine time,
    since they measure how long two processes took, not what day it is.
    """

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset
        self._last_ts = 0
        self._lock = Lock()

    @property
    def offset(self) -> float:
        """Seconds by which business time is ahead of machine time."""
        return self._offset

    def now(self) -> float:
        """Business time in Unix seconds."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move business time forward; raises ValueError for a move backward, which `ts` could not follow."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        self._offset += seconds

    def next_ts(self) -> str:
        """Return a message timestamp: unique, rising, six decimals. Text order is time order until the year 2286."""
        with self._lock:
            self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def not_before(self, ts: str) -> None:
        """Make every later timestamp greater than `ts` (used when a stored workspace is read back)."""
        seconds, _, fraction = ts.partition(".")
        with self._lock:
            self._last_ts = max(self._last_ts, int(seconds) * 1_000_000 + int(fraction))
