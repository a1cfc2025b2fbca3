"""Floods of events at a given rate, whether or not the bot keeps up: what is late counts from when it was due."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bot.playground import Playground
from bot.playground.traffic import Delivery
from tests.bench.figures import Times
from tests.bench.visits import Makes, send

PATIENCE = 30.0
"""Seconds until what was sent last must be acknowledged."""


@dataclass(frozen=True)
class Flood:
    """What came of a flood. Times are monotonic seconds."""

    due: tuple[float, ...]
    sent: tuple[Delivery, ...]
    burst: int
    """How many of the first were sent at once."""

    @property
    def lost(self) -> int:
        """How many were not acknowledged, or only when they were sent again."""
        return sum(not each.acked or each.attempts > 1 for each in self.sent)

    @property
    def on_the_wire(self) -> Times:
        """From the moment each was sent until its ack, after the burst."""
        return Times(tuple(each.latency for each in self.sent[self.burst :] if each.acked))

    @property
    def since_due(self) -> Times:
        """From the moment each was due until its ack: the driver's own lateness counts too."""
        pairs = zip(self.due, self.sent, strict=True)
        return Times(tuple(each.sent_at + each.latency - due for due, each in pairs if each.acked))


def flood(slack: Playground, makes: Makes, *, rate: float, seconds: float, first: int, burst: int = 0) -> Flood:
    """Send `burst` events at once, then `rate` a second for `seconds`, and wait for the acks.

    `first` is the number of the first; numbers make event ids, so floods must not share them.
    """
    due: list[float] = []
    sent: list[Delivery] = []
    started = time.monotonic()
    for number, at in enumerate(_moments(started, rate, seconds, burst), first):
        pause = at - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        due.append(at)
        sent.append(send(slack, makes(number)))
    deadline = time.monotonic() + PATIENCE
    for each in sent:
        each.wait(max(0.0, deadline - time.monotonic()))
    return Flood(tuple(due), tuple(sent), burst)


def _moments(started: float, rate: float, seconds: float, burst: int) -> Iterator[float]:
    yield from (started for _ in range(burst))
    yield from (started + number / rate for number in range(int(rate * seconds)))


def mixed(usual: Makes, rare: Makes, *, one_in: int) -> Makes:
    """Events of two kinds: one in so many is a `rare` one."""
    return lambda number: (rare if number % one_in == 0 else usual)(number)
