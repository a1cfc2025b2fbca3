"""Fault switches: how tests and the page make Slack misbehave."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from bot.playground.model import Json
from bot.playground.traffic import Call

_SPECIAL = re.compile(r"429|500|timeout_before|timeout_after|drop_before|drop_after|slow:\d+|[a-z_]+")


@dataclass(slots=True, eq=False)
class Rule:
    """One fault for the next `times` calls of `method` (`*` = any) that `where` accepts; None = until cleared."""

    method: str
    fault: str
    times: int | None
    where: Callable[[Call], bool] | None
    retry_after: int
    hits: int = 0

    def applies_to(self, call: Call) -> bool:
        """Whether this call is to suffer."""
        return (
            self.method in ("*", call.method)
            and (self.times is None or self.hits < self.times)
            and (self.where is None or self.where(call))
        )

    def as_json(self) -> Json:
        """Return the rule for the page."""
        return {"method": self.method, "fault": self.fault, "times": self.times, "hits": self.hits}


@dataclass(eq=False)
class Faults:
    """All switches. Counters count down as they are used up."""

    rules: list[Rule] = field(default_factory=list)
    latency_ms: float = 0.0
    outage: bool = False
    lose_events: bool = False
    holding: bool = False
    acks_to_lose: int = 0
    events_to_duplicate: int = 0
    on_release: Callable[[bool], None] = lambda _reverse: None
    _lock: Lock = field(default_factory=Lock)

    def add(
        self,
        method: str,
        fault: str,
        *,
        times: int | None = 1,
        where: Callable[[Call], bool] | None = None,
        retry_after: int = 1,
    ) -> Rule:
        """Add a fault and return its rule, whose `hits` counts. Rules are tried in the order they were added.

        `fault`: "429", "500" (HTML, no effect), "timeout_before", "timeout_after", "drop_before", "drop_after",
        "slow:MS", "fatal_error_after", or any error code of Slack, which is answered without effect.
        """
        if not _SPECIAL.fullmatch(fault):
            raise ValueError(f"No such fault: {fault}")
        rule = Rule(method, fault, times, where, retry_after)
        with self._lock:
            self.rules.append(rule)
        return rule

    def take(self, call: Call) -> Rule | None:
        """Return the rule this call must suffer, counted as hit, or None."""
        with self._lock:
            for rule in self.rules:
                if rule.applies_to(call):
                    rule.hits += 1
                    return rule
        return None

    def clear(self) -> None:
        """Make Slack behave again. Events held back are released."""
        with self._lock:
            self.rules.clear()
            self.acks_to_lose = self.events_to_duplicate = 0
        self.latency_ms, self.outage, self.lose_events = 0.0, False, False
        if self.holding:
            self.release_events()

    def lose_acks(self, times: int) -> None:
        """Ignore the app's next acks, as if they had never come."""
        self.acks_to_lose = times

    def duplicate_events(self, times: int) -> None:
        """Deliver the next events twice, with the same event id."""
        self.events_to_duplicate = times

    def hold_events(self) -> None:
        """Keep events back until `release_events`."""
        self.holding = True

    def release_events(self, *, reverse: bool = False) -> None:
        """Deliver the events held back, in their order or the other way round."""
        self.holding = False
        self.on_release(reverse)

    def takes_ack(self) -> bool:
        """Whether the app's ack is to be believed; counts the lost ones down."""
        with self._lock:
            if self.acks_to_lose:
                self.acks_to_lose -= 1
                return False
        return True

    def takes_duplicate(self) -> bool:
        """Whether this event is to come twice; counts down."""
        with self._lock:
            if self.events_to_duplicate:
                self.events_to_duplicate -= 1
                return True
        return False
