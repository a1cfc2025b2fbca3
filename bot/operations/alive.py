"""What the bot counts of its queue, and the sign of life for whoever watches it from outside."""

import logging
from datetime import timedelta

from prometheus_client import Gauge

from bot.clock import Clock
from bot.db import Database
from bot.environment import LOOPBACK, host_of
from bot.errors import CallFailed
from bot.http import Http, Reach
from bot.operations.findings import LATE_QUEUE
from bot.outbox import claims
from bot.slack.client import Slack

log = logging.getLogger(__name__)

WAITING = Gauge("sevbot_outbox_waiting", "Deliveries that are not done.")
OLDEST = Gauge("sevbot_outbox_oldest_due_seconds", "For how long the oldest delivery has been due.")
DEAD = Gauge("sevbot_outbox_dead", "Deliveries that failed for good and wait for a person.")
MEASURE_EVERY = timedelta(seconds=15)
TELL_EVERY = timedelta(minutes=1)
TELL_WITHIN = timedelta(seconds=10)


class Alive:
    """The two jobs. `url` is a secret: whoever knows it can speak for the bot, so it is never logged."""

    def __init__(self, url: str, database: Database, slack: Slack, clock: Clock) -> None:
        self._url = url
        self._database = database
        self._slack = slack
        self._clock = clock

    def measure(self) -> timedelta:
        """Count the queue for `/metrics`. Returns for how long its oldest delivery has been due."""
        with self._database.read() as session:
            queue = claims.queue_state(session, now=self._clock.machine())
        WAITING.set(queue.waiting)
        OLDEST.set(queue.oldest_due.total_seconds())
        DEAD.set(queue.dead)
        return queue.oldest_due

    def tell(self) -> None:
        """Call the address that expects it, as long as the bot can do its work; its silence raises the alarm there."""
        if not self._url or self._slack.is_away or self.measure() > LATE_QUEUE:
            return
        reach = Reach.LOOPBACK if host_of(self._url) in LOOPBACK else Reach.PRIVATE  # the operator chose it
        try:
            reply = Http(vendor="alive", timeout=TELL_WITHIN, reach=reach).call("GET", self._url, headers={})
        except CallFailed as failure:
            log.warning("alive.not_told", extra={"error": failure.code})
            return
        if not reply.is_success:
            log.warning("alive.not_told", extra={"error": f"http_{reply.status}"})
