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
