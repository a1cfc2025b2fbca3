"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class MovableClock(Clock):
    """Machine time, and the clock that measures, go on only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = timedelta()

    def machine(self) -> datetime:
        return NOON + self.passed

    def monotonic(self) -> float:
        return self.passed.total_seconds()

    def passes(self, **duration: float) -> None:
        """Let time pass: `clock.passes(seconds=5)`."""
        self.passed += timedelta(**duration)
