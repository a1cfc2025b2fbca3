"""The company's own monitoring, which sends an alert when it likes: as long as it fires, again and again."""

import json
from enum import StrEnum

from bot.acme.reporting import tell
from bot.acme.rounds import Rounds

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


class Monitoring(Rounds[AlertMode]):
    """Sends its alert until it is stopped. `address` is where alerts go, `secret` by what it is known there."""

    def __init__(self, address: str, secret: str) -> None:
        super().__init__("monitoring", AlertMode.WELL)
        self._address = address
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._is_known_to_fire = False
        self.sent = 0

    def _round(self) -> float:
        """While it fires, and until it is known that it does no more."""
        if self._mode is AlertMode.FIRING:
            self._is_known_to_fire = self._send("firing") or self._is_known_to_fire
        elif self._is_known_to_fire:
            self._is_known_to_fire = not self._send("resolved")
        return EVERY

    def _send(self, state: str) -> bool:
        """Whether it was taken. Each says how often it was sent, since the same words again may be a retry."""
        self.sent += 1
        content = {**ALERT, "state": state, "labels": {"sent": str(self.sent)}}
        return tell(self._address, json.dumps(content), self._headers)
