"""The company's customers: they come all day, do what they came for by real HTTP, and give up after two seconds."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event, Thread

from bot.acme.calling import call
from bot.acme.counting import KEPT, Counts
from bot.acme.parts import DEPOSIT, PARTS, PLACE_ORDER, SIGN_IN, STATEMENT, Mode, Modes, Part, counted, customers

PATIENCE = 2.0
"""Seconds."""
TICK = 0.25
AT_ONCE = 24
LEAPT = timedelta(minutes=2)
"""When so much time passes between two ticks, the clock was moved."""
VISITS: dict[str, tuple[str, str, dict[str, object] | None]] = {
    SIGN_IN.key: ("POST", "/api/session", {"email": "kim@example.com", "password": "correct horse"}),
    DEPOSIT.key: ("POST", "/api/deposits", {"amount": 2500}),
    PLACE_ORDER.key: ("POST", "/api/orders", {"item": "book", "amount": 1200}),
    STATEMENT.key: ("GET", "/api/statement", None),
}


class Customers:
    """They come until they are stopped. `session` is what those show who signed in long ago."""

    def __init__(self, port: int, session: str, modes: Modes, counts: Counts, now: Callable[[], datetime]) -> None:
        self._port = port
        self._session = session
        self._modes = modes
        self._counts = counts
        self._now = now
        self._ended = Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="customer")
        self._thread = Thread(target=self._come, name="customers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Nobody comes any more."""
        self._ended.set()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _come(self) -> None:
        waiting = dict.fromkeys(PARTS, 0.0)
        last = self._now()
        while not self._ended.wait(TICK):
            now = self._now()
            if now - last > LEAPT:
                self._catch_up(last, now)
            last = now
            for part in PARTS:
                waiting[part] += customers(part, now) * TICK / 60
                while waiting[part] >= 1:
                    waiting[part] -= 1
                    self._pool.submit(self._visit, part)

    def _catch_up(self, since: datetime, until: datetime) -> None:
        """The clock was moved: meanwhile customers came, and fared as each part does now."""
        minute = max(since, until - KEPT).replace(second=0, microsecond=0) + timedelta(minutes=1)
        while minute < until.replace(second=0, microsecond=0):
            for part in PARTS:
                failing = part.failing if self._modes.of(part) is Mode.WELL else 1.0
                self._counts.add(part, minute, *counted(part, minute, failing))
            minute += timedelta(minutes=1)

    def _visit(self, part: Part) -> None:
        moment, began = self._now(), time.monotonic()
        method, path, body = VISITS[part.key]
        said = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self._session}"}
        went_well = call(method, f"http://127.0.0.1:{self._port}{path}", said, headers, within=PATIENCE)
        self._counts.visited(part, moment, went_well=went_well, seconds=time.monotonic() - began)
