"""Finds out whether it is the bot itself that has no network, where all checks fail at once."""

import threading
from collections.abc import Callable

from bot.clock import Clock
from bot.config.checks import CheckRules
from bot.workflows.checks.connecting import Connector, Deadline, Guard, OutOfTime, StepFailed
from bot.workflows.checks.exchange import Asked

PATIENCE = 5.0
HOLDS = 10.0
"""Seconds for which it is believed what the control said."""


class Control:
    """Asks the control, an address that has nothing to do with the workflows. `has_good`: whether any check went well just now."""

    def __init__(self, clock: Clock, has_good: Callable[[], bool]) -> None:
        self._clock = clock
        self._has_good = has_good
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._is_down = False

    def is_down(self, rules: CheckRules) -> bool:
        """Whether all checks fail, and the control does too. Without a control nothing is held back."""
        if rules.control_url is None or self._has_good():
            return False
        with self._lock:
            if self._asked_at is None or self._clock.monotonic() - self._asked_at > HOLDS:
                self._is_down = not _answers(rules.control_url, rules)
                self._asked_at = self._clock.monotonic()
            return self._is_down


def _answers(url: str, rules: CheckRules) -> bool:
    """Whether anything comes back, whatever it is."""
    from bot.workflows.checks.sessions import Session  # late: see there

    session = Session(Connector(Guard(rules.allowed_networks), Deadline(PATIENCE)))
    try:
        session.ask(Asked("GET", url), redirects=0)
    except (StepFailed, OutOfTime):
        return False
    finally:
        session.close()
    return True
