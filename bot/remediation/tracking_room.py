"""What keeping items in a tracker brings to the house, in one place."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.environment import TrackerAccess
from bot.outbox.announcements import Reaction
from bot.outbox.kinds import Kinds
from bot.remediation import tracking, tracking_jobs
from bot.remediation.model import ActionItem
from bot.remediation.trackers import Trackers
from bot.remediation.tracking_deliveries import TrackingDeliveries
from bot.remediation.tracking_hooks import TrackerHooks
from bot.slack.client import Slack


class Tracking:
    """Items and their issues on the house's ground."""

    def __init__(
        self, access: TrackerAccess, database: Database, slack: Slack, clock: Clock, settings: Settings
    ) -> None:
        self._database = database
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self.trackers = Trackers(access, timeout=lambda: settings.current.delivery.call_timeout)
        self.hooks = TrackerHooks(access, database, clock)

    def reactions(self) -> dict[str, Reaction]:
        """What follows from which event. Whoever announced it has locked the SEV's row."""
        return {
            "item.added": self._added,
            "item.changed": self._changed,
            "item.closed": self._closed,
            "item.reopened": self._changed,
        }

    def register(self, kinds: Kinds) -> None:
        """Add what is said to the tracker, and of it, to the table."""
        TrackingDeliveries(self._slack, self._clock, self._settings, self.trackers).register(kinds)

    def watch(self) -> None:
        """Ask the tracker what changed, if it is time. A recurring job calls this."""
        now, machine_now = self._clock.now(), self._clock.machine()
        config = self._settings.current
        self._database.run(
            lambda session: tracking_jobs.watch_tracker(
                session, config, self.trackers, now=now, machine_now=machine_now
            ),
            aside=True,
        )

    def _added(self, session: Session, subject: str) -> None:
        tracking.follow_new(session, _item(session, subject), config=self._settings.current, now=self._clock.now())

    def _changed(self, session: Session, subject: str) -> None:
        item, config = _item(session, subject), self._settings.current
        if self.trackers.is_there(config):
            tracking.follow_address(session, item, self.trackers.address, config=config, now=self._clock.now())
        tracking.follow_item(session, item, config=config)

    def _closed(self, session: Session, subject: str) -> None:
        tracking.follow_end(session, _item(session, subject), config=self._settings.current)


def _item(session: Session, subject: str) -> ActionItem:
    return session.get_one(ActionItem, int(subject.rpartition(":")[2]))
