"""What Slack sends to the app: who carries it, how long an ack may take, what is sent again."""

import asyncio
import heapq
import time
from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import Any, Protocol

from bot.playground.faults import Faults
from bot.playground.model import APP_ID, BOT_USER_ID, TEAM_ID, Json
from bot.playground.traffic import Delivery, Traffic
from bot.playground.workspace import Workspace

ACK_WITHIN = 3.0
ALARM_STEP = 0.01
"""Deadlines are looked at no more often than this: thousands a second must not mean thousands of timers."""

Finish = Callable[[Delivery], None]


class Carrier(Protocol):
    """Brings deliveries to the app: over Socket Mode, or by signed HTTP.

    `first_retry` is how long the first redelivery waits at most, in seconds after a failure.
    """

    first_retry: float

    def send(self, delivery: Delivery) -> bool:
        """Send it on its way; False when there is nobody to send it to. `attempts` counts this attempt already."""
        ...


class Post:
    """Sends deliveries through the carrier of the moment and follows them until they are acked or given up.

    An event without an ack comes again after `redelivery_delays` (seconds since the attempt before). Commands and
    interactions never do: the person sees an error. All timing is machine time.
    """

    def __init__(self, workspace: Workspace, faults: Faults, traffic: Traffic) -> None:
        self.redelivery_delays: tuple[float, ...] = (4.0, 60.0, 300.0)
        self.ack_within = ACK_WITHIN
        self.carrier: Callable[[], Carrier] = _Nobody
        self.loop: asyncio.AbstractEventLoop | None = None
        self._workspace = workspace
        self._faults = faults
        self._traffic = traffic
        self._held: list[Delivery] = []
        self._after: dict[Delivery, Finish] = {}
        self._due: list[tuple[float, int, Delivery, int]] = []
        self._numbers = count()
        self._alarm_at = float("inf")
        self._alarm: asyncio.TimerHandle | None = None
        self._lock = Lock()
        # Event ids stay unique over restarts, since apps remember them.
        self._event_ids = (f"Ev{int(time.time() * 1000):X}{number:06d}" for number in count(1))
        faults.on_release = self._release

    def event(self, event: Json, *, event_id: str | None = None) -> Delivery:
        """Deliver an event of the Events API."""
        delivery = Delivery("events_api", self._wrapped(event, event_id or next(self._event_ids)))
        if self._faults.outage or self._faults.lose_events:
            delivery.error = "lost"
            delivery.finish()
            return delivery
        self._traffic.add(delivery)
        if self._faults.holding:
            self._held.append(delivery)
            return delivery
        self._attempt(delivery)
        if self._faults.takes_duplicate():
            delivery.reason = "timeout"
            self._attempt(delivery)
        return delivery

    def interact(self, kind: str, payload: Json, after: Finish) -> Delivery:
        """Deliver a slash command or interaction; `after` runs once it is acked or failed, before anyone is woken."""
        delivery = Delivery(kind, payload)
        self._traffic.add(delivery)
        self._after[delivery] = after
        self._attempt(delivery)
        return delivery

    def acked(self, delivery: Delivery, ack: Any) -> bool:
        """Take note of an ack; return whether it counts (it may be lost, late or a second one)."""
        if not delivery.awaiting or not self._faults.takes_ack() or not self._decide(delivery):
            return False
        delivery.latency = time.monotonic() - delivery.sent_at
        delivery.acked, delivery.ack = True, ack
        self._conclude(delivery)
        return True

    def failed(self, delivery: Delivery, error: str, *, reason: str = "timeout", retry: bool = True) -> None:
        """Take note that an attempt failed: `error` is what a person is shown, `reason` what the next attempt says."""
        if not self._decide(delivery):
            return
        delivery.reason = reason
        if delivery.kind == "events_api" and retry and delivery.attempts <= len(self.redelivery_delays):
            at = delivery.sent_at + self.redelivery_delays[delivery.attempts - 1]
            if delivery.attempts == 1:
                at = min(at, time.monotonic() + self.carrier().first_retry)
            self._schedule(at, delivery, -1)
            return
        delivery.error = error
        self._conclude(delivery)

    def _decide(self, delivery: Delivery) -> bool:
        """Whether the caller is first to end this attempt: acks, failures and deadlines come from several threads."""
        with self._lock:
            first, delivery.awaiting = delivery.awaiting, False
        return first

    @staticmethod
    def now() -> float:
        """Machine time, in monotonic seconds."""
        return time.monotonic()

    def _wrapped(self, event: Json, event_id: str) -> Json:
        return {
            "token": "verification-token",
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._workspace.clock.now()),
            "event_context": f"4-{event_id}",
            "is_ext_shared_channel": False,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER_ID,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "event": event,
        }

    def _attempt(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        delivery.awaiting = True
        delivery.sent_at = time.monotonic()
        if self._faults.outage or not self.carrier().send(delivery):
            self.failed(delivery, "dispatch_failed")
            return
        patience = self.ack_within
        if delivery.kind == "events_api" and delivery.attempts <= len(self.redelivery_delays):
            patience = min(patience, self.redelivery_delays[delivery.attempts - 1])
        self._schedule(delivery.sent_at + patience, delivery, delivery.attempts)

    def _conclude(self, delivery: Delivery) -> None:
        after = self._after.pop(delivery, None)
        if after is not None:
            after(delivery)
            self._workspace.persist()
            self._workspace.touch("traffic")
        delivery.finish()

    def _release(self, reverse: bool) -> None:
        held, self._held = self._held, []
        for delivery in reversed(held) if reverse else held:
            self._attempt(delivery)

    # One alarm serves all deadlines: the earliest is set, the rest wait in a heap.

    def _schedule(self, at: float, delivery: Delivery, attempt: int) -> None:
        """Look at `delivery` at `at`: give attempt number `attempt` up, or with -1 make the next one."""
        with self._lock:
            heapq.heappush(self._due, (at, next(self._numbers), delivery, attempt))
            if at >= self._alarm_at or self.loop is None:
                return
            self._alarm_at = at
        self.loop.call_soon_threadsafe(self._set_alarm)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        with self._lock:
            self._alarm_at = self._due[0][0] if self._due else float("inf")
            at = self._alarm_at
        if self._due and self.loop is not None:
            self._alarm = self.loop.call_later(max(ALARM_STEP, at - time.monotonic()), self._ring)

    def _ring(self) -> None:
        now = time.monotonic()
        ripe: list[tuple[Delivery, int]] = []
        with self._lock:
            while self._due and self._due[0][0] <= now:
                _, _, delivery, attempt = heapq.heappop(self._due)
                if not delivery.acked and not delivery.error:
                    ripe.append((delivery, attempt))
        for delivery, attempt in ripe:
            if attempt < 0:
                self._attempt(delivery)
            elif attempt == delivery.attempts:
                self.failed(delivery, "operation_timeout")
        self._set_alarm()


class _Nobody:
    """No carrier yet: the playground has not started."""

    first_retry = float("inf")

    def send(self, delivery: Delivery) -> bool:
        return False
