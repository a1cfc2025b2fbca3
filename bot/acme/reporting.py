"""Tells Sevbot how customers fare, every few seconds: for each part the minutes that changed since."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread

from bot.acme.calling import call
from bot.acme.counting import Counts
from bot.acme.parts import PARTS, Part

EVERY = 4.0
"""Seconds. Sending the running minute again and again does no harm: its last word holds."""
MOST_MINUTES = 1500
"""In one call."""
TIMEOUT = 5.0


@dataclass(frozen=True)
class Reports:
    """Where the company reports to."""

    url: str
    """Of the bot."""
    token: str = field(repr=False)
    """With which counts are pushed."""
    heartbeat: str = field(repr=False)
    """The address the settlement job calls."""
    alert_secret: str = field(repr=False)
    """By which the company's monitoring is known."""


class Reporting:
    """Pushes counts until it is stopped."""

    def __init__(self, reports: Reports, counts: Counts, now: Callable[[], datetime]) -> None:
        self._reports = reports
        self._counts = counts
        self._now = now
        self._ended = Event()
        self._thread = Thread(target=self._report, name="reporting", daemon=True)
        self.arrives = False
        """Whether the last call was taken."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing any more."""
        self._ended.set()
        self._thread.join()

    def _report(self) -> None:
        while not self._ended.wait(EVERY):
            for part in PARTS:
                self._push(part)

    def _push(self, part: Part) -> None:
        while not self._ended.is_set():
            rows = self._counts.untold(part, now=self._now(), most=MOST_MINUTES)
            if not rows:
                return
            said = [
                {"minute": f"{moment:%Y-%m-%dT%H:%M:00Z}", "good": good, "total": total} for moment, good, total in rows
            ]
            url = f"{self._reports.url}/api/v1/workflows/{part.key}/counts"
            body = json.dumps({"source": "acme-pay", "counts": said})
            self.arrives = tell(url, body, {"Authorization": f"Bearer {self._reports.token}"})
            if not self.arrives:  # the bot is away, or its clock is not moved yet
                self._counts.not_told(part, [moment for moment, _, _ in rows])
                return


def tell(url: str, body: str, headers: Mapping[str, str] | None = None) -> bool:
    """Whether Sevbot took it."""
    return call("POST", url, body, headers or {}, within=TIMEOUT)
