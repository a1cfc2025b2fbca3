"""How an item and its issue are brought together: the calls to the tracker, made one by one, and what follows from each."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.errors import Blame, Permanent, Temporary
from bot.incidents import membership
from bot.incidents.model import TimelineEntry
from bot.incidents.troubles import show_trouble
from bot.integrations.tracker import Draft, Field, News, Tracker
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.remediation import item_views, reading, tracking, tracking_jobs, tracking_surfaces, tracking_views
from bot.remediation.model import ActionItem, ItemState
from bot.remediation.trackers import Trackers
from bot.remediation.tracking_bringing import Order, bring_together, order_of
from bot.remediation.tracking_model import TrackerLink
from bot.remediation.tracking_rules import Settled
from bot.remediation.tracking_settling import Settling, lose
from bot.remediation.tracking_sides import comment_of, draft_of, fields_of, may_be_tracked, ours_of
from bot.slack import posts
from bot.slack.client import Slack

UNLINKED = Skip("the item is linked to no issue any more")
NOT_KEPT = Skip("items of this SEV are not kept in the tracker")
CLOSED = Skip("the item was closed before it got an issue")


@dataclass(frozen=True, kw_only=True)
class Making:
    """An issue to be made."""

    tracker: Tracker
    item_id: int
    incident_id: int
    draft: Draft
    email: str
    """Of who owes it, where the tracker must be asked who that is."""
    ours: dict[Field, str]
    tried_at: datetime | None
    search_lag: timedelta


class TrackingDeliveries:
    """The kinds of this part of the room."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings, trackers: Trackers) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings
        self._trackers = trackers

    @property
    def _config(self) -> Config:
        return self._settings.current

    def register(self, kinds: Kinds) -> None:
        """Add every kind to the table."""
        show = show_trouble(self._settings)
        kinds.add(
            Kind(
                name=tracking_surfaces.CREATE, nature=Nature.FINDABLE, label="Make an issue of an action item",
                load=self._load_making, send=self._make, record=self._record_made, on_trouble=show,
            ),
            Kind(
                name=tracking_surfaces.SYNC, nature=Nature.IDEMPOTENT, label="Keep an action item's issue the same",
                load=self._load_order, send=bring_together, record=self._record_brought, on_trouble=show,
            ),
            Kind(
                name=tracking_surfaces.COMMENT, nature=Nature.FINDABLE, label="Say in the tracker how an item was closed",
                load=self._load_comment, send=self._comment, on_trouble=show,
            ),
            Kind(
                name=tracking_surfaces.POLL, nature=Nature.IDEMPOTENT, label="Ask the tracker what changed",
                load=self._load_poll, send=self._poll, record=tracking_jobs.record_news,
            ),
            posts.kind(
                self._slack, tracking_surfaces.TELL, "Tell who owes an item about its issue", self._load_letter,
                record=_record_letter, on_trouble=show,
            ),
        )  # fmt: skip

    def _load_making(self, session: Session, message: OutboxMessage) -> Making | Skip:
        item, link = _item_and_link(session, message)
        if link is None or link.key:
            return UNLINKED if link is None else Skip("the item has an issue already")
        if not may_be_tracked(self._config, item.incident):
            return NOT_KEPT
        if not item.is_open and link.tried_at is None:
            return CLOSED
        name = self._config.tracker.people.get(item.owner_user or "", "")
        account = name if name and "@" not in name else None
        return Making(
            tracker=self._trackers.current(self._config), item_id=item.id, incident_id=item.incident_id,
            draft=draft_of(item, link.mark, account, self._config), email=name if "@" in name else "",
            ours=ours_of(item, self._config.tracker), tried_at=link.tried_at,
            search_lag=self._config.tracker.search_lag,
        )  # fmt: skip

    def _make(self, making: Making, attempt: Attempt) -> Result:
        """Make it, unless an earlier try did. Search runs behind: what was tried just now is not missing yet."""
        tracker = making.tracker.during(attempt.require_lease)
        if making.tried_at is not None or attempt.look_first:
            found = tracker.find(making.draft.mark)
            if found is not None:
                return {"key": found, "making": making, "left_out": ()}
            left = making.search_lag - (self._clock.machine() - (making.tried_at or attempt.message.queued_at))
            if left > timedelta():
                raise Temporary("not_found_yet", retry_after=left)
        draft = making.draft
        if making.email and Field.ASSIGNEE.value in self._config.tracker.fields:
            account = tracker.account_of(making.email)
            draft = replace(draft, assignee=account.id if account else None)
        tried_at = self._clock.machine()
        attempt.commit(lambda session: _keep_try(session, making, tried_at))
        key, left_out = tracker.create(draft)
        attempt.has_written = True
        return {"key": key, "making": making, "left_out": left_out}

    def _record_made(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        item = reading.locked(session, message.arguments["item"])
        link = session.get(TrackerLink, item.id)
        if link is None or link.key:
            return  # somebody parted them, or linked another one, while it was made
        making: Making = result["making"]
        link.key, link.read_at = result["key"], now
        unknown = {Field.ASSIGNEE, *((Field.DUE,) if "due date" in result["left_out"] else ())}
        fields = [each for each in fields_of(self._config, item.incident) if each not in unknown]
        given = making.ours | {Field.STATUS: ItemState.OPEN.value}
        link.settle({each: Settled(given[each], given[each]) for each in fields})
        tracking.tell_timeline(
            session, item, "made", config=self._config, actor=tracking.tracker_actor(self._config), now=now,
            key=link.key,
        )  # fmt: skip
        tracking_surfaces.bring_together(session, item)

    def _load_order(self, session: Session, message: OutboxMessage) -> Order | Skip:
        item, link = _item_and_link(session, message)
        if link is None or not link.key:
            return UNLINKED
        if not may_be_tracked(self._config, item.incident):
            return NOT_KEPT
        return order_of(item, link, self._trackers.current(self._config), self._config)

    def _record_brought(self, session: Session, message: OutboxMessage, result: Result, now: datetime) -> None:
        item = reading.locked(session, message.arguments["item"])
        link = session.get(TrackerLink, item.id)
        if link is None or link.key != result["key"]:
            return
        if result["reading"] is None:
            lose(session, item, link, config=self._config, now=now)
        else:
            Settling(session, link, result["reading"], config=self._config, now=now).settle()

    def _load_comment(self, session: Session, message: OutboxMessage) -> tuple[Tracker, str, str] | Skip:
        item, link = _item_and_link(session, message)
        if link is None or not link.key or link.lost_at:
            return UNLINKED
        if not may_be_tracked(self._config, item.incident):
            return NOT_KEPT
        text = comment_of(item)
        return (self._trackers.current(self._config), link.key, text) if text else Skip("it is open again")

    def _comment(self, comment: tuple[Tracker, str, str], attempt: Attempt) -> Result:
        tracker, key, text = comment
        try:
            tracker.during(attempt.require_lease).comment(key, text, look_first=attempt.look_first)
        except Permanent as error:
            if error.blame is not Blame.GONE:
                raise  # an issue that is gone needs no comment
        return {}

    def _load_poll(self, session: Session, _message: OutboxMessage) -> tuple[Tracker, int, datetime] | Skip:
        if not self._trackers.is_there(self._config):
            return Skip("there is no tracker to ask")
        now = self._clock.now()
        minutes = tracking_jobs.minutes_to_ask_for(session, self._config, now=now)
        return self._trackers.current(self._config), minutes, now

    def _poll(self, question: tuple[Tracker, int, datetime], attempt: Attempt) -> Result:
        tracker, minutes, asked_at = question
        news: News = tracker.during(attempt.require_lease).changed_within(minutes)
        return {"news": news, "asked_at": asked_at, "tracker": self._config.tracker.service}

    def _load_letter(self, session: Session, message: OutboxMessage) -> posts.Draft | Skip:
        item = session.get_one(ActionItem, message.arguments["item"])
        entry, user_id = session.get_one(TimelineEntry, message.arguments["entry"]), message.arguments["user"]
        if not membership.is_visible_to(session, item.incident, user_id):
            return Skip("they may not see this SEV any more")
        text, blocks = tracking_views.letter(entry, item_views.item_buttons(item), item, self._config)
        return posts.draft_for(session, message, channel_id="", users=(user_id,), text=text, blocks=blocks)


def _item_and_link(session: Session, message: OutboxMessage) -> tuple[ActionItem, TrackerLink | None]:
    item_id = message.arguments["item"]
    return session.get_one(ActionItem, item_id), session.get(TrackerLink, item_id)


def _keep_try(session: Session, making: Making, tried_at: datetime) -> None:
    membership.lock(session, making.incident_id)
    link = session.get(TrackerLink, making.item_id)
    if link is not None:
        link.tried_at = tried_at


def _record_letter(session: Session, message: OutboxMessage, result: Result, _now: datetime) -> None:
    membership.lock(session, message.subject_id)
    posts.remember(session, message, result)
