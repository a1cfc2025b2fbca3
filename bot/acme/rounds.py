"""What the company does in the background: again and again, and at once when somebody changes how."""

from abc import ABC, abstractmethod
from threading import Event, Thread
from typing import Generic, TypeVar

Mode = TypeVar("Mode")


class Rounds(ABC, Generic[Mode]):
    """Goes round in a thread of its own until it is stopped, and says in which mode it is."""

    def __init__(self, name: str, mode: Mode) -> None:
        self._mode = mode
        self._changed = Event()
        self._ended = Event()
        self._thread = Thread(target=self._repeat, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Do nothing any more."""
        self._ended.set()
        self._changed.set()
        self._thread.join()

    @property
    def mode(self) -> Mode:
        return self._mode

    def put(self, mode: Mode) -> None:
        """Go on in that mode. A round begins at once, so that what was changed is seen."""
        self._mode = mode
        self._changed.set()

    @abstractmethod
    def _round(self) -> float:
        """Do it once. Returns the seconds until the next time."""

    def _repeat(self) -> None:
        while not self._ended.is_set():
            self._changed.clear()
            self._changed.wait(self._round())
