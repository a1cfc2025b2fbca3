"""A storm of alerts at a given rate, whether or not the bot keeps up: senders repeat what is not taken, as Alertmanager does."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

PATH = "/hooks/alertmanager"
PATIENCE = 60.0
"""Seconds for which a sender repeats one delivery."""
PAUSE = 0.2
"""Seconds until it does."""


@dataclass
class Storm:
    """What came of a storm."""

    taken: list[float] = field(default_factory=list)
    """For each delivery, the seconds from the moment it was due until it was taken, its repetitions too."""
    repeated: int = 0
    lost: int = 0
    """How many were not taken in the end."""


def alert(number: int, problem: str) -> bytes:
    """One delivery of one alert. Those of one problem are one to the bot; the number tells deliveries apart."""
    one = {
        "status": "firing", "fingerprint": problem, "startsAt": "2026-11-27T10:00:00Z",
        "labels": {"alertname": "OrdersFail", "workflow": "place-order", "severity": "critical", "problem": problem},
        "annotations": {"summary": f"Orders fail in {problem}", "description": str(number)},
    }  # fmt: skip
    return json.dumps({"version": "4", "status": "firing", "alerts": [one]}).encode()


def storm(
    port: int, secret: str, bodies: Callable[[int], bytes], *, rate: float, seconds: float, senders: int = 16
) -> Storm:
    """Deliver `rate` bodies a second for some seconds, by so many senders side by side."""
    found, lock = Storm(), threading.Lock()
    moments = _moments(time.monotonic(), rate, int(rate * seconds))

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while True:
            with lock:
                number, due = next(moments, (-1, 0.0))
            if number < 0:
                return connection.close()
            time.sleep(max(due - time.monotonic(), 0))
            tries = _deliver(connection, secret, bodies(number))
            with lock:
                found.repeated += max(tries - 1, 0)
                found.lost += not tries
                found.taken.append(time.monotonic() - due)

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def _deliver(connection: http.client.HTTPConnection, secret: str, body: bytes) -> int:
    """Deliver it until it is taken. Returns with how many tries; 0: it never was."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    until, tries = time.monotonic() + PATIENCE, 0
    while time.monotonic() < until:
        tries += 1
        try:
            connection.request("POST", PATH, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
        else:
            if answer.status == HTTPStatus.ACCEPTED:
                return tries
        time.sleep(PAUSE)
    return 0


def _moments(started: float, rate: float, count: int) -> Iterator[tuple[int, float]]:
    yield from ((number, started + number / rate) for number in range(count))
