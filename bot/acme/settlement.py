"""The company's settlement job: nightly elsewhere, here twice a minute. It says by heartbeats whenever it ran."""

from enum import StrEnum

from bot.acme.reporting import tell
from bot.acme.rounds import Rounds

EVERY = 20.0
TAKES = 1.0
"""Seconds."""


class JobMode(StrEnum):
    """How the job does."""

    WELL = "well"
    HALTED = "halted"
    """It does not run, and nobody notices but who waits for it."""
    FAILING = "failing"


class Settlement(Rounds[JobMode]):
    """Runs again and again until it is stopped. `address` is where it says so."""

    def __init__(self, address: str) -> None:
        super().__init__("settlement", JobMode.WELL)
        self._address = address
        self.runs = 0

    def _round(self) -> float:
        if self._mode is not JobMode.HALTED:
            self._run()
        return EVERY

    def _run(self) -> None:
        tell(f"{self._address}/start", "")
        self._ended.wait(TAKES)
        if self._ended.is_set():
            return
        self.runs += 1
        if self._mode is JobMode.FAILING:
            tell(f"{self._address}/1", "settle: 3 of 1,204 transfers name an account that is closed")
        else:
            tell(f"{self._address}/0", "settle: 1,204 transfers settled")
