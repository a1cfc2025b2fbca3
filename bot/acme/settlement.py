"""The company's settlement job: nightly elsewhere, here twice a minute. It says by heartbeats whenever it ran."""

from enum import StrEnum
from threading import Event, Thread

from bot.acme.reporting import call

EVERY = 20.0
TAKES = 1.0
"""Seconds."""


class JobMode(StrEnum):
    """How the job does."""

    WELL = "well"
    HALTED = "halted"
    """It does not run, and nobody notices but who waits for it."""
    FAILING = "failing"


class Settlement:
    """Runs again and again until it is stopped. `address` is where it says so."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._mode = JobMode.WELL
        self._changed = Event()
        self._ended = Event()
        self._thread = Thread(target=self._repeat, name="settlement", daemon=True)
        self.runs = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Run no more."""
        self._ended.set()
        self._changed.set()
        self._thread.join()

    @property
    def mode(self) -> JobMode:
        return self._mode

    def put(self, mode: JobMode) -> None:
        """Let it do well, fail, or not run at all. It runs at once, so that what was changed is seen."""
        self._mode = mode
        self._changed.set()

    def _repeat(self) -> None:
        while not self._ended.is_set():
            self._changed.clear()
            if self._mode is not JobMode.HALTED:
                self._run()
            self._changed.wait(EVERY)

    def _run(self) -> None:
        call(f"{self._address}/start", "")
        self._ended.wait(TAKES)
        if self._ended.is_set():
            return
        self.runs += 1
        if self._mode is JobMode.FAILING:
            call(f"{self._address}/1", "settle: 3 of 1,204 transfers name an account that is closed")
        else:
            call(f"{self._address}/0", "settle: 1,204 transfers settled")
