"""What the vendors beside the local Slack share: how they are asked, how they answer, and how they fail when told to."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from threading import RLock
from typing import Any

from bot.playground.errors import DropConnection
from bot.playground.model import Json

Reply = tuple[int, dict[str, str], bytes]
HungUp = Callable[[], Coroutine[Any, Any, None]]
NONSENSE = {
    "html": b"<html><body>Please log in</body></html>",
    "empty": b"{}",
    "list": b"[1, null, [[]]]",
    "wrong_types": b'{"id": 7, "key": ["PAY-1"], "fields": {"status": "?", "updated": 12}, "issues": {}, "transitions": 3}',
    "deep": b"[" * 100_000,
    "cut": b'{"id": "10001", "key": "PAY-',
}
"""Answers that mean nothing, by the name of the fault: what was asked for was done all the same."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request to a vendor; `path` without the vendor's own beginning."""

    method: str
    path: str
    query: dict[str, list[str]]
    authorization: str
    content: Json

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class Vendor:
    """What goes wrong at a vendor, once for each time it is asked for."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.outage = False
        self.faults: list[tuple[str, str]] = []
        """What the next requests suffer whose line (`GET rest/api/3/issue/10001`) ends so, as a pattern, once each: a status
        (`429`), `timeout_before`, `timeout_after`, `drop_before`, `drop_after`, or one of `NONSENSE`."""
        self.races: list[tuple[str, Callable[[], object]]] = []
        """What somebody else does just after the next request whose line ends so was worked out, before anybody knows."""

    async def suffer(self, work: Callable[[Asked], Reply], asked: Asked, hung_up: HungUp) -> Reply:
        """Work out the answer, with what goes wrong about it. `hung_up` waits until the caller has gone away."""
        with self.lock:
            fault = "503" if self.outage else self._taken(self.faults, asked) or ""
        if fault.endswith("_before"):
            await _break(fault, hung_up)
        if fault.isdecimal():
            return reply(int(fault), {"message": "it fails, as it was told to"}, {"retry-after": "0"})
        with self.lock:
            answer = work(asked)
            race = self._taken(self.races, asked)
        if race:
            await asyncio.to_thread(race)
        if fault in NONSENSE:
            return 200, {"content-type": "application/json"}, NONSENSE[fault]
        if fault:
            await _break(fault, hung_up)
        return answer

    def _taken(self, wanted: list[tuple[str, Any]], asked: Asked) -> Any:
        found = next((each for each in wanted if re.search(f"(?:{each[0]})$", asked.line)), None)
        if found is None:
            return None
        wanted.remove(found)
        return found[1]


async def _break(fault: str, hung_up: HungUp) -> None:
    if fault.startswith("timeout"):
        await hung_up()
    raise DropConnection


def reply(status: int, content: object = None, headers: dict[str, str] | None = None) -> Reply:
    """An answer in JSON, or an empty one."""
    body = b"" if content is None else json.dumps(content).encode()
    return status, {"content-type": "application/json", **(headers or {})}, body
