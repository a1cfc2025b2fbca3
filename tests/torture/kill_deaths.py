"""How a bot can die: plainly, at a point; with a call still on its way; or not quite, and come back."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground import Call, DropConnection, Playground
from tests.torture.killing import COMMIT, Act, Bots

ARRIVES_WITHIN = 20.0
THAWS_AFTER = 0.1
"""Seconds a frozen process stays frozen after its call was answered: the answer is there before it looks."""


@dataclass(frozen=True)
class Death:
    """What befalls the bots of one story. `prepare` is called before they are started."""

    points: tuple[str, ...]
    """Where they are struck."""
    prepare: Callable[[Bots, Playground], None] = field(compare=False)
    leaves_doubt: bool = False
    """Whether a call may arrive late, so that only the second look makes all of it true again."""
    is_certain: bool = True
    """Whether a story in which the points are not passed is a fault."""

    def __str__(self) -> str:
        return ", then ".join(self.points)


def killed_at(*points: str, is_certain: bool = True) -> Death:
    """Killed at each of these points, and started again each time (unless others go on)."""

    def prepare(bots: Bots, _slack: Playground) -> None:
        for point in points:
            if COMMIT in point:
                bots.signals[point] = signal.SIGKILL
            else:
                bots.calls.acts[point] = _dies_at(point, bots)

    return Death(points, prepare, is_certain=is_certain)


def killed_with_a_call_on_its_way(point: str, *, until: str) -> Death:
    """Killed at a call that Slack takes all the same, but only after the point `until` was passed."""

    def prepare(bots: Bots, _slack: Playground) -> None:
        def act(_call: Call, pid: int) -> None:
            bots.nursery.kill(pid)
            bots.calls.wait_for(until, within=ARRIVES_WITHIN)

        bots.calls.acts[point] = act

    return Death((point,), prepare, leaves_doubt=True)


def frozen_with_a_call_on_its_way(point: str, *, until: str) -> Death:
    """Frozen at a call, as if its machine stood still; the call arrives and the process goes on after `until` was passed."""

    def prepare(bots: Bots, _slack: Playground) -> None:
        def act(_call: Call, pid: int) -> None:
            bots.nursery.send(pid, signal.SIGSTOP)
            bots.calls.wait_for(until, within=ARRIVES_WITHIN)
            threading.Timer(THAWS_AFTER, bots.nursery.send, (pid, signal.SIGCONT)).start()

        bots.calls.acts[point] = act

    return Death((point,), prepare, leaves_doubt=True)


def frozen_in_a_transaction(point: str) -> Death:
    """Frozen at a commit, with all the locks of its transaction, until the story was told."""

    def prepare(bots: Bots, _slack: Playground) -> None:
        bots.signals[point] = signal.SIGSTOP

    return Death((point,), prepare, leaves_doubt=True)


def started_much_later(point: str, *, seconds: float) -> Death:
    """Killed after a call, and started only when so much business time has passed."""

    def prepare(bots: Bots, slack: Playground) -> None:
        def act(_call: Call, pid: int) -> None:
            bots.nursery.kill(pid)
            slack.advance_clock(seconds)

        bots.calls.acts[point] = act

    return Death((point,), prepare, leaves_doubt=True)


def once_more(point: str, *, times: int = 1) -> str:
    """The end of the same call, made for the `times`-th time again: `before X #1` gives `after X #1`, then `after X #2`."""
    name, _, number = point.removeprefix("before ").rpartition(" #")
    return f"after {name} #{int(number) + times - 1}"


def _dies_at(point: str, bots: Bots) -> Act:
    def act(_call: Call, pid: int) -> None:
        bots.nursery.kill(pid)
        if point.startswith("before "):
            raise DropConnection  # a call that was not taken yet has no effect: its connection ends with the process

    return act
