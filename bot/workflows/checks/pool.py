"""Threads in which checks run: as many as are needed, up to a limit. What hangs in one delays none of the others.

Each piece of work has a time at which it begins: one thread hands out what is due, the others do it.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

log = logging.getLogger(__name__)

Work = Callable[[], None]


class Pool:
    """Does work at its time, in threads of its own. They are made when they are needed first, and end with `stop`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Work]] = []
        self._numbers = itertools.count()
        self._given = 0
        self._is_stopped = False
        self._workers = ThreadPoolExecutor(most, thread_name_prefix="check")
        self._starter = threading.Thread(target=self._hand_out, name="check-starter", daemon=True)
        self._starter.start()

    @property
    def unfinished(self) -> int:
        """How much was given and is not done yet."""
        with self._changed:
            return self._given

    def give(self, work: Work, *, after: float) -> None:
        """Do something in so many seconds, once a thread is free. After `stop` nothing is done."""
        with self._changed:
            if self._is_stopped:
                return
            self._given += 1
            heapq.heappush(self._waiting, (time.monotonic() + after, next(self._numbers), work))
            self._changed.notify()

    def stop(self) -> None:
        """Begin nothing more, and wait for nothing: what goes on ends within its own time."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()
        self._starter.join()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _hand_out(self) -> None:
        while (work := self._next()) is not None:
            self._workers.submit(work).add_done_callback(self._done)

    def _next(self) -> Work | None:
        with self._changed:
            while not self._is_stopped:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(wait)
        return None

    def _done(self, future: Future[None]) -> None:
        with self._changed:
            self._given -= 1
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("checks.worker_failed", exc_info=error)
