import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot import gate as gates
from bot.gate import Courtesy, Gate

PATIENCE = 10


class Queue:
    """Threads that want through a gate one by one; each writes down its name when it passes."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.passed: list[str] = []
        self.held = threading.Event()
        self.release = threading.Event()

    def hold(self) -> None:
        with self.gate.passing(aside=True):
            self.held.set()
            self.release.wait(PATIENCE)

    def want(self, name: str, *, aside: bool) -> None:
        with self.gate.passing(aside=aside):
            self.passed.append(name)

    def waiting(self, *, aside: bool) -> int:
        """How many wait at the gate: only Python's own condition knows of those aside."""
        return len((self.gate._for_aside if aside else self.gate._for_people)._waiters)  # type: ignore[attr-defined]


def until(holds: Callable[[], bool]) -> None:
    turn = threading.Event()
    for _ in range(PATIENCE * 200):
        if holds():
            return
        turn.wait(0.005)
    raise AssertionError("it never came to that")


def test_people_go_before_what_is_done_aside_though_it_came_first() -> None:
    queue = Queue()
    with ThreadPoolExecutor(5) as pool:
        pool.submit(queue.hold)
        assert queue.held.wait(PATIENCE)
        for number in (1, 2):
            pool.submit(queue.want, "aside", aside=True)
            until(lambda number=number: queue.waiting(aside=True) == number)  # type: ignore[misc]  # a default
        for number in (1, 2):
            pool.submit(queue.want, "person", aside=False)
            until(lambda number=number: queue.waiting(aside=False) == number)  # type: ignore[misc]  # a default
        queue.release.set()
    assert queue.passed == ["person", "person", "aside", "aside"]


def test_a_gate_opens_again_after_a_failure() -> None:
    gate = Gate()
    with pytest.raises(LookupError), gate.passing(aside=False):
        raise LookupError("it went wrong inside")
    with gate.passing(aside=True):
        pass


class Counter:
    """Somebody is served until they are told to go; what is done aside says when it got through."""

    def __init__(self) -> None:
        self.courtesy = Courtesy()
        self.served = threading.Barrier(3)
        self.go = threading.Event()
        self.is_through = threading.Event()

    def serve(self) -> None:
        with self.courtesy.passing(aside=False):
            self.served.wait(PATIENCE)
            self.go.wait(PATIENCE)

    def work(self) -> None:
        with self.courtesy.passing(aside=True):
            self.is_through.set()


def test_people_are_served_together_and_what_is_done_aside_waits_for_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "A_MOMENT", PATIENCE)
    counter = Counter()
    with ThreadPoolExecutor(3) as pool:
        pool.submit(counter.serve)
        pool.submit(counter.serve)
        counter.served.wait(PATIENCE)
        pool.submit(counter.work)
        assert not counter.is_through.wait(0.05)
        counter.go.set()
        assert counter.is_through.wait(PATIENCE / 2)


def test_what_is_done_aside_gives_way_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "A_MOMENT", 0.01)
    courtesy = Courtesy()
    with courtesy.passing(aside=False), courtesy.passing(aside=True):
        pass  # it got through while somebody was served still


class Crowd:
    """People who come together, and how many of them were served at once."""

    def __init__(self) -> None:
        self.courtesy = Courtesy()
        self.lock = threading.Lock()
        self.served = 0
        self.most = 0
        self.go = threading.Event()

    def serve(self) -> None:
        with self.courtesy.passing(aside=False):
            with self.lock:
                self.served += 1
                self.most = max(self.most, self.served)
            self.go.wait(PATIENCE)
            with self.lock:
                self.served -= 1


def test_of_a_crowd_some_are_served_at_once_and_the_others_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "A_MOMENT", PATIENCE)
    crowd = Crowd()
    with ThreadPoolExecutor(10) as pool:
        for _ in range(10):
            pool.submit(crowd.serve)
        until(lambda: crowd.served == gates.AT_ONCE)
        assert not crowd.go.wait(0.05)
        crowd.go.set()
    assert crowd.most == gates.AT_ONCE


def test_nobody_waits_for_others_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "A_MOMENT", 0.01)
    crowd = Crowd()
    with ThreadPoolExecutor(10) as pool:
        for _ in range(10):
            pool.submit(crowd.serve)
        until(lambda: crowd.served == 10)
        crowd.go.set()
