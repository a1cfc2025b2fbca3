"""Two clocks that stand still until the story moves them: the local Slack's, and the bot's, which shows the same.

A clock that ran would tell another minute now and then, on a machine that has much to do.
"""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.playground.clock import Clock as SlacksClock


class StandingSlacksClock(SlacksClock):
    """The local Slack's business time; `at` is when the story begins."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at.timestamp()

    def now(self) -> float:
        return self._at

    def advance(self, seconds: float) -> None:
        self._at += seconds


class StandingClock(Clock):
    """The bot's business time. Machine time runs on: leases and retries are nobody's story."""

    def __init__(self, slacks: SlacksClock) -> None:
        super().__init__()
        self._slacks = slacks

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._slacks.now(), UTC)

    def move_to(self, offset: timedelta) -> None:
        """Slack's answers tell how far ahead it is; here both look at one clock."""
