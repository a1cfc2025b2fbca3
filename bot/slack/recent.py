"""What was seen lately, in bounded memory."""

import threading


class RecentKeys:
    """The last few keys, in memory."""

    LIMIT = 1000

    def __init__(self) -> None:
        self._keys: dict[str | None, None] = {}
        self._lock = threading.Lock()

    def add(self, key: str | None) -> None:
        with self._lock:
            self._keys[key] = None
            if len(self._keys) > self.LIMIT:
                del self._keys[next(iter(self._keys))]

    def discard(self, key: str | None) -> None:
        with self._lock:
            self._keys.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._keys


class Turns:
    """Which of the things that were done in one place was the last, in bounded memory."""

    LIMIT = 1000

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, place: str | None) -> int:
        """Something is done there: its turn, counted from 1."""
        with self._lock:
            turn = self._last[place or ""] = self._last.pop(place or "", 0) + 1
            if len(self._last) > self.LIMIT:
                del self._last[next(iter(self._last))]
            return turn

    def is_over(self, place: str, turn: int) -> bool:
        """Whether something was done there after that turn."""
        return self._last.get(place, 0) > turn
