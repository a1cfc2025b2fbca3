"""A steady load on the bot: people who run SEVs, services that declare and alert; each knows what it was promised.

All of them do what patient ones do: what was not accepted is tried again, just as it was.
"""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests

from bot.playground import Channel, Delivery, Impossible, Person, Playground, Reply
from bot.slack.listeners import BROKEN, NOT_KEPT, UNSURE

T = TypeVar("T")
PATIENCE = 60.0
PAUSE = 0.2
"""Seconds between two things that one of them does."""
TAKES = 4.0
"""Seconds in which HTTP must be answered."""
FAILED_FOR_NOW = {502, 503, 504}
"""What a service tries again after. (500 is a fault.)"""


@dataclass
class Sev:
    """A SEV that somebody runs, and what of it was accepted."""

    number: int
    """Counted by whoever runs it, not by the bot."""
    done: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"checkout {self.number} fails"

    @property
    def is_mitigated(self) -> bool:
        return "mitigate" in self.done


class Load:
    """People and services at work, from `__enter__` until `ends`."""

    def __init__(self, slack: Playground, address: str, *, alert_secret: str, api_token: str) -> None:
        self._slack = slack
        self._address = address
        self._alert_secret = alert_secret
        self._api_token = api_token
        self._over = threading.Event()
        self._counting = threading.Lock()
        self._begun: Counter[str] = Counter()
        self._most = 1
        """How often each thing may be begun by now: the load is steady, and bounded."""
        self._at_work = [threading.Lock() for _ in range(4)]
        self._numbers = itertools.count()
        self.sevs: list[Sev] = []
        self.alerts: list[str] = []
        """The keys of alerts that were accepted, and are over."""
        self.declared: dict[int, int] = {}
        """What services declared: the SEVs' numbers by their own."""
        self.faults: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._work, args=(works, lock), name=works.__name__, daemon=True)
            for works, lock in zip(
                (self._responds, self._responds, self._alerts, self._declares), self._at_work, strict=True
            )
        ]

    def begins(self) -> None:
        for thread in self._threads:
            thread.start()

    def ends(self) -> None:
        """Let everybody finish what they began. Raises what went wrong with any of them."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=2 * PATIENCE)
        if self.faults:
            raise self.faults[0]

    def gives_up(self) -> None:
        """Let nobody begin anything more."""
        self._over.set()

    def goes_on(self, *, sevs: int = 2) -> None:
        """Wait until so many more SEVs were run from beginning to end."""
        wanted = len(self.sevs) + sevs
        self._most = wanted + 1
        deadline = time.monotonic() + PATIENCE
        while len(self.sevs) < wanted and not self.faults:
            assert time.monotonic() < deadline, f"only {len(self.sevs)} SEVs were run"
            time.sleep(PAUSE)

    def goes_on_until(self, condition: Callable[[], T | None], *, why: str) -> T:
        """Go on, slowly, until there is a true value of `condition`, and return that."""
        deadline, more = time.monotonic() + PATIENCE, itertools.cycle((1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while not (value := condition()):
            assert not self.faults, self.faults
            assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {why}"
            self._most += next(more)
            time.sleep(PAUSE)
        return value

    @contextmanager
    def stands_still(self) -> Iterator[None]:
        """Let nobody begin anything during the block, nor be in the middle of it."""
        for lock in self._at_work:
            lock.acquire()
        try:
            yield
        finally:
            for lock in self._at_work:
                lock.release()

    def _work(self, works: Callable[[int, threading.Lock], None], lock: threading.Lock) -> None:
        while not self._over.is_set() and not self.faults:
            number = self._next(works.__name__)
            if number is None:
                self._over.wait(PAUSE)
                continue
            try:
                works(number, lock)
            except (AssertionError, Impossible, requests.RequestException, KeyError, ValueError) as fault:
                fault.add_note(f"{works.__name__} {number}")
                self.faults.append(fault)

    def _next(self, what: str) -> int | None:
        """The number of the next thing to do; None where there is enough of it already."""
        with self._counting:
            if self._begun[what] >= self._most:
                return None
            self._begun[what] += 1
            return next(self._numbers)

    # People

    def _responds(self, number: int, at_work: threading.Lock) -> None:
        """Run a SEV: each second one is mitigated. (Over it is none: what was typed before would declare it anew.)"""
        sev, person = Sev(number), self._slack.person(("ada", "grace")[number % 2])

        def types(text: str, shown: str) -> None:
            with at_work:
                _insists(lambda: person.types(f"/sev {text}"), shown)
            sev.done.append(text.partition(" ")[0])
            self._over.wait(PAUSE)

        types(f"declare SEV3 {sev.title}", "SEV-")
        channel = self._slack.wait_until(lambda: self._channel_of(sev, person), within=PATIENCE, why=sev.title)
        person.goes_to(channel)
        types("severity SEV2", "SEV2")
        person.reacts("pushpin", to=person.says(f"checkout {number} has no memory left"))
        types(f"update checkout {number} is looked at", "is posted")
        types(f"action add give checkout {number} more memory", "SEV-")
        person.reacts("hammer_and_wrench", to=person.says(f"an alert on memory of checkout {number}"))
        types(f"log restarted checkout {number}", "he timeline of")
        if number % 2:
            types("mitigate", "itigated")
        self.sevs.append(sev)

    def _channel_of(self, sev: Sev, person: Person) -> Channel | None:
        ending = f"-{sev.title.replace(' ', '-')}"
        channels = list(self._slack.workspace.channels.values())
        found = (each for each in channels if each.name.endswith(ending) and person.id in each.members)
        return next(found, None)

    # Services

    def _alerts(self, number: int, at_work: threading.Lock) -> None:
        """An alert comes, and is over after a while."""
        key = f"alert-{number}"
        proof = {"X-Sevbot-Secret": self._alert_secret}
        said = {"key": key, "title": f"Orders fail on web-{number}", "workflow": "place-order", "urgency": "critical"}
        for state in ("down", "ok"):
            with at_work:
                self._posts(
                    "/hooks/generic", {**said, "state": state, "id": f"{number}-{state}"}, proof, accepted={202}
                )
            self._over.wait(2 * PAUSE)
        self.alerts.append(key)

    def _declares(self, number: int, at_work: threading.Lock) -> None:
        """A service declares a SEV, says something about it, and resolves it."""
        proof = {"Authorization": f"Bearer {self._api_token}"}
        said = {"title": f"release {number} fails", "severity": "SEV1"}
        with at_work:
            made = self._posts("/api/v1/incidents", said, {**proof, "Idempotency-Key": f"{number}-a"}, accepted={201})
            path = f"/api/v1/incidents/{made['number']}/updates"
            said = {"text": f"release {number} is rolled back", "status": "resolved"}
            self._posts(path, said, {**proof, "Idempotency-Key": f"{number}-b"}, accepted={200, 201})
        self.declared[number] = made["number"]
        self._over.wait(5 * PAUSE)

    def _posts(self, path: str, content: Any, headers: dict[str, str], *, accepted: set[int]) -> Any:
        """Post it until it is accepted, and return the answer."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = requests.post(f"{self._address}{path}", json=content, headers=headers, timeout=TAKES)
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code not in FAILED_FOR_NOW:
                assert answer.status_code in accepted, f"{path}: {answer.status_code} {answer.text}"
                return answer.json() if answer.content else None
            assert time.monotonic() < deadline, f"{path} was never accepted"
            time.sleep(PAUSE)


def _insists(act: Callable[[], Reply], shown: str) -> None:
    """Do it until it is accepted: `shown` is part of what the bot answers then."""
    deadline = time.monotonic() + PATIENCE
    while True:
        reply = act()
        delivery: Delivery | None = reply.delivery
        is_refused = delivery is None or bool(delivery.error) or reply.text.endswith((NOT_KEPT, UNSURE))
        if not is_refused:
            assert shown in reply.text, reply.text
            assert BROKEN not in reply.text
            return
        assert time.monotonic() < deadline, "it was never accepted"
        time.sleep(PAUSE)
