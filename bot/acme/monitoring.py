"""The company's own monitoring, which sends an alert when it likes: as long as it fires, again and again."""

import json
from enum import StrEnum
from threading import Event, Thread

from bot.acme.reporting import call

EVERY = 15.0
"""Seconds."""
ALERT = {
    "key": "order-queue",
    "title": "Orders wait in the queue",
    "detail": "The oldest has waited for 4 minutes.",
    "workflow": "place-order",
    "urgency": "warning",
}


class AlertMode(StrEnum):
    """What it says."""

    WELL = "well"
    FIRING = "firing"


class Monitoring:
    """Sends its alert until it is stopped. `address` is where alerts go, `secret` by what it is known there."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._mode = AlertMode.WELL
        self._changed = Event()
        self._ended = Event()
        self._thread = Thread(target=self._repeat, name="monitoring", daemon=True)
        self.sent = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Send nothing any more."""
        self._ended.set()
        self._changed.set()
        self._thread.join()

    @property
    def mode(self) -> AlertMode:
        return self._mode

    def put(self, mode: AlertMode) -> None:
        """Let it fire, or be over; that is sent at once."""
        self._mode = mode
        self._changed.set()

    def _repeat(self) -> None:
        is_known_to_fire = False
        while not self._ended.is_set():
            self._changed.clear()
            if self._mode is AlertMode.FIRING:
                is_known_to_fire = self._send("firing") or is_known_to_fire
            elif is_known_to_fire:
                is_known_to_fire = not self._send("resolved")
            self._changed.wait(EVERY)

    def _send(self, state: str) -> bool:
        """Whether it was taken. Each says how often it was sent, since the same words again may be a retry."""
        self.sent += 1
        content = {**ALERT, "state": state, "labels": {"sent": str(self.sent)}}
        return call(self._address, json.dumps(content), self._headers)
