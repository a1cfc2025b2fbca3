"""The only reader of clocks. There are two.

*Business time* is what people see: when a SEV was declared, when an update is due. In the demo it can be moved forward.
*Machine time* is what machines agree on: leases, retries, expiry of signatures. Nobody moves it.
"""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Business time and machine time, both as aware UTC datetimes."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Business time."""
        return self.machine() + self._offset

    def machine(self) -> datetime:
        """Machine time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps, for measuring how long something took."""
        return time.monotonic()

    def move_to(self, offset: timedelta) -> None:
        """Put business time `offset` ahead of machine time. It only ever moves forward."""
        self._offset = max(self._offset, offset)
