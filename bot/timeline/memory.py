"""Messages seen lately, in bounded memory: so that tagging one needs no question to Slack."""

import threading
from collections import OrderedDict

from bot.timeline.said import Said, order

MESSAGES = 5000
CHARACTERS = 2_000_000
"""How much is remembered at most, over all messages; what was said longest ago is forgotten first."""
OVERHEAD = 100
"""What a message without words still takes, in characters."""


class Memory:
    """The last few thousand messages, and which of them were deleted since."""

    def __init__(self, *, messages: int = MESSAGES, characters: int = CHARACTERS) -> None:
        self._limits = messages, characters
        self._said: OrderedDict[tuple[str, str], Said | None] = OrderedDict()
        """None where it was deleted: events come in no promised order, so it must not come back."""
        self._size = 0
        self._lock = threading.Lock()

    def remember(self, said: Said) -> None:
        """Keep a message as it is now. An older version of one that is known changes nothing."""
        key = said.channel_id, said.ts
        with self._lock:
            known = self._said.get(key)
            if key in self._said and (known is None or order(known.edited) > order(said.edited)):
                return
            self._put(key, said)

    def forget(self, channel_id: str, ts: str) -> None:
        """It was deleted."""
        with self._lock:
            self._put((channel_id, ts), None)

    def recall(self, channel_id: str, ts: str) -> Said | None:
        """The message, or None where it is not remembered."""
        with self._lock:
            return self._said.get((channel_id, ts))

    def is_deleted(self, channel_id: str, ts: str) -> bool:
        """Whether it is known to be gone."""
        with self._lock:
            return self._said.get((channel_id, ts), self) is None

    def _put(self, key: tuple[str, str], said: Said | None) -> None:
        self._size += _size(said) - (_size(self._said.pop(key)) if key in self._said else 0)
        self._said[key] = said
        messages, characters = self._limits
        while len(self._said) > messages or self._size > characters:
            _, oldest = self._said.popitem(last=False)
            self._size -= _size(oldest)


def _size(said: Said | None) -> int:
    if said is None:
        return OVERHEAD
    return OVERHEAD + len(said.text) + sum(len(fact) for each in said.files for fact in each.values())
