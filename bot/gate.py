"""Who goes first where not all can write at once: people do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

A_MOMENT = 0.1
"""Seconds that what nobody waits for lets people go first, where both could write; and people each other."""
AT_ONCE = 2
"""How many people are served at once. Of ten declaring at the same time the last waits 85 ms with two, and 124 with ten:
each statement's answer comes back to a processor that others hold."""


class Gate:
    """Lets one writer through at a time, and people before what is done aside."""

    def __init__(self) -> None:
        lock = threading.Lock()
        self._for_people = threading.Condition(lock)
        self._for_aside = threading.Condition(lock)
        self._people = 0
        self._is_taken = False

    @contextmanager
    def passing(self, *, aside: bool) -> Iterator[None]:
        """Wait for the turn, and hold the gate for the block."""
        with self._for_aside if aside else self._for_people:
            if aside:
                self._for_aside.wait_for(lambda: not self._is_taken and not self._people)
            else:
                self._people += 1
                self._for_people.wait_for(lambda: not self._is_taken)
                self._people -= 1
            self._is_taken = True
        try:
            yield
        finally:
            with self._for_people:
                self._is_taken = False
                (self._for_people if self._people else self._for_aside).notify()


class Courtesy:
    """Lets everybody write at once in the end, but only after a moment: the processor is one.

    That moment is what is done aside waits while people are served, and what people wait while `AT_ONCE` others are. It is
    never longer, since whoever is served may themselves wait for a lock that somebody far away keeps.
    """

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._people = 0
        self._turns = threading.Semaphore(AT_ONCE)

    @contextmanager
    def passing(self, *, aside: bool) -> Iterator[None]:
        """Give way to people for `A_MOMENT` at most, or be one of them for the block."""
        if aside:
            with self._free:
                self._free.wait_for(lambda: not self._people, timeout=A_MOMENT)
            yield
            return
        with self._free:
            self._people += 1
        has_turn = self._turns.acquire(timeout=A_MOMENT)
        try:
            yield
        finally:
            if has_turn:
                self._turns.release()
            with self._free:
                self._people -= 1
                if not self._people:
                    self._free.notify_all()
