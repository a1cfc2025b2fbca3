"""Slack's documented rate limits: so many calls of a method in any one minute."""

import math
import time
from collections import deque
from dataclasses import dataclass, field

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
SPECIAL_PER_MINUTE = {"auth.test": 600, "chat.getPermalink": 600, "chat.postMessage": 300}
POSTS_PER_CHANNEL = (3, 3.0)
"""One message a second and channel; Slack lets short bursts pass, and so many in so many seconds is a short burst."""
LEAST = 3
"""Tier 1 allows "one or more" a minute; reconnecting twice in a row must be possible."""


class TooFast(Exception):  # noqa: N818 -- what happened, not a fault of ours
    """The call came too fast; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


@dataclass
class Limits:
    """When the last calls were made, by method, and by channel for messages. Monotonic seconds."""

    _made: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def check(self, method: str, tier: int, channel: str) -> None:
        """Count one call; raises TooFast over the limit, in which case it does not count."""
        now = time.monotonic()
        per_minute = SPECIAL_PER_MINUTE.get(method, max(LEAST, PER_MINUTE.get(tier, 100)))
        windows = [(self._window(method, ""), per_minute, 60.0)]
        if method == "chat.postMessage":
            windows.append((self._window(method, channel), *POSTS_PER_CHANNEL))
        for made, most, seconds in windows:
            while made and made[0] <= now - seconds:
                made.popleft()
            if len(made) >= most:
                raise TooFast(max(1, math.ceil(made[0] + seconds - now)))
        for made, _, _ in windows:
            made.append(now)

    def _window(self, method: str, channel: str) -> deque[float]:
        return self._made.setdefault((method, channel), deque())
